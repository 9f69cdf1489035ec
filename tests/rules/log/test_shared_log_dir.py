"""LOG004: folders that every run shares, and those of one run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo
from mending import mended

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[str]]


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings on `train.py` with this text, beside other files."""

    def run(text: str, **files: str) -> list[str]:
        others = {f"{name}.py": other for name, other in files.items()}
        repo = make_repo({"train.py": text} | others, commit=False)
        return places(check(repo.root, "LOG004"))

    return run


BOARD = "from torch.utils.tensorboard import SummaryWriter\n"
HF = "from transformers import TrainingArguments\n"
KERAS = "import tensorflow as tf\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (BOARD + 'writer = SummaryWriter("runs")\n', "2:24"),
        (BOARD + 'writer = SummaryWriter(log_dir="runs/a")\n', "2:32"),
        (BOARD + 'DIR = "runs"\nwriter = SummaryWriter(DIR)\n', "3:24"),
        ('from tensorboardX import SummaryWriter\nw = SummaryWriter("logs")\n', "2:19"),
        (HF + 'args = TrainingArguments("out")\n', "2:26"),
        (HF + 'args = TrainingArguments(output_dir="./results", seed=1)\n', "2:37"),
        (KERAS + 'board = tf.keras.callbacks.TensorBoard(log_dir="logs")\n', "2:48"),
        (KERAS + 'writer = tf.summary.create_file_writer("logs")\n', "2:40"),
    ],
)
def test_a_folder_that_is_the_same_for_every_run_is_told(
    judge: Judge, text: str, place: str
) -> None:
    assert judge(text) == [f"train.py:{place} LOG004"]


@pytest.mark.parametrize(
    "text",
    [
        BOARD + "writer = SummaryWriter()\n",
        BOARD + 'writer = SummaryWriter(comment="a")\n',
        BOARD + 'writer = SummaryWriter(f"runs/{name}")\n',
        BOARD + "writer = SummaryWriter(args.log_dir)\n",
        BOARD + 'writer = SummaryWriter(os.path.join("runs", stamp))\n',
        BOARD + 'DIR = "runs"\nDIR = f"{DIR}/{stamp}"\nwriter = SummaryWriter(DIR)\n',
        BOARD + 'def f(folder="runs"):\n    return SummaryWriter(folder)\n',
        BOARD + 'import hydra\nwriter = SummaryWriter("runs")\n',
        BOARD + 'import os\nos.chdir(folder)\nwriter = SummaryWriter("runs")\n',
        "from ours import SummaryWriter\nwriter = SummaryWriter('runs')\n",
        "from lightning.pytorch.loggers import CSVLogger\nlogger = CSVLogger('logs')\n",
        HF + "args = TrainingArguments(output_dir=out)\n",
    ],
)
def test_folders_of_one_run_and_unknown_ones_pass(judge: Judge, text: str) -> None:
    assert judge(text) == []


def test_a_name_that_another_module_hands_on_is_followed(judge: Judge) -> None:
    text = "from .tools import SummaryWriter\nimport torch\nwriter = SummaryWriter('runs')\n"
    assert judge(text, tools=BOARD) == ["train.py:3:24 LOG004"]


def test_notebooks_are_left_alone(make_repo: MakeRepo) -> None:
    document = (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "execution_count":'
        ' null, "metadata": {}, "outputs": [], "source": ["from torch.utils.tensorboard import SummaryWriter\\n",'
        ' "writer = SummaryWriter(\\"runs\\")"]}]}'
    )
    repo = make_repo({"a.ipynb": document}, commit=False)
    assert places(check(repo.root, "LOG004")) == []


def test_scratch_space_passes(judge: Judge) -> None:
    assert judge(HF + 'args = TrainingArguments(output_dir="/tmp")\n') == []
    assert len(judge(HF + 'args = TrainingArguments(output_dir="/mnt/tmp")\n')) == 1


@pytest.mark.parametrize(
    ("imports", "written"),
    [
        ("", "f\"runs/digits/{time.strftime('%Y%m%d-%H%M%S')}\""),
        ("from time import strftime\n", "f\"runs/digits/{strftime('%Y%m%d-%H%M%S')}\""),
    ],
)
def test_each_run_gets_a_folder_of_its_own(make_repo: MakeRepo, imports: str, written: str) -> None:
    text = f"{BOARD}{imports}writer = SummaryWriter('runs/digits/')\n"
    new = mended(make_repo({"train.py": text}, commit=False), "LOG004")["train.py"]
    assert f"SummaryWriter({written})" in new


@pytest.mark.parametrize(
    "text",
    [
        HF + 'args = TrainingArguments(output_dir="out")\n',
        BOARD + 'FOLDER = "runs"\nwriter = SummaryWriter(FOLDER)\n',
        BOARD + 'time = 3\nwriter = SummaryWriter("runs")\n',
    ],
)
def test_what_is_read_again_or_named_elsewhere_has_no_fix(make_repo: MakeRepo, text: str) -> None:
    (finding,) = check(make_repo({"train.py": text}, commit=False).root, "LOG004").findings
    assert finding.fix is None
