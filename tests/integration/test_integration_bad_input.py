"""Bad input of every kind: one clear sentence, no traceback, and nothing of the user's changed.

`commanding.repro_check` itself fails a test when the command reports a bug of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from commanding import (
    FALSY,
    MENDED,
    Done,
    as_json,
    fingerprint,
    not_checked,
    notebook,
    repro_check,
)
from conftest import Repo, clean_environment

from repro_check.sources.discovery import discover
from repro_check.sources.unreadable import Unreadable

MakeRepo = Callable[..., Repo]
LFS_POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    f"oid sha256:{hashlib.sha256(b'weights').hexdigest()}\nsize 12345\n"
)


class Bad(NamedTuple):
    """A file that cannot be read, and the words that say why."""

    path: str
    content: bytes
    says: tuple[str, ...]


BAD = {
    "broken YAML": Bad("train.yaml", b"lr: 0.1\nmodel: {width: 8\n", ("line 3",)),
    "a YAML bomb": Bad(
        "bomb.yaml",
        b"a: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(
            f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n".encode()
            for old, new in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        ("alias",),
    ),
    "deep YAML": Bad("deep.yaml", b"[" * 100_000, ("nested",)),
    "broken TOML": Bad("conf.toml", b'lr = 0.1\nname = "x\n', ("line 2",)),
    "deep TOML": Bad("deep.toml", b"a = " + b"[" * 100_000, ("nested",)),
    "broken JSON": Bad("conf.json", b'{"lr": 0.1,\n "x": }\n', ("line 2",)),
    "deep JSON": Bad("deep.json", b"[" * 100_000, ("nested",)),
    "a notebook that is no JSON": Bad("nb.ipynb", b"# not\n{", ("line 1", "JSON")),
    "a notebook without cells": Bad("nb.ipynb", b'{"cell": []}', ("not a notebook",)),
    "a notebook that is a list": Bad("nb.ipynb", b"[1, 2]", ("not a notebook",)),
    "an empty notebook": Bad("nb.ipynb", b"", ("JSON",)),
    "a deep notebook": Bad("nb.ipynb", b'{"cells": ' + b"[" * 100_000, ("nested",)),
    "a notebook in Latin-1": Bad("nb.ipynb", '{"cells": "é"}'.encode("latin-1"), ("UTF-8",)),
    "Python with a syntax error": Bad("train.py", b"x = 1\ndef f(:\n", ("line 2",)),
    "Python 2": Bad("train.py", b'import os\nprint "loss", 1\n', ("line 2",)),
    "an unfinished string": Bad("train.py", b'x = """\n', ("line 1",)),
    "tabs and spaces": Bad("train.py", b"if x:\n\ty\n        z\n", ("line 3",)),
    "deep Python": Bad("deep.py", b"x = " + b"(" * 10_000 + b")" * 10_000, ()),
    "a long chain": Bad("chain.py", b"x = 1" + b"+1" * 200_000, ()),
    "null bytes in Python": Bad("train.py", b"x = 1\n\0\0", ("null byte",)),
    "null bytes in YAML": Bad("train.yaml", b"lr: 1\n\0", ("line 2", "null byte")),
    "invalid UTF-8 in Python": Bad("train.py", b"x = 1\ny = '\xff'\n", ("0xff",)),
    "invalid UTF-8 in YAML": Bad("train.yaml", b"a: 1\nb: \xe9\n", ("line 2", "0xe9")),
    "invalid UTF-8 in requirements": Bad("requirements.txt", b"numpy\n\xff\n", ("line 2", "0xff")),
    "a pointer of git-lfs": Bad("conf.json", LFS_POINTER.encode(), ("git-lfs", "git lfs pull")),
    "a notebook in git-lfs": Bad("nb.ipynb", LFS_POINTER.encode(), ("git-lfs",)),
}


