"""`repro-check check`: exit codes, selection, thresholds, paths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from commanding import FALSY, MENDED, as_json, repro_check
from conftest import Repo

MakeRepo = Callable[..., Repo]
BROKEN = {
    "train.py": FALSY,
    "configs/paths.yaml": "out: /home/ada/out\n",
    "requirements.txt": "certifi @ file:///home/conda/certifi_17/certifi\n",
}
"""SEED004 (warning), PORT001 (error), DEPS004 (error)."""

ALL = ["DEPS004", "PORT001", "SEED004"]


@pytest.fixture
def broken(make_repo: MakeRepo) -> Path:
    return make_repo(BROKEN).root


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 1),
        (("--exit-zero",), 0),
        (("--fail-on", "error"), 1),
        (("--fail-on", "never"), 0),
        (("--fail-on", "error", "--select", "SEED"), 0),
        (("--fail-on", "warning", "--select", "SEED"), 1),
        (("--select", "VCS"), 0),
        (("--min-severity", "error", "--select", "SEED"), 0),
        (("--select", "NOPE"), 2),
        (("--exit-zero", "--select", "NOPE"), 2),
        (("--strict", "--select", "VCS"), 0),
    ],
)
def test_the_exit_code_says_what_was_found(
    arguments: tuple[str, ...], code: int, broken: Path
) -> None:
    assert repro_check("check", *arguments, cwd=broken).code == code


def test_the_exit_code_does_not_depend_on_the_format(broken: Path) -> None:
    for name in ("full", "concise", "json", "github", "sarif", "junit", "markdown"):
        assert repro_check("check", "--output-format", name, cwd=broken).code == 1


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ((), ALL),
        (("--select", "SEED004"), ["SEED004"]),
        (("--select", "SEED"), ["SEED004"]),
        (("--select", "falsy-seed-skipped"), ["SEED004"]),
        (("--select", "SEED,PORT001"), ["PORT001", "SEED004"]),
        (("--select", "SEED", "--select", "PORT"), ["PORT001", "SEED004"]),
        (("--select", "ALL"), ALL),
        (("--select", "NB", "--extend-select", "SEED"), ["SEED004"]),
        (("--ignore", "PORT001"), ["DEPS004", "SEED004"]),
        (("--ignore", "user-absolute-path,DEPS"), ["SEED004"]),
        (("--select", "ALL", "--ignore", "SEED"), ["DEPS004", "PORT001"]),
        (("--min-severity", "error"), ["DEPS004", "PORT001"]),
        (("--stage", "data"), []),
        (("--stage", "file"), ALL),
    ],
)
def test_rules_are_chosen_by_code_prefix_and_name(
    arguments: tuple[str, ...], codes: list[str], broken: Path
) -> None:
    found = as_json(*arguments, cwd=broken).codes
    assert sorted(code for code in found if code in ALL) == codes


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("SEED04", "did you mean `SEED004`?"),
        ("falsy-seed", "did you mean `falsy-seed-skipped`?"),
        ("seed004", "names no rule"),
        ("ZZZ", "`ZZZ` names no rule"),
    ],
)
def test_a_selector_that_names_no_rule_is_refused_with_the_nearest(
    word: str, says: str, broken: Path
) -> None:
    for option in ("--select", "--ignore", "--extend-select"):
        done = repro_check("check", option, word, cwd=broken)
        assert done.code == 2
        assert says in done.err
        assert option.removeprefix("--") in done.err


def test_settings_of_the_file_and_words_of_the_command_line_add_up(make_repo: MakeRepo) -> None:
    text = 'select = ["SEED", "PORT"]\nextend-select = ["DEPS"]\n[per-file-ignores]\n"configs/" = ["PORT"]\n'
    root = make_repo(BROKEN | {"repro-check.toml": text, "run.yaml": "out: /home/ada/out\n"}).root
    done = as_json(cwd=root)
    assert done.codes == ["DEPS007", "DEPS004", "PORT001", "SEED004"]
    assert [f["path"] for f in done.document["findings"]][2] == "run.yaml"
    assert as_json("--ignore", "DEPS", cwd=root).codes == ["PORT001", "SEED004"]
    assert as_json("--select", "SEED", cwd=root).codes == ["SEED004"]
    assert set(as_json("--isolated", cwd=root).codes) >= set(ALL)
    (root / "other.toml").write_text('select = ["DEPS"]\n')
    assert as_json("--config", "other.toml", cwd=root).codes == ["DEPS007", "DEPS004"]


@pytest.mark.parametrize(
    ("glob", "selector"),
    [
        ("train.py", "SEED004"),
        ("*.py", "SEED"),
        ("/train.py", "ALL"),
        ("train.*", "falsy-seed-skipped"),
    ],
)
def test_a_rule_is_ignored_in_files_that_match(
    glob: str, selector: str, make_repo: MakeRepo
) -> None:
    text = f'[per-file-ignores]\n"{glob}" = ["{selector}"]\n'
    root = make_repo(BROKEN | {"repro-check.toml": text}).root
    codes = as_json(cwd=root).codes
    assert "SEED004" not in codes
    assert "PORT001" in codes


def test_a_finding_fails_a_run_only_when_it_is_sure_enough(make_repo: MakeRepo) -> None:
    repo = make_repo({"configs/train.yaml": "lr: 0.1\n", "train.py": UNSEEDED})
    done = as_json("--select", "CFG008", cwd=repo.root)
    assert [f["confidence"] for f in done.document["findings"]] == ["medium"]
    assert done.code == 1
    assert as_json("--select", "CFG008", "--fail-confidence", "high", cwd=repo.root).code == 0
    assert as_json("--select", "CFG008", "--fail-confidence", "low", cwd=repo.root).code == 1


UNSEEDED = """\
import torch
import yaml


