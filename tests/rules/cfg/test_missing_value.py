"""CFG014: mandatory values that a documented experiment leaves open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
SCRIPT = """\
import hydra

from data import load


@hydra.main(config_path="conf", config_name="train", version_base="1.3")
def main(cfg):
    load(cfg.data)
    print(cfg.lr)


if __name__ == "__main__":
    main()
"""
DATA = "def load(cfg):\n    print(cfg.folder)\n"
CONFIG = "lr: 0.1\ndata:\n  folder: ???\n"
README = "# Training\n\n```bash\npython train.py lr=0.2\n```\n"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in a Hydra program, some of whose files are others."""

    def run(files: dict[str, str]) -> list[Finding]:
        given = {
            "train.py": SCRIPT,
            "data.py": DATA,
            "conf/train.yaml": CONFIG,
            "README.md": README,
        }
        return list(check(make_repo({**given, **files}, commit=False).root, "CFG014").findings)

    return run


def test_a_value_that_the_command_leaves_open_is_found_where_it_is_open(judge: Judge) -> None:
    (finding,) = judge({})
    assert finding.location.path == "conf/train.yaml"
    assert finding.location.span is not None
    assert finding.location.span.line == 3
    assert "`train.py lr=0.2`" in finding.message
    assert "`data.folder`" in finding.message
    assert {item.location.path for item in finding.related} == {"README.md", "data.py"}


def test_one_open_value_is_one_finding_for_all_commands(judge: Judge) -> None:
    readme = README.replace("lr=0.2", "lr=0.2\npython train.py lr=0.3")
    (finding,) = judge({"README.md": readme})
    assert "and 1 more experiment" in finding.message


def test_another_command_that_gives_the_value_does_not_help(judge: Judge) -> None:
    readme = README.replace("lr=0.2", "lr=0.2\npython train.py data.folder=a")
    (finding,) = judge({"README.md": readme})
    assert "more experiment" not in finding.message


def test_an_interpolation_that_leads_nowhere_is_found(judge: Judge) -> None:
    (finding,) = judge(
        {"conf/train.yaml": "lr: 0.1\ndata:\n  folder: ${paths.rot}\npaths:\n  root: a\n"}
    )
    assert "`paths.rot` names nothing" in finding.message


def test_the_one_experiment_option_that_leaves_it_open_is_found(judge: Judge) -> None:
    config = "defaults:\n  - _self_\n  - optional experiment: null\n" + CONFIG
    files = {f"conf/experiment/{name}.yaml": option(name) for name in "abcd"}
    (finding,) = judge({**files, "conf/train.yaml": config, "README.md": "# Training\n"})
    assert "experiment=d" in finding.message


def option(name: str) -> str:
    """An option of an experiment group; `d` gives no folder."""
    value = "lr: 1\n" if name == "d" else f"data:\n  folder: {name}\n"
    return f"# @package _global_\n{value}"


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": README.replace("lr=0.2", "data.folder=a")},
        {"README.md": README.replace("lr=0.2", "data.folder=<folder>")},
        {"README.md": README.replace("lr=0.2", "data.folder=$DATA")},
        {"README.md": README.replace("lr=0.2", "-m data.folder=a,b")},
        {"README.md": README.replace("lr=0.2", "--help")},
        {"README.md": README + "\nSet `folder` in conf/train.yaml first.\n"},
        {"README.md": "# Training\n\nNo command.\n"},
        {"train.py": SCRIPT.replace("    load(", '    cfg.data.folder = "x"\n    load(')},
        {"train.py": SCRIPT.replace("    load(", '    update(cfg, "data.folder", 1)\n    load(')},
        {"train.py": SCRIPT.replace("load(cfg.data)", "load(cfg.data, folder=1)")},
        {"data.py": 'def load(cfg):\n    print(cfg.get("folder", "here"))\n'},
        {"data.py": "def load(cfg):\n    print(1)\n"},
        {"conf/train.yaml": "lr: 0.1\ndata:\n  folder: ${oc.env:DATA}\n"},
        {"conf/train.yaml": "lr: 0.1\ndata:\n  folder: ${paths.root}\npaths:\n  root: a\n"},
        {"conf/train.yaml": CONFIG, "requirements.txt": "hydra-core==0.11.3\n"},
    ],
)
def test_values_that_are_given_or_not_asked_for_are_left_alone(
    judge: Judge, files: dict[str, str]
) -> None:
    assert judge(files) == []
