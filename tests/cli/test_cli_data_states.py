"""`repro-check data`: every state of data, in words and as a document, with its exit code."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import md5

import pytest
from commanding import Done, repro_check, without_privileges
from conftest import Repo

from repro_check.runtime.hashing import ALGORITHMS, digest

MakeRepo = Callable[..., Repo]
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 9\n"
FITS = md5(b"a1").hexdigest()


def config(path: str = "data", digest_text: str = FITS, key: str = "md5") -> str:
    return f"data:\n  dir: {path}\n  {key}: '{digest_text}'\n"


def fifo(repo: Repo) -> None:
    os.mkfifo(repo.root / "data" / "pipe")


def pointer(repo: Repo) -> None:
    repo.write({"data/big": LFS})


def nothing(_repo: Repo) -> None:
    pass


def data_are_a_fifo(repo: Repo) -> None:
    (repo.root / "data/a").unlink()
    (repo.root / "data").rmdir()
    os.mkfifo(repo.root / "data")


def unreadable(repo: Repo) -> None:
    (repo.root / "data/a").unlink()
    (repo.root / "data/a").symlink_to("/proc/self/mem")


CASES = {
    "match": (config(), nothing, "match", 0, 0),
    "mismatch": (config(digest_text="0" * 32), nothing, "mismatch", 1, 1),
    "missing": (config("elsewhere"), nothing, "missing", 3, 3),
    "unresolved": (config("${oc.env:NOWHERE}"), nothing, "unresolved", 3, 3),
    "not recorded": (config(digest_text=""), nothing, "not_recorded", 3, 0),
    "pointer": (config(), pointer, "pointer", 3, 3),
    "a pipe in the data": (config(), fifo, "undefined", 3, 3),
    "data that are a pipe": (config(), data_are_a_fifo, "undefined", 3, 3),
    "a link out": (config(), unreadable, "undefined", 3, 3),
    "a sha256 of a folder": (
        config(key="sha256", digest_text="0" * 64),
        nothing,
        "undefined",
        3,
        3,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_state_has_one_exit_code_in_words_and_as_a_document(
    make_repo: MakeRepo, case: str
) -> None:
    text, spoil, state, verified, differs = CASES[case]
    repo = make_repo({"conf.yaml": text, "data/a": "1"})
    spoil(repo)
    word = state.replace("_", " ")
    done = repro_check("data", "verify", cwd=repo.root)
    assert done.code == verified
    assert done.out.startswith(f"{word:<13} conf.yaml: data")
    assert done.err == ""
    document = run_json("verify", repo)
    assert document.code == verified
    (one,) = document.document["data"]
    assert one["state"] == state
    assert one["config"] == "conf.yaml"
    assert bool(one["reason"]) is (state not in {"match", "mismatch"})
    shown = repro_check("data", "diff", cwd=repo.root)
    assert shown.code == differs
    assert bool(shown.out) is bool(differs), "nothing differs, nothing is said"
    status = run_json("status", repo)
    assert status.code == 0
    assert status.document["data"] == document.document["data"]


def run_json(command: str, repo: Repo) -> Done:
    return repro_check("data", command, "--output-format", "json", cwd=repo.root)


def test_a_mismatch_outweighs_what_could_not_be_checked(make_repo: MakeRepo) -> None:
    repo = make_repo(
        {"a.yaml": config("gone"), "b.yaml": config(digest_text="0" * 32), "data/a": "1"}
    )
    done = repro_check("data", "verify", cwd=repo.root)
    assert done.code == 1
    assert [line.split()[0] for line in done.out.splitlines() if not line.startswith(" ")] == [
        "missing",
        "mismatch",
    ]
    assert repro_check("data", "verify", "a.yaml", cwd=repo.root).code == 3
    assert repro_check("data", "verify", "nosuch.yaml", cwd=repo.root).code == 2


def test_the_difference_of_data_that_fit_is_nothing_at_all(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.yaml": config(), "b.yaml": config(), "data/a": "1"})
    done = repro_check("data", "diff", cwd=repo.root)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_the_difference_names_every_file_with_its_size(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.yaml": config(digest_text="")} | {f"data/{n:02}": "1" for n in range(30)})
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    for number in range(30):
        (repo.root / f"data/{number:02}").unlink()
    repo.write({"data/new": "22"})
    done = repro_check("data", "diff", cwd=repo.root)
    assert done.code == 1
    assert done.out.count("removed ") == 30
    assert "  removed 29 (1 byte)" in done.out
    assert "  added new (2 bytes)" in done.out
    (one,) = run_json("diff", repo).document["data"]
    assert one["changes"] == len(one["changed"]) == 31
    assert {"path": "new", "kind": "added", "old_size": None, "new_size": 2} in one["changed"]
    shown = repro_check("data", "verify", cwd=repo.root)
    assert shown.out.count("removed ") == 20
    assert "and 11 more" in shown.out


@pytest.mark.parametrize(
    ("form", "algorithm", "key"),
    [
        *(("yaml", algorithm, key) for algorithm in ALGORITHMS for key in ("none", "empty")),
        ("json", "sha256", "empty"),
        ("json", "tree:blake3", "none"),
        ("toml", "sha256", "empty"),
        ("toml", "tree:blake3", "none"),
    ],
)
def test_what_is_locked_is_verified_whatever_the_algorithm(
    make_repo: MakeRepo, form: str, algorithm: str, key: str
) -> None:
    if algorithm == "tree:blake3":
        pytest.importorskip("blake3")
    texts = {
        "yaml": "data:\n  path: data/a.csv\n"
        + "  md5:\n" * (key == "empty")
        + "lr: 0.1\nepochs: 3\n",
        "json": '{"data": {"path": "data/a.csv"%s}, "lr": 0.1, "epochs": 3}\n'
        % (', "md5": ""' * (key == "empty")),
        "toml": 'lr = 0.1\nepochs = 3\n[data]\npath = "data/a.csv"\n'
        + 'md5 = ""\n' * (key == "empty"),
    }
    name = f"configs/train.{form}"
    repo = make_repo({name: texts[form], "data/a.csv": "1"})
    done = repro_check("data", "lock", "--algo", algorithm, cwd=repo.root)
    assert done.code == 0, done.text
    assert digest(repo.root / "data/a.csv", algorithm) in repo.text(name)
    verified = repro_check("data", "verify", cwd=repo.root)
    assert verified.code == 0, verified.text + repo.text(name)
    assert verified.out.startswith("match")


def test_locking_goes_on_after_data_that_have_no_digest(make_repo: MakeRepo) -> None:
    repo = make_repo(
        {
            "a.yaml": config("gone", ""),
            "b.yaml": config("data", ""),
            "c.yaml": config("data", "0" * 32),
            "data/a": "1",
        }
    )
    done = repro_check("data", "lock", cwd=repo.root)
    assert done.code == 3
    assert "a.yaml: data: there is nothing at 'gone'" in done.err
    assert "c.yaml: data: another digest is recorded already" in done.err
    assert FITS in repo.text("b.yaml")
    assert repo.text("a.yaml") == config("gone", "")
    assert repo.text("c.yaml") == config("data", "0" * 32)
    assert "data/a" not in repo.text("repro-data.lock")


def test_a_dry_run_writes_nothing_at_all(make_repo: MakeRepo) -> None:
    repo = make_repo({"b.yaml": config("data", ""), "data/a": "1"})
    done = repro_check("data", "lock", "--diff", cwd=repo.root)
    assert done.code == 0
    assert f"+  md5: '{FITS}'" in done.out
    assert sorted(path.name for path in repo.root.iterdir()) == [".git", "b.yaml", "data"]


LONG = "x" * 300
DEEP = "/".join(["d" * 200] * 30)


@pytest.mark.parametrize(
    "path", ["gone", "", "data/a/b", LONG, DEEP, "a\nb", "\udcff", "loop", "pipe"]
)
def test_a_path_that_has_no_digest_is_a_clear_error(make_repo: MakeRepo, path: str) -> None:
    repo = make_repo({"data/a": "1"})
    (repo.root / "loop").symlink_to("loop")
    os.mkfifo(repo.root / "pipe")
    done = repro_check("data", "hash", path, cwd=repo.root)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("repro-check: ")


@pytest.mark.parametrize("words", [("data", "verify"), ("data", "lock"), ("check",)], ids=str)
@pytest.mark.parametrize("path", [LONG, DEEP], ids=["a name", "a path"])
def test_what_is_too_long_to_be_a_path_is_not_there(
    make_repo: MakeRepo, words: tuple[str, ...], path: str
) -> None:
    done = repro_check(*words, path, cwd=make_repo({"a": ""}).root)
    assert done.code == 2
    assert "there is no file or folder" in done.err


@pytest.mark.parametrize("what", ["folder", "file", "above"])
def test_what_may_not_be_read_is_a_clear_error(make_repo: MakeRepo, what: str) -> None:
    words = without_privileges()
    repo = make_repo({"conf.yaml": config("data/d"), "data/d/a": "1"})
    locked = {"folder": "data/d", "file": "data/d/a", "above": "data"}[what]
    mode = (repo.root / locked).stat().st_mode
    (repo.root / locked).chmod(0)
    try:
        hashed = repro_check("data", "hash", "data/d", cwd=repo.root, before=words)
        verified = repro_check("data", "verify", cwd=repo.root, before=words)
        locked_done = repro_check("data", "lock", "--update", cwd=repo.root, before=words)
        status = repro_check("data", "status", cwd=repo.root, before=words)
    finally:
        (repo.root / locked).chmod(mode)
    assert hashed.code == 2, hashed.text
    assert hashed.out == ""
    assert verified.code == 3, verified.text
    assert verified.out.split()[0] in {"undefined", "missing"}
    assert locked_done.code == 3, locked_done.text
    assert status.code == 0
    if what != "above":
        assert "Permission denied" in hashed.err
        assert "Permission denied" in verified.out
    assert repo.text("conf.yaml") == config("data/d")


def test_a_url_is_not_a_path(make_repo: MakeRepo) -> None:
    repo = make_repo({"a": ""})
    done = repro_check("data", "hash", "nosuchscheme://x/y", cwd=repo.root)
    assert done.code != 0
    assert "repro-check: " in done.err
