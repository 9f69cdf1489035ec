"""LOG001: metrics that are only shown, and the many ways of keeping them."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[str]]

TRAIN = """
import argparse
import torch
{imports}

def train(model, optimizer, loader, args):
    for epoch in range(10):
        for x in loader:
            loss = model(x).sum()
            loss.backward()
            optimizer.step()
        {show}
        {keep}


def main():
    args = argparse.ArgumentParser().parse_args()
    model = torch.nn.Linear(4, 2)
    train(model, torch.optim.SGD(model.parameters(), lr=0.1), [torch.zeros(1, 4)], args)


if __name__ == "__main__":
    main()
"""


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings on `train.py` with these parts, beside other files."""

    def run(
        show: str = 'print("loss", loss.item())',
        keep: str = "pass",
        imports: str = "",
        files: dict[str, str] | None = None,
    ) -> list[str]:
        text = TRAIN.format(show=show, keep=keep, imports=imports).lstrip("\n")
        ast.parse(text)
        others = {path: textwrap.dedent(other) for path, other in (files or {}).items()}
        repo = make_repo({"train.py": text} | others, commit=False)
        return places(check(repo.root, "LOG001"))

    return run  # fmt: skip


@pytest.mark.parametrize(
    ("show", "imports"),
    [
        ('print("loss", loss.item())', ""),
        ('print(f"epoch {epoch}: {loss.item():.3f}")', ""),
        ("print(f\"step={epoch}, episodic_return={out['r']}\")", ""),
        ('print(f"validation accuracy: {out:.3f}")', ""),
        ('print("Epoch {}: accuracy {:.2f}".format(epoch, 100.0 * epoch))', ""),
        ('print("Loss: %.3f" % loss)', ""),
        ("print(epoch, train_acc)", ""),
        ('logging.info("val loss %s", loss)', "import logging"),
        ("bar.set_postfix(loss=loss.item())", "from tqdm import tqdm\nbar = tqdm()"),
        ('sys.stdout.write("loss %s" % loss)', "import sys"),
    ],
)
def test_metrics_that_are_only_shown_are_told_where_they_are_shown(
    judge: Judge, show: str, imports: str
) -> None:
    line = 11 + imports.count("\n")
    assert judge(show, imports=imports) == [f"train.py:{line}:9 LOG001"]


@pytest.mark.parametrize(
    ("keep", "imports"),
    [
        ("wandb.log({'loss': loss})", "import wandb"),
        ("pass", "from torch.utils.tensorboard import SummaryWriter"),
        ("pass", "import mlflow"),
        ('open("log.txt", "a").write(str(loss))', ""),
        ('open("log.txt", args.mode)', ""),
        ('print(loss, file=open("log.txt"))', ""),
        ('np.savetxt("loss.txt", [loss])', "import numpy as np"),
        ('json.dump(loss, open("log.json"))', "import json"),
        ('pd.DataFrame([loss]).to_csv("log.csv")', "import pandas as pd"),
        ('plt.savefig("loss.png")', "import matplotlib.pyplot as plt"),
        ("pass", 'import logging\nlogging.basicConfig(filename="train.log")'),
        ("pass", 'import logging\nlogging.getLogger().addHandler(logging.FileHandler("a.log"))'),
        ('torch.save({"model": model.state_dict(), "losses": losses}, "ckpt.pt")', ""),
        ('torch.save(model, f"epoch{epoch}_loss{loss.item():.3f}.pt")', ""),
        ("recorder.add(loss)", "from lab.tools import Recorder\nrecorder = Recorder()"),
        ("accelerator.log({'loss': loss})", "import accelerate\naccelerator = accelerate.Accelerator()"),
        ("pass", "import importlib\nplugin = importlib.import_module('plugin')"),
    ],
)  # fmt: skip
def test_what_may_keep_the_numbers_passes(judge: Judge, keep: str, imports: str) -> None:
    assert judge(keep=keep, imports=imports) == []