@pytest.fixture(scope="module")
def bad_reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Done]:
    """A cold and a warm check of one repository that holds all bad files and a good one."""
    repo = Repo(tmp_path_factory.mktemp("bad") / "repo")
    files = {f"{number}/{bad.path}": bad.content for number, bad in enumerate(BAD.values())}
    repo.commit(files=files | {"good.py": FALSY})
    before = fingerprint(repo.root)
    reports = as_json(cwd=repo.root), as_json(cwd=repo.root)
    assert fingerprint(repo.root) == before
    return reports


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    name: str, bad_reports: tuple[Done, Done]
) -> None:
    path = f"{list(BAD).index(name)}/{BAD[name].path}"
    cold, warm = ([n for n in r.document["not_checked"] if n["path"] == path] for r in bad_reports)
    assert cold == warm
    (entry,) = cold
    for words in BAD[name].says:
        assert words in entry["reason"]
    assert len(entry["reason"]) < 200


def test_files_that_cannot_be_read_do_not_stop_the_check_of_others(
    bad_reports: tuple[Done, Done],
) -> None:
    for report in bad_reports:
        assert report.codes == ["SEED004"]
        assert report.code == 1
        assert len(report.document["not_checked"]) == len(BAD)


@pytest.mark.parametrize(
    "importing",
    [
        "from utils import set_seed",
        "from utils import *",
        "import utils\nset_seed = utils.set_seed",
    ],
)
def test_a_module_that_cannot_be_read_is_unknown_to_those_that_import_it(
    importing: str, make_repo: MakeRepo
) -> None:
    train = (
        f"import torch\nimport yaml\n{importing}\n\n\ndef main():\n    set_seed(0)\n"
        '    cfg = yaml.safe_load(open("configs/train.yaml"))\n'
        "    model = torch.nn.Linear(4, 2)\n    model(torch.randn(8, 4)).sum().backward()\n\n\n"
        'if __name__ == "__main__":\n    main()\n'
    )
    files = {"train.py": train, "utils.py": "def set_seed(:\n", "configs/train.yaml": "lr: 0.1\n"}
    repo = make_repo(files)
    done = as_json(cwd=repo.root)
    assert [item["path"] for item in done.document["not_checked"]] == ["utils.py"]
    sure = [f for f in done.document["findings"] if f["confidence"] == "high"]
    assert "SEED001" not in [f["code"] for f in sure], "what seeds may stand in that module"


def test_what_is_checked_is_never_executed(make_repo: MakeRepo) -> None:
    repo = make_repo(
        {
            "object.yaml": "x: !!python/object/apply:os.system ['touch executed']\n",
            "setup.py": "open('executed', 'w')\n",
            "conftest.py": "open('executed', 'w')\n",
            "sitecustomize.py": "open('executed', 'w')\n",
            "msgspec.py": "open('executed', 'w')\n",
            "nb.ipynb": notebook("open('executed', 'w')\n", "!touch executed\n"),
        }
    )
    command = Path(sys.executable).parent / "repro-check"
    subprocess.run((command, "check"), cwd=repo.root, env=clean_environment(), check=True)
    assert not (repo.root / "executed").exists()


