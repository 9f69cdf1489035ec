"""`repro-check data`: what changed is named, file by file, in text and in JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import as_json, repro_check
from conftest import Repo

MakeRepo = Callable[..., Repo]
HEAD = "# What the recorded data hold"


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repo:
    repo = make_repo(
        {
            "configs/train.yaml": "data:\n  dir: data/train  # two wards\n  md5:\nlr: 0.1\n",
            "data/train/a.csv": "1,2\n",
            "data/train/sub/b.csv": "3\n",
        }
    )
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    return repo


def change(repo: Repo) -> None:
    repo.write({"data/train/a.csv": "1,2\n4,5\n", "data/train/new.csv": ""})
    (repo.root / "data/train/sub/b.csv").unlink()


def test_locking_writes_what_the_data_hold(repo: Repo) -> None:
    text = repo.text("repro-data.lock")
    assert text.startswith(HEAD)
    assert text.endswith(
        "3ecfad755fa825f7a17c5526ec44e651 4 a.csv\n6d7fce9fee471194aa8b5b6e47267f03 2 sub/b.csv\n"
    )
    assert "data data/train\ndigest md5:" in text


def test_a_mismatch_names_the_files(repo: Repo) -> None:
    change(repo)
    done = repro_check("data", "verify", cwd=repo.root)
    assert done.code == 1
    assert [line.strip() for line in done.out.splitlines()[1:]] == [
        "changed a.csv (4 bytes, now 8)",
        "added new.csv (0 bytes)",
        "added the empty folder sub/",
        "removed sub/b.csv (2 bytes)",
    ]


@pytest.mark.parametrize("forget", [False, True])
def test_it_does_so_on_another_machine_too(repo: Repo, forget: bool) -> None:
    import shutil

    if forget:
        shutil.rmtree(repo.root / ".git/repro-check")
    change(repo)
    done = repro_check("data", "diff", "configs/train.yaml", cwd=repo.root)
    assert done.code == 1
    assert "changed a.csv (4 bytes, now 8)" in done.out
    finding = as_json("--select", "DATA002", cwd=repo.root).document["findings"][0]
    assert "changed a.csv (4 bytes, now 8)" in finding["message"]


def test_without_a_lock_file_it_is_said_that_the_files_are_not_known(repo: Repo) -> None:
    import shutil

    (repo.root / "repro-data.lock").unlink()
    shutil.rmtree(repo.root / ".git/repro-check")
    change(repo)
    done = repro_check("data", "verify", cwd=repo.root)
    assert done.code == 1
    assert "which files changed is not known" in done.out


def test_a_damaged_lock_file_hides_no_mismatch_and_is_not_replaced(repo: Repo) -> None:
    change(repo)
    conflict = "<<<<<<< ours\n" + repo.text("repro-data.lock")
    repo.write({"repro-data.lock": conflict})
    assert repro_check("data", "verify", cwd=repo.root).code == 1
    done = repro_check("data", "lock", "--update", cwd=repo.root)
    assert done.code == 2
    assert "line 1: a merge conflict" in done.err
    assert repo.text("repro-data.lock") == conflict


def test_the_document_has_everything(repo: Repo) -> None:
    change(repo)
    done = repro_check("data", "verify", "--output-format", "json", cwd=repo.root)
    assert done.code == 1
    (one,) = json.loads(done.out)["data"]
    assert (one["config"], one["name"], one["path"]) == ("configs/train.yaml", "data", "data/train")
    assert (one["state"], one["algorithm"], one["changes"]) == ("mismatch", "md5", 4)
    assert one["changed"][0] == {
        "path": "a.csv",
        "kind": "changed",
        "old_size": 4,
        "new_size": 8,
    }


def test_the_status_is_a_table_of_all_data(repo: Repo) -> None:
    repo.write(
        {
            "configs/eval.yaml": "data:\n  dir: data/none\n  md5: " + "0" * 32 + "\n",
            "configs/more.yaml": "data_dir: ./data/other\n",
        }
    )
    done = repro_check("data", "status", cwd=repo.root)
    assert done.code == 0
    states = [line.split("  ")[0] for line in done.out.splitlines()]
    assert states == ["STATE", "missing", "matches", "not declared"]
    change(repo)
    assert "changed" in repro_check("data", "status", "configs/train.yaml", cwd=repo.root).out


def test_another_algorithm_replaces_digest_and_section(repo: Repo) -> None:
    done = repro_check("data", "lock", "--update", "--algo", "tree:blake3", cwd=repo.root)
    assert done.code == 0
    assert 'md5: "tree:blake3:' in repo.text("configs/train.yaml")
    assert "md5:" not in repo.text("repro-data.lock")
    repo.write({"data/train/.DS_Store": "junk"})
    assert repro_check("data", "verify", cwd=repo.root).code == 0


def test_junk_is_spoken_of_when_it_is_recorded(repo: Repo) -> None:
    repo.write({"data/train/.DS_Store": "junk"})
    done = repro_check("data", "lock", "--update", cwd=repo.root)
    assert done.code == 0
    assert ".DS_Store" in done.err


def test_a_name_that_would_steer_a_terminal_is_shown_harmless(repo: Repo) -> None:
    repo.write({"data/train/\x1b]52;c;evil\x07": "x"})
    for words in (("verify",), ("diff",), ("diff", "--output-format", "json")):
        done = repro_check("data", *words, cwd=repo.root)
        assert done.code == 1
        assert "\x1b" not in done.out
        assert "evil" in done.out


def test_what_is_behind_a_url_is_read_only_if_asked(repo: Repo) -> None:
    repo.write({"configs/train.yaml": "data:\n  dir: s3://bucket/x\n  digest:\n"})
    done = repro_check("data", "lock", cwd=repo.root)
    assert done.code == 3
    assert "--remote" in done.err


def test_a_scheduler_that_is_not_there_is_a_clear_error(repo: Repo) -> None:
    pytest.importorskip("distributed")
    words = ("data", "hash", "--cluster", "nonsense://x", "data/train")
    done = repro_check(*words, cwd=repo.root)
    assert done.code == 2
    assert "nonsense" in done.err
    assert "Traceback" not in done.err


def test_the_digest_of_a_path_that_is_not_there_is_a_clear_error(repo: Repo) -> None:
    done = repro_check("data", "hash", "nowhere", cwd=repo.root)
    assert (done.code, "nowhere" in done.err) == (2, True)


@pytest.mark.parametrize("algorithm", ["md5", "sha256", "tree:md5", "tree:sha256", "tree:blake3"])
def test_every_digest_that_is_printed_can_be_recorded(repo: Repo, algorithm: str) -> None:
    done = repro_check("data", "hash", "--algo", algorithm, "data/train/a.csv", cwd=repo.root)
    assert done.code == 0
    text = f"data:\n  file: data/train/a.csv\n  digest: {algorithm}:{done.out.strip()}\n"
    text = text.replace(f"{algorithm}:{algorithm}:", f"{algorithm}:")
    repo.write({"configs/train.yaml": text})
    assert repro_check("data", "verify", cwd=repo.root).code == 0


def test_data_of_a_folder_without_git_are_remembered_in_the_users_cache(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "work"
    (folder / "data").mkdir(parents=True)
    (folder / "data/a").write_text("1")
    os.utime(folder / "data/a", (0, 0))
    (folder / "conf.yaml").write_text("data:\n  dir: data\n  md5:\n")
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert repro_check("data", "lock", cwd=folder, env=cache).code == 0
    assert repro_check("data", "verify", cwd=folder, env=cache).code == 0
    assert {path.name for path in folder.iterdir()} == {"data", "conf.yaml", "repro-data.lock"}
    assert list((tmp_path / "cache").rglob("data-files/*"))


def test_a_named_config_that_cannot_be_read_is_not_checked(repo: Repo) -> None:
    repo.write({"configs/bad.yaml": "a: b: c\n", "notes.txt": "x"})
    done = repro_check("data", "verify", "configs/bad.yaml", cwd=repo.root)
    assert (done.code, "configs/bad.yaml" in done.err) == (3, True)
    assert repro_check("data", "verify", "notes.txt", cwd=repo.root).code == 2
    assert repro_check("data", "verify", cwd=repo.root).code == 0


def test_an_algorithm_without_digits_says_what_is_to_be_recorded(repo: Repo) -> None:
    text = 'data:\n  train_dir: data/train\n  train_digest: "tree:blake3:"\n  all_dir: data\n'
    repo.write({"configs/train.yaml": text + "  all_md5:\n"})
    assert repro_check("data", "lock", cwd=repo.root).code == 0
    assert 'train_digest: "tree:blake3:' in repo.text("configs/train.yaml")
    done = repro_check("data", "verify", cwd=repo.root)
    assert done.code == 0
    assert [line.split(": ")[1] for line in done.out.splitlines()] == [
        "data.train_dir",
        "data.all_dir",
    ]


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ("md5: 2b1a6d3ed2f0c4a5b6c7d8e9f0a1b2z", "only the digits"),
        ("md5: 2b1a6d3ed2f0c4a5b6c7d8e9f0a1b2c", "has 31 digits, and 32 are needed"),
        ('digest: "tree:blake3:12ab"', "has 4 digits, and 64 are needed"),
        ('digest: "tree:blake3:zzz"', "only the digits"),
    ],
)
def test_a_damaged_digest_is_a_mismatch_and_never_passed_over(
    repo: Repo, recorded: str, said: str
) -> None:
    repo.write({"configs/train.yaml": f"data:\n  dir: data/train\n  {recorded}\n"})
    done = repro_check("data", "verify", cwd=repo.root)
    assert done.code == 1
    assert said in done.out


@pytest.mark.parametrize(
    "text", ["train.md5", "weekly", "yes", "see-the-readme-of-the-data", "0.5"]
)
def test_what_is_no_digest_at_all_declares_nothing(repo: Repo, text: str) -> None:
    repo.write({"configs/train.yaml": f"data:\n  dir: data/train\n  md5: {text}\n"})
    done = repro_check("data", "verify", cwd=repo.root)
    assert (done.code, "No config" in done.out) == (0, True)


def test_a_config_that_is_named_is_one_whatever_it_is_called(repo: Repo) -> None:
    text = "lr: 0.1\ndata_dir: data/train\n"
    repo.write({"train.yaml": text})
    assert "train.yaml" not in repro_check("data", "lock", cwd=repo.root).out
    done = repro_check("data", "lock", "train.yaml", cwd=repo.root)
    assert (done.code, done.out.splitlines()[0]) == (0, "train.yaml: recorded 1")
    assert repo.text("train.yaml").startswith(text + "data_md5:")


def test_nothing_is_written_beside_a_damaged_lock_file(repo: Repo) -> None:
    change(repo)
    repo.write({"repro-data.lock": "<<<<<<< ours\n"})
    before = repo.text("configs/train.yaml")
    assert repro_check("data", "lock", "--update", cwd=repo.root).code == 2
    assert repo.text("configs/train.yaml") == before
    assert "line 1: a merge conflict" in repro_check("data", "verify", cwd=repo.root).err


@pytest.mark.parametrize("place", [(), (".gitkeep",), ("sub/.gitkeep", ".gitignore")])
def test_a_folder_whose_data_are_still_to_come_is_not_recorded(repo: Repo, place: tuple) -> None:
    (repo.root / "data/empty").mkdir()
    text = "data:\n  dir: data/empty\n  md5:\n"
    repo.write({"configs/train.yaml": text} | {f"data/empty/{name}": "" for name in place})
    done = repro_check("data", "lock", cwd=repo.root)
    assert (done.code, "there are no data in 'data/empty' yet" in done.err) == (3, True)
    assert repo.text("configs/train.yaml") == text


def test_two_runs_with_two_algorithms_leave_config_and_lock_file_of_one_mind(repo: Repo) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-m", "repro_check", "data", "lock", "--update", "--algo"]
    runs = [
        subprocess.Popen([*command, algorithm], cwd=repo.root, stdout=subprocess.DEVNULL)
        for algorithm in ("tree:md5", "tree:sha256", "md5")
    ]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert repro_check("data", "verify", cwd=repo.root).code == 0
    change(repo)
    assert "changed a.csv" in repro_check("data", "verify", cwd=repo.root).out
