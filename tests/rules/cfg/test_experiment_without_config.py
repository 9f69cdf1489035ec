"""CFG013: experiments that only a line of a README describes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[str]]
SCRIPT = """\
import argparse

import torch
import yaml


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config"{default})
    parser.add_argument("--lr", type=float, default=0.1)
    args = parser.parse_args()
    cfg = yaml.safe_load(open(args.config)) if args.config else {{}}
    model = torch.nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
    for x in torch.randn(9, 8, 4):
        model(x).sum().backward()
        optimizer.step()


if __name__ == "__main__":
    main()
"""


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings on commands in a README."""

    def run(*commands: str, default: str = "", path: str = "README.md") -> list[str]:
        text = "\n".join(commands)
        readme = f"# Training\n\n```bash\n{text}\n```\n" if path == "README.md" else f"{text}\n"
        files = {
            "train.py": SCRIPT.format(default=default),
            "configs/a.yaml": "lr: 1\n",
            path: readme,
        }
        return places(check(make_repo(files, commit=False).root, "CFG013"))

    return run


def test_commands_without_a_config_are_one_finding_for_their_script(judge: Judge) -> None:
    found = judge("python train.py --lr 0.2", "python train.py --lr 0.3")
    assert found == ["README.md:4:1 CFG013"]


def test_a_command_with_a_config_does_not_speak_for_one_without(judge: Judge) -> None:
    found = judge("python train.py --config configs/a.yaml", "python train.py --lr 0.3")
    assert found == ["README.md:5:1 CFG013"]


def test_a_config_by_default_is_enough(judge: Judge) -> None:
    assert judge("python train.py --lr 0.2", default=', default="configs/a.yaml"') == []


@pytest.mark.parametrize(
    "command",
    [
        "python train.py --config configs/a.yaml",
        "python train.py --config=$CONFIG",
        "python train.py --lr <rate>",
        "python train.py --help",
        "python evaluate.py",
    ],
)
def test_commands_that_name_a_config_or_cannot_be_told_are_left_alone(
    judge: Judge, command: str
) -> None:
    assert judge(command) == []


def test_a_shell_script_is_a_record_of_its_own(judge: Judge) -> None:
    assert judge("python train.py --lr 0.2", path="run.sh") == []
