"""LOG002: runs that cannot be tied to a commit, and the ways of recording one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[str]]
TRAIN = """import os
import subprocess
import torch
{imports}

def main():
    model = torch.nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x in torch.zeros(9, 1, 4):
        model(x).sum().backward()
        optimizer.step()
    {body}


if __name__ == "__main__":
    main()
"""


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings on `train.py` with these parts, beside other files."""

    def run(
        body: str = "pass", imports: str = "", files: dict[str, str] | None = None
    ) -> list[str]:
        text = TRAIN.format(body=body, imports=imports)
        repo = make_repo({"train.py": text} | (files or {}), commit=False)
        return places(check(repo.root, "LOG002"))

    return run


def test_a_run_that_records_no_commit_is_told_at_its_start(judge: Judge) -> None:
    assert judge() == ["train.py:15:1 LOG002"]


@pytest.mark.parametrize(
    ("body", "imports"),
    [
        ('subprocess.check_output(["git", "rev-parse", "HEAD"])', ""),
        ('subprocess.run("git describe --always", shell=True)', ""),
        ('os.system("cd src && git diff > diff.txt")', ""),
        ('subprocess.run(["git", "-C", "src", "log", "-1"])', ""),
        ("git.Repo().head.commit", "import git"),
        ("pass", "import wandb"),
        ("pass", "from mlflow import log_metric"),
        ("pass", "from lightning.pytorch.loggers import WandbLogger"),
        ("pass", "from sacred import Experiment"),
        ('commit = os.environ["GIT_SHA"]', ""),
        ('print(os.getenv("GITHUB_SHA"))', ""),
        ('print(os.environ.get("CI_COMMIT_SHA"))', ""),
        ("print(get_git_hash())", "from lab.tools import get_git_hash"),
        ('shutil.copytree("src", "runs/1/src")', "import shutil"),
        ('accelerator = Accelerator(log_with="all")', "from accelerate import Accelerator"),
        ("importlib.import_module(plugin)", "import importlib"),
        ("pass", "from transformers import Trainer\ntrainer = Trainer()\n"),
    ],
)
def test_what_records_the_commit_or_cannot_be_seen_passes(
    judge: Judge, body: str, imports: str
) -> None:
    if "trainer" in imports:
        body = "trainer = Trainer(model)"
    assert judge(body, imports) == []


@pytest.mark.parametrize(
    ("body", "imports"),
    [
        ('subprocess.run(["python", "prepare.py"])', ""),
        ('print("digits", "legit log")', ""),
        ('print(os.environ["HOME"])', ""),
        ("pass", "from torch.utils.tensorboard import SummaryWriter"),
        ("optimizer.zero_grad()", "import csv"),
    ],
)
def test_what_says_nothing_of_the_commit_does_not_count(
    judge: Judge, body: str, imports: str
) -> None:
    assert len(judge(body, imports)) == 1


def test_a_helper_that_asks_git_counts_where_it_may_be_called(judge: Judge) -> None:
    helper = (
        "import subprocess\n\ndef state():\n    return subprocess.getoutput('git rev-parse HEAD')\n"
    )
    assert judge("print(state())", "from helper import state", {"helper.py": helper}) == []
    assert len(judge("pass", "", {"helper.py": helper})) == 1


def test_a_tracker_that_hydra_makes_of_a_config_counts(judge: Judge) -> None:
    config = "logger:\n  _target_: lightning.pytorch.loggers.wandb.WandbLogger\n"
    files = {"conf/logger/wandb.yaml": config}
    assert judge("instantiate(cfg)", "from hydra.utils import instantiate", files) == []


def test_a_script_that_trains_nothing_passes(make_repo: MakeRepo) -> None:
    text = "import torch\n\nif __name__ == '__main__':\n    print(torch.load('a.pt'))\n"
    assert places(check(make_repo({"eval.py": text}, commit=False).root, "LOG002")) == []