def test_a_file_that_cannot_be_read_never_reads_as_clean(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": "def f(:\n"})
    done = repro_check("check", "train.py", cwd=repo.root)
    assert done.code == 3  # it was named, as a hook does
    assert "All clear" not in done.out
    assert "1 thing was not checked" in done.out
    assert repro_check("check", cwd=repo.root).code == 0
    assert "train.py" in done.out
    assert repro_check("check", "--strict", cwd=repo.root).code == 3


def test_a_huge_file_is_not_read_and_huge_data_are_no_business_of_a_check(
    make_repo: MakeRepo,
) -> None:
    repo = make_repo({"good.py": MENDED})
    sources = {"big.py", "big.ipynb", "big.yaml", "big", "big.json"}
    for name in (*sources, "weights.pt", "table.csv", "image.png"):
        with (repo.root / name).open("wb") as stream:
            stream.truncate(200_000_000)
    reasons = not_checked(repo.root)
    assert reasons.pop("weights.pt").endswith("it may run code when it is loaded")
    assert set(reasons) == sources
    assert all("200.0 MB, over the limit" in reason for reason in reasons.values())


def test_a_file_that_vanishes_between_listing_and_reading_is_said_so(make_repo: MakeRepo) -> None:
    repo = make_repo({"gone.py": MENDED, "folder.py": MENDED, "grown.py": MENDED})
    tree = discover(repo.root)
    (repo.root / "gone.py").unlink()
    (repo.root / "folder.py").unlink()
    (repo.root / "folder.py").mkdir()
    (repo.root / "grown.py").write_bytes(b"x" * 2000)
    for path, words in {
        "gone.py": "vanished",
        "folder.py": "no regular file",
        "grown.py": "over the limit",
    }.items():
        file = tree.get(path)
        assert file is not None
        with pytest.raises(Unreadable, match=words):
            tree.read(file, limit=1000)


def test_a_deleted_tracked_file_is_no_finding_and_no_error(make_repo: MakeRepo) -> None:
    repo = make_repo({"gone.py": FALSY, "good.py": MENDED})
    (repo.root / "gone.py").unlink()
    assert not_checked(repo.root) == {}


SETTINGS = {
    "unknown key": ("lr = 1\nselct = []\n", 2, ("repro-check.toml:1", "lr")),
    "misspelt key": ("selct = ['SEED']\n", 2, ("repro-check.toml:1", "did you mean `select`?")),
    "wrong type": ('cache = "yes"\n', 2, ("repro-check.toml:1", "must be true or false")),
    "wrong value": ('fail-on = "errors"\n', 2, ("repro-check.toml:1", "did you mean `error`?")),
    "broken TOML": ("select = [\n", 2, ("repro-check.toml:",)),
    "not UTF-8": (b"# caf\xe9\n", 2, ("repro-check.toml:1", "not UTF-8")),
    "unknown rule": ('select = ["SEED0004"]\n', 2, ("`SEED0004` names no rule", "SEED004")),
    "bad exclude": ('exclude = ["!"]\n', 2, ("`!` is no pattern", "exclude")),
    "bad per-file-ignores": (
        '[per-file-ignores]\n"[z-a]" = ["ALL"]\n',
        2,
        ("`[z-a]` is no pattern", "per-file-ignores"),
    ),
}


@pytest.mark.parametrize(("text", "code", "says"), SETTINGS.values(), ids=list(SETTINGS))
def test_settings_with_errors_are_one_clear_error(
    text: str | bytes, code: int, says: tuple[str, ...], make_repo: MakeRepo
) -> None:
    repo = make_repo({"train.py": FALSY, "repro-check.toml": text})
    before = fingerprint(repo.root)
    done = repro_check("check", cwd=repo.root)
    assert done.code == code
    assert done.out == ""
    for words in says:
        assert words in done.err
    assert len(done.err.splitlines()) <= 3
    assert fingerprint(repo.root) == before
    assert repro_check("check", "--isolated", cwd=repo.root).code == 1


def test_a_broken_pyproject_is_named_with_its_line(make_repo: MakeRepo) -> None:
    text = '[project]\nname = "x"\n\n[tool.repro-check]\nselect = ["SEED"\nignore = []\n'
    repo = make_repo({"pyproject.toml": text})
    done = repro_check("check", cwd=repo.root)
    assert done.code == 2
    assert "pyproject.toml:" in done.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"<<<<<<< HEAD\n=======\n>>>>>>> theirs\n", "repro-check-baseline.txt:1"),
        (b"# fine\n0123456789abcdef SEED004\n", "repro-check-baseline.txt:2"),
        (b"\xff\xfe\n", "cannot be read"),
    ],
    ids=["a merge conflict", "a cut line", "not UTF-8"],
)
def test_a_broken_baseline_is_one_clear_error(text: bytes, says: str, make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY, "repro-check-baseline.txt": text})
    for arguments in (("check",), ("baseline", "update"), ("baseline", "show")):
        done = repro_check(*arguments, cwd=repo.root)
        assert done.code == 2
        assert says in done.err
    assert (repo.root / "repro-check-baseline.txt").read_bytes() == text