@pytest.mark.parametrize(
    ("keep", "imports"),
    [
        ('torch.save(model.state_dict(), "last.pt")', ""),
        ("text = open('vocabulary.txt').read()", ""),
        ("pass", "import logging\nlogging.basicConfig(level=logging.INFO)"),
        ("pass", "import logging\nlogging.getLogger().addHandler(logging.StreamHandler())"),
        ("value = math.log(2.0)", "import math"),
        ('tqdm.write("loss %s" % loss)', "from tqdm import tqdm"),
    ],
)
def test_what_keeps_no_metrics_does_not_count(judge: Judge, keep: str, imports: str) -> None:
    assert len(judge(keep=keep, imports=imports)) == 1


def test_a_logger_of_the_project_counts_however_it_writes(judge: Judge) -> None:
    logger = """
        class Log:
            def __init__(self, path):
                self.path = path

            def add(self, value):
                with open(self.path, "a") as file:
                    file.write(str(value))
    """
    keep, imports = "log.add(loss)", 'from tools.log import Log\nlog = Log("a.txt")'
    assert judge(keep=keep, imports=imports, files={"tools/log.py": logger}) == []
    silent = "class Log:\n    def __init__(self, path): ...\n    def add(self, value): ...\n"
    assert len(judge(keep=keep, imports=imports, files={"tools/log.py": silent})) == 1


def test_metrics_that_a_helper_of_another_module_shows_are_found(judge: Judge) -> None:
    helper = "def report(model):\n    print('test accuracy', model)\n"
    found = judge("report(model)", imports="from utils import report", files={"utils.py": helper})
    assert found == ["utils.py:2:5 LOG001"]


@pytest.mark.parametrize(
    "show", ["pass", "print('saved the model')", "print(epoch)", "print(args.batch_size)"]
)
def test_a_run_that_shows_no_metrics_passes(judge: Judge, show: str) -> None:
    assert judge(show) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run.sh", "python train.py > logs/train.log 2>&1\n"),
        ("run.sh", "python train.py \\\n  --lr 0.1 \\\n  | tee log.txt\n"),
        ("README.md", "# Run\n\n```bash\nnohup python train.py &\n```\n"),
    ],
)
def test_a_documented_command_that_keeps_the_output_passes(
    judge: Judge, path: str, text: str
) -> None:
    assert judge(files={path: text}) == []
    assert len(judge(files={path: "python train.py --lr 0.1\n"})) == 1


def test_a_module_that_several_entries_share_is_told_once(make_repo: MakeRepo) -> None:
    library = TRAIN.format(show="print(loss)", keep="pass", imports="").partition("\n\ndef main")[0]
    entry = "import torch\nfrom library import train\n\nif __name__ == '__main__':\n    train(torch.nn.Linear(4, 2), None, [])\n"
    repo = make_repo({"library.py": library, "a.py": entry, "b.py": entry}, commit=False)
    report = check(repo.root, "LOG001")
    assert places(report) == ["library.py:12:9 LOG001"]
    assert report.findings[0].severity is Severity.INFO


def test_frameworks_that_keep_a_log_pass(make_repo: MakeRepo) -> None:
    text = """
        import lightning
        import torch

        class Net(lightning.LightningModule):
            def training_step(self, batch, index):
                loss = batch.sum()
                print("loss", loss)
                return loss

        if __name__ == "__main__":
            net = Net()
            loss = net(torch.zeros(1))
            loss.backward()
            print("loss", loss)
            lightning.Trainer().fit(net)
    """
    repo = make_repo({"train.py": textwrap.dedent(text)}, commit=False)
    assert places(check(repo.root, "LOG001")) == []


@pytest.mark.parametrize(
    "show",
    [
        'print(f"Error: {out}")',
        'print(f"metrics are saved to {out}")',
        'print(f"the loss function is {out}")',
        'print(f"lossless={out}")',
        'print(f"loss={{epoch}} {out}")',
    ],
)
def test_the_text_around_other_values_names_no_metric(judge: Judge, show: str) -> None:
    assert judge(show) == []
