"""`--fix`, `--unsafe-fixes` and `--diff` on real files."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import FALSY, MENDED, as_json, notebook, repro_check, without_privileges
from conftest import Repo

MakeRepo = Callable[..., Repo]
LOAD = "import torch\n\n\ndef load(model, path):\n    model.load_state_dict(torch.load(path))\n"
LOADED = LOAD.replace("(path))", '(path, map_location="cpu"))')
CONFIGURED = {
    "train.py": (
        "import torch\nimport yaml\n\n\ndef main():\n"
        '    with open("configs/train.yaml") as stream:\n        cfg = yaml.safe_load(stream)\n'
        "    torch.manual_seed(0)\n    model = torch.nn.Linear(4, 2)\n"
        "    optimizer = torch.optim.SGD(model.parameters(), lr=cfg['lr'])\n"
        "    for _ in range(10):\n"
        "        model(torch.randn(8, 4)).sum().backward()\n        optimizer.step()\n\n\n"
        'if __name__ == "__main__":\n    main()\n'
    ),
    "configs/train.yaml": "# of the paper\nlr: 0.1\n",
}
"""A CFG008, whose fix is unsafe."""


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


VARIANTS = {
    "plain": FALSY.encode(),
    "CRLF": FALSY.replace("\n", "\r\n").encode(),
    "BOM": b"\xef\xbb\xbf" + FALSY.encode(),
    "no last newline": FALSY.rstrip("\n").encode(),
    "wide characters": FALSY.replace("\n\n", "\nname = 'é𝛼'; other = '\u2028\x0c'\n").encode(),
    "tabs": FALSY.replace("    ", "\t").encode(),
}


@pytest.mark.parametrize("old", VARIANTS.values(), ids=list(VARIANTS))
def test_a_fix_changes_the_place_and_no_other_byte(old: bytes, make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": old})
    (repo.root / "train.py").chmod(0o755)
    done = as_json("--select", "SEED004", "--fix", cwd=repo.root)
    assert done.code == 0
    assert done.codes == []
    assert done.err == "Fixed 1 place in train.py\n"
    new = old.replace(b"if seed:", b"if seed is not None:")
    assert (repo.root / "train.py").read_bytes() == new
    assert (repo.root / "train.py").stat().st_mode & 0o777 == 0o755
    assert names_in(repo.root) == [".git", "train.py"]


def test_fixing_twice_changes_nothing(make_repo: MakeRepo) -> None:
    pins = {"requirements.txt": "torch==2.9.0\n"}
    repo = make_repo({"a.py": FALSY, "b/c.py": LOAD, "nb.ipynb": notebook(FALSY)} | pins)
    assert repro_check("check", "--fix", cwd=repo.root).code == 0
    assert repo.text("a.py") == MENDED
    assert repo.text("b/c.py") == LOADED
    before = repo.git("diff")
    times = {path: (repo.root / path).stat().st_mtime_ns for path in ("a.py", "b/c.py", "nb.ipynb")}
    again = repro_check("check", "--fix", cwd=repo.root)
    assert (again.code, again.err) == (0, "")
    assert repo.git("diff") == before
    assert {path: (repo.root / path).stat().st_mtime_ns for path in times} == times


@pytest.mark.parametrize(
    "text",
    [
        notebook("name = 'é'\n", f"# ünïcode\n{FALSY}"),
        json.dumps(json.loads(notebook("name = 'é'\n", f"# ünïcode\n{FALSY}")), indent=2),
        json.dumps(json.loads(notebook("name = 'é'\n", f"# ünïcode\n{FALSY}"))),
    ],
    ids=["as Jupyter", "in ASCII", "on one line"],
)
def test_of_a_notebook_only_the_changed_line_differs(text: str, make_repo: MakeRepo) -> None:
    repo = make_repo({"nb.ipynb": text})
    assert repro_check("check", "--fix", cwd=repo.root).code == 0
    assert repo.text("nb.ipynb") == text.replace("if seed:", "if seed is not None:")


def test_only_files_in_scope_are_fixed(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": FALSY, "b.py": FALSY, "c/d.py": FALSY})
    repro_check("check", "--fix", "a.py", cwd=repo.root)
    assert [repo.text(path) for path in ("a.py", "b.py", "c/d.py")] == [MENDED, FALSY, FALSY]
    repro_check("check", "--fix", cwd=repo.root / "c")
    assert [repo.text(path) for path in ("b.py", "c/d.py")] == [FALSY, MENDED]


def test_an_unsafe_fix_has_to_be_asked_for(make_repo: MakeRepo) -> None:
    repo = make_repo(CONFIGURED)
    done = repro_check("check", "--select", "CFG008", "--fix", cwd=repo.root)
    assert done.code == 1
    assert "1 fixable with --unsafe-fixes" in done.out
    assert repo.git("status", "--short") == ""
    done = repro_check("check", "--select", "CFG008", "--unsafe-fixes", cwd=repo.root)
    assert done.code == 0
    first, *rest = repo.text("configs/train.yaml").splitlines()
    assert first == "# of the paper"
    assert rest[0].startswith("seed: 0")
    assert rest[1] == "lr: 0.1"


def test_a_diff_is_shown_and_git_takes_it(make_repo: MakeRepo) -> None:
    files = {"a b.py": FALSY, "c.py": LOAD.rstrip("\n"), "nb.ipynb": notebook(FALSY)}
    repo = make_repo(files | {"requirements.txt": "torch==2.9.0\n"})
    done = repro_check("check", "--diff", cwd=repo.root)
    assert done.code == 1
    assert repo.git("status", "--short") == "", "nothing is written"
    assert "-if seed:" in done.out
    assert "+if seed is not None:" in done.out
    subprocess.run(("git", "apply", "-"), cwd=repo.root, input=done.out.encode(), check=True)
    applied = {path: repo.text(path) for path in files}
    repo.git("checkout", "--quiet", ".")
    repro_check("check", "--fix", cwd=repo.root)
    assert {path: repo.text(path) for path in files} == applied
    assert repro_check("check", "--diff", cwd=repo.root).out == ""
    assert repro_check("check", "--diff", cwd=repo.root).code == 0


def test_a_diff_of_unsafe_fixes_is_shown_when_asked(make_repo: MakeRepo) -> None:
    repo = make_repo(CONFIGURED)
    words = ("check", "--select", "CFG008", "--diff")
    assert repro_check(*words, cwd=repo.root).out == ""
    assert "+seed: 0" in repro_check(*words, "--unsafe-fixes", cwd=repo.root).out
    assert repo.git("status", "--short") == ""


def test_what_is_not_staged_is_never_overwritten(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": "x = 1\n", "other.py": "x = 1\n"})
    repo.write({"train.py": FALSY, "other.py": FALSY}).git("add", "--all")
    work = f"# an hour of work\n{FALSY}"
    repo.write({"train.py": work})
    for words in (("--staged",), ("--staged", "train.py", "other.py")):
        done = repro_check("check", *words, "--fix", cwd=repo.root)
        assert done.code == 1, "the staged content is as it was"
        assert "train.py: has changes that are not staged, so it was not fixed" in done.err
        assert repo.text("train.py") == work
        assert repo.text("other.py") == MENDED
    repo.git("add", "other.py")
    assert repro_check("check", "--staged", "other.py", cwd=repo.root).code == 0


def test_a_file_that_cannot_be_written_is_left_as_it_was(make_repo: MakeRepo) -> None:
    before = without_privileges()
    repo = make_repo({"closed/train.py": FALSY})
    (repo.root / "closed").chmod(0o555)
    done = repro_check("check", "--fix", cwd=repo.root, before=before)
    (repo.root / "closed").chmod(0o755)
    assert done.code == 2
    assert "closed/train.py: cannot write the file (Permission denied)" in done.err
    assert repo.text("closed/train.py") == FALSY
    assert names_in(repo.root / "closed") == ["train.py"]


def test_the_report_after_fixing_is_about_what_is_left(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": FALSY, "b.yaml": "out: /home/ada/out\n"})
    done = as_json("--fix", cwd=repo.root)
    assert (done.code, done.codes) == (1, ["PORT001"])
    assert done.err == "Fixed 1 place in a.py\n"


DATA = {"data/a.csv": "1,2\n" * 30_000, "data/b/c.csv": "3,4\n"}


def test_a_fix_of_the_release_profile_makes_files_that_are_missing(make_repo: MakeRepo) -> None:
    repo = make_repo(DATA)
    words = ("--profile", "release", "--select", "DATA008")
    assert as_json("--select", "DATA008", cwd=repo.root).codes == []
    assert as_json(*words, cwd=repo.root).codes == ["DATA008"]
    shown = repro_check("check", *words, "--diff", cwd=repo.root)
    assert "+++ b/DATASHEET.md\n" in shown.out
    assert not (repo.root / "DATASHEET.md").exists()
    done = as_json(*words, "--fix", cwd=repo.root)
    assert done.codes == []
    assert done.err == "Made DATASHEET.md\nMade croissant.json\n"
    document = json.loads(repo.text("croissant.json"))
    assert [item["contentUrl"] for item in document["distribution"]] == [
        "data/a.csv",
        "data/b/c.csv",
    ]


def test_a_file_that_git_ignores_is_not_replaced_by_a_new_one(make_repo: MakeRepo) -> None:
    repo = make_repo({**DATA, ".gitignore": "DATASHEET.md\n"})
    repo.write({"DATASHEET.md": "mine"})
    as_json("--profile", "release", "--select", "DATA008", "--fix", cwd=repo.root)
    assert repo.text("DATASHEET.md") == "mine"
    assert (repo.root / "croissant.json").exists()