def main():
    with open("configs/train.yaml") as stream:
        cfg = yaml.safe_load(stream)
    model = torch.nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=cfg["lr"])
    for _ in range(10):
        model(torch.randn(8, 4)).sum().backward()
        optimizer.step()


if __name__ == "__main__":
    main()
"""


def test_paths_limit_what_is_reported_and_not_what_is_known(make_repo: MakeRepo) -> None:
    files = {"a/train.py": FALSY, "b/train.py": FALSY, "b/c/train.py": FALSY, "ok.py": MENDED}
    root = make_repo(files).root

    def paths(*arguments: str, cwd: Path = root) -> list[str]:
        return [item["path"] for item in as_json(*arguments, cwd=cwd).document["findings"]]

    assert paths() == paths(".") == ["a/train.py", "b/c/train.py", "b/train.py"]
    assert paths("b") == paths(f"{root}/b") == paths("./b/") == ["b/c/train.py", "b/train.py"]
    assert paths("a", "b/c/train.py") == ["a/train.py", "b/c/train.py"]
    assert paths("ok.py") == []
    assert paths(cwd=root / "b") == paths("b"), "without words: this folder"
    assert paths("../a", cwd=root / "b") == ["a/train.py"]
    assert as_json(f"{root}/b", cwd=root.parent).document["root"] == str(root)


def test_files_that_would_be_checked_are_listed(make_repo: MakeRepo) -> None:
    root = make_repo({"a.py": "", "b/c.yaml": "", ".gitignore": "x.py\n", "data.bin": "x"}).root
    (root / "x.py").write_text("")
    done = repro_check("check", "--show-files", cwd=root)
    assert done.code == 0
    assert done.out.splitlines() == [".gitignore", "a.py", "b/c.yaml", "data.bin"]
    assert repro_check("check", "--show-files", "b", cwd=root).out == "b/c.yaml\n"
    (root / "repro-check.toml").write_text('exclude = ["b/"]\n')
    assert "b/c.yaml" not in repro_check("check", "--show-files", cwd=root).out


def test_what_is_staged_is_checked_when_asked(make_repo: MakeRepo) -> None:
    repo = make_repo({"old.py": FALSY, "train.py": MENDED, "other.py": MENDED})
    root = repo.root
    assert as_json("--staged", cwd=root).codes == [], "nothing is staged"
    repo.write({"train.py": FALSY}).git("add", "train.py")
    repo.write({"train.py": MENDED, "other.py": FALSY})
    for words in ((), ("train.py",), ("train.py", "other.py")):
        done = as_json("--staged", *words, cwd=root)
        assert [f["path"] for f in done.document["findings"]] == ["train.py"], words
    done = as_json(cwd=root)
    assert [f["path"] for f in done.document["findings"]] == ["old.py", "other.py"]
    assert as_json("--staged", "other.py", cwd=root).codes == []


def test_a_commit_message_is_checked_from_its_file(make_repo: MakeRepo) -> None:
    repo = make_repo({"train.py": FALSY})
    message = repo.root / ".git/COMMIT_EDITMSG"
    for text, codes in {
        "update\n": ["VCS001"],
        "\n\n# a comment\nwip\n": ["VCS001"],
        "Seed the training run\n": [],
        "Seed the training run\n\nupdate\n": [],
        "# only comments\n": [],
        "": [],
    }.items():
        message.write_text(text)
        done = as_json("--stage", "commit-msg", ".git/COMMIT_EDITMSG", cwd=repo.root)
        assert done.codes == codes, text
    message.write_bytes("Entraîne le modèle\n".encode("latin-1"))
    assert as_json("--stage", "commit-msg", str(message), cwd=repo.root).codes == []