def test_a_baseline_that_is_a_folder_is_one_clear_error(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY, "repro-check-baseline.txt/x": "x"})
    done = repro_check("check", cwd=repo.root)
    assert done.code == 2
    assert "the baseline cannot be read" in done.err


def test_a_damaged_cache_is_never_trusted(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY})
    assert as_json(cwd=repo.root).codes == ["SEED004"]
    (file,) = (repo.root / ".git/repro-check").glob("facts-*.bin")
    file.write_bytes(os.urandom(4096))
    assert as_json(cwd=repo.root).codes == ["SEED004"]
    file.unlink()
    file.mkdir()
    assert as_json(cwd=repo.root).codes == ["SEED004"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("missing.py",), "there is no file or folder `missing.py`"),
        (("missing/folder/",), "there is no file or folder"),
        (("train.py", "../elsewhere/train.py"), "lies outside of"),
        (("--config", "missing.toml"), "missing.toml"),
        (("--config", "repro-check.toml", "--isolated"), "--config or --isolated"),
        (("--stage", "commit-msg"), "takes the file of the message"),
        (("--stage", "commit-msg", "missing"), "the commit message cannot be read"),
        (("--stage", "commit-msg", "--stage", "file", "train.py"), "stands alone"),
        (("-o", "missing/report.txt"), "cannot write the file"),
        (("--output-format", "pdf"), "pdf"),
    ],
)
def test_wrong_words_are_one_clear_error(
    words: tuple[str, ...], says: str, make_repo: MakeRepo
) -> None:
    repo = make_repo({"train.py": FALSY, "repro-check.toml": ""})
    elsewhere = repo.root.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "train.py").write_text(FALSY)
    done = repro_check("check", *words, cwd=repo.root)
    assert done.code == 2, done.text
    assert says in done.err


def test_merge_conflicts_in_files_are_not_checked_and_not_hidden(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": MENDED})
    repo.git("checkout", "--quiet", "-b", "other")
    repo.commit(files={"train.py": "x = 1\n"})
    repo.git("checkout", "--quiet", "main")
    repo.commit(files={"train.py": "x = 2\n"})
    repo.git("merge", "other", check=False)
    reasons = not_checked(repo.root)
    assert "line 1" in reasons["train.py"]


def test_data_that_are_missing_never_read_as_clean_but_block_no_commit(
    make_repo: MakeRepo,
) -> None:
    repo = make_repo({"c.yaml": f"data:\n  dir: gone\n  md5: {'0' * 32}\n"})
    done = as_json("--stage", "data", cwd=repo.root)
    assert done.code == 0
    assert as_json("--stage", "data", "--strict", cwd=repo.root).code == 3
    assert [item["path"] for item in done.document["not_checked"]] == ["c.yaml"]
    assert repro_check("data", "verify", cwd=repo.root).code == 3


def test_hostile_cells_and_outputs_are_read_as_what_they_are(make_repo: MakeRepo) -> None:
    document = json.loads(notebook(FALSY))
    document["cells"] += [
        None,
        17,
        "text",
        {"cell_type": "code"},
        {"cell_type": "code", "source": None, "outputs": {"a": 1}, "execution_count": "x"},
        {"cell_type": "code", "source": ["a = 1\n", 2, None], "metadata": {"tags": "no"}},
        {"cell_type": 5, "source": {"x": 1}, "outputs": [None, {"output_type": ["x"]}]},
        {"cell_type": "code", "source": "%%bash\nrm -rf /\n", "outputs": []},
        {"cell_type": "code", "source": "!ls\n%time f()\n?print\n", "outputs": []},
        {"cell_type": "code", "source": "def f(:\n", "outputs": []},
    ]
    repo = make_repo({"nb.ipynb": json.dumps(document)})
    done = as_json(cwd=repo.root)
    (finding,) = [item for item in done.document["findings"] if item["code"] == "SEED004"]
    assert (finding["cell"], finding["line"]) == (1, 5)
    assert "cell 11" in done.document["not_checked"][0]["reason"]
