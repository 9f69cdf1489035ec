"""`repro-check config list`: which experiments there are, and how a person starts each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cli.configs_made import EVAL, HYDRA, MMENGINE, PLAIN
from commanding import repro_check
from conftest import Repo

MakeRepo = Callable[..., Repo]


def test_experiments_are_listed_by_the_program_that_runs_them(make_repo: MakeRepo) -> None:
    repo = make_repo({**HYDRA, **EVAL})
    done = repro_check("config", "list", cwd=repo.root)
    assert done.code == 0
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines == [
        "train.py (hydra, train.py:4)",
        "train # README.md:4",
        "python train.py",
        "optimizer=sgd trainer.max_epochs=3 # README.md:5",
        "python train.py optimizer=sgd trainer.max_epochs=3",
        "experiment=deep # conf/experiment/deep.yaml:1",
        "python train.py experiment=deep",
        "",
        "eval.py (hydra, eval.py:4)",
        "eval # conf/eval.yaml:1",
        "python eval.py",
    ]
    assert "config show" in done.err


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (PLAIN, "python train.py --config-file configs/a.yaml"),
        (MMENGINE, "python tools/train.py configs/big.py"),
        (
            {**HYDRA, "README.md": "```sh\npython train.py 'data.path=my data' +n=$N\n```\n"},
            "python train.py 'data.path=my data' +n=$N",
        ),
        (
            {**HYDRA, "README.md": "```sh\npython train.py -m seed=1,2\n```\n"},
            "python train.py -m seed=1,2",
        ),
    ],
    ids=["option", "positional", "quoted", "sweep"],
)
def test_the_command_can_be_pasted(
    files: dict[str, str], command: str, make_repo: MakeRepo
) -> None:
    done = repro_check("config", "list", cwd=make_repo(files).root)
    assert command in [line.strip() for line in done.out.splitlines()]


def test_the_list_is_there_for_programs(make_repo: MakeRepo) -> None:
    repo = make_repo(HYDRA)
    done = repro_check("config", "list", "--output-format", "json", cwd=repo.root)
    first, second, deep = done.document["experiments"]
    assert first["name"] == "train"
    assert second == {
        "name": "optimizer=sgd trainer.max_epochs=3",
        "command": "python train.py optimizer=sgd trainer.max_epochs=3",
        "entry": "train.py",
        "kind": "hydra",
        "loader": {"path": "train.py", "line": 4},
        "path": "README.md",
        "line": 5,
        "is_documented": True,
        "is_sweep": False,
    }
    assert not deep["is_documented"]
    assert done.err == ""


def test_a_folder_lists_its_own_experiments_and_a_bare_one_lists_all(make_repo: MakeRepo) -> None:
    files = {f"one/{path}": text for path, text in HYDRA.items()}
    repo = make_repo({**files, **PLAIN, "docs/x.txt": ""})
    inside = repro_check("config", "list", cwd=repo.root / "one")
    assert "one/train.py (hydra, one/train.py:4)" in inside.out
    assert "pyyaml" not in inside.out
    assert "top of the repository" in inside.err
    assert "pyyaml" in repro_check("config", "list", cwd=repo.root / "docs").out


def test_a_repository_without_experiments_says_so(make_repo: MakeRepo) -> None:
    done = repro_check("config", "list", cwd=make_repo({"a.yaml": "b: 1\n"}).root)
    assert done.code == 0
    assert "No experiment was found" in done.out


def test_a_loader_without_a_config_is_named(make_repo: MakeRepo) -> None:
    code = (
        "from lightning.pytorch.cli import LightningCLI\n\n\n"
        "if __name__ == '__main__':\n    LightningCLI()\n"
    )
    done = repro_check("config", "list", cwd=make_repo({"main.py": code}).root)
    assert done.code == 0
    assert "main.py:5 (lightning cli)" in done.out
    assert "no program here" not in done.out


def test_a_command_of_another_folder_begins_there(make_repo: MakeRepo) -> None:
    files = {f"sub/{path}": text for path, text in PLAIN.items()}
    done = repro_check("config", "list", cwd=make_repo(files).root)
    lines = [line.strip() for line in done.out.splitlines()]
    assert "cd sub && python train.py --config-file configs/a.yaml" in lines
