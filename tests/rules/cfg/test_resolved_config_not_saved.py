"""CFG006: runs that keep nothing of their config."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from checking import check
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
PARSED = """\
import argparse
import torch
{imports}

def train(args):
    model = torch.nn.Linear(args.width, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
    for _ in range(args.steps):
        loss = model(torch.ones(args.width)).sum()
        loss.backward()
        optimizer.step()
    {end}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--width", type=int, default=4)
    args = parser.parse_args()
    train(args)


if __name__ == "__main__":
    main()
"""
HYDRA = """\
import hydra
import torch

@hydra.main(config_path="conf", config_name="train", version_base="1.3")
def main(cfg):
    model = torch.nn.Linear(cfg.width, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=cfg.lr)
    for _ in range(cfg.steps):
        model(torch.ones(cfg.width)).sum().backward()
        optimizer.step()

if __name__ == "__main__":
    main()
"""
CONFIG = "lr: 0.1\nsteps: 2\nwidth: 4\n"
LOADED = """\
import torch
import yaml

def main():
    with open("config.yaml") as stream:
        cfg = yaml.safe_load(stream)
    model = torch.nn.Linear(cfg["width"], 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=cfg["lr"])
    for _ in range(cfg["steps"]):
        model(torch.ones(cfg["width"])).sum().backward()
        optimizer.step()

if __name__ == "__main__":
    main()
"""


def parsed(end: str = "torch.save(model.state_dict(), 'model.pt')", imports: str = "") -> str:
    """A program with options, and what it does at its end."""
    return PARSED.format(end=end, imports=imports)


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        texts = {path: textwrap.dedent(text) for path, text in files.items()}
        return list(check(make_repo(texts, commit=False).root, "CFG006").findings)

    return run


@pytest.mark.parametrize(
    "files",
    [
        {"train.py": parsed()},
        {"train.py": LOADED, "config.yaml": CONFIG},
        {"train.py": parsed("open('log.txt', 'w').write(f'{loss.item()}')")},
        {"train.py": parsed("print(args)")},
        {"train.py": parsed("torch.save({'lr': args.lr}, 'a.pt')")},
        {"train.py": HYDRA, "conf/train.yaml": CONFIG + "hydra:\n  output_subdir: null\n"},
    ],
)
def test_a_run_that_keeps_no_config_is_found(judge: Judge, files: dict[str, str]) -> None:
    assert len(judge(files)) == 1


@pytest.mark.parametrize(
    ("end", "imports"),
    [
        ("torch.save({'model': model.state_dict(), 'args': args}, 'a.pt')", ""),
        ("json.dump(vars(args), open('args.json', 'w'))", "import json"),
        ("yaml.safe_dump(args.__dict__, open('args.yaml', 'w'))", "import yaml"),
        ("open('log.txt', 'w').write(str(args))", ""),
        ("print(args, file=open('log.txt', 'w'))", ""),
        ("wandb.init(config=args)", "import wandb"),
        ("mlflow.log_params(vars(args))", "import mlflow"),
        ("SummaryWriter().add_text('args', str(args))", "from tensorboardX import SummaryWriter"),
        ("logging.info('%s', args)", "import logging"),
        ("logging.basicConfig(filename='log.txt')", "import logging"),
        ("shutil.copy(args.config, 'out')", "import shutil"),
        ("save_options(args)", "from helpers import save_options"),
        ("importlib.import_module('plugin').run()", "import importlib"),
    ],
)
def test_a_run_that_may_keep_its_config_is_fine(judge: Judge, end: str, imports: str) -> None:
    assert not judge({"train.py": parsed(end, imports)})


def test_the_folder_of_a_job_of_hydra_counts(judge: Judge) -> None:
    assert not judge({"train.py": HYDRA, "conf/train.yaml": CONFIG})


def test_a_captured_output_with_the_options_counts(judge: Judge) -> None:
    files = {"train.py": parsed("print(args)"), "run.sh": "python train.py --lr 1 | tee log.txt\n"}
    assert not judge(files)


def test_another_module_may_keep_the_options(judge: Judge) -> None:
    files = {
        "train.py": parsed("keep(args)", "from keeping import keep"),
        "keeping.py": "import json\n\ndef keep(args):\n    json.dump(vars(args), open('a.json', 'w'))\n",
    }
    assert not judge(files)


def test_a_program_that_does_not_train_needs_no_record(judge: Judge) -> None:
    text = parsed().replace("loss.backward()", "pass").replace("optimizer.step()", "pass")
    assert not judge({"evaluate.py": text})


def test_the_fix_writes_the_options(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo({"train.py": parsed()}, commit=False).root
    found = check(root, "CFG006").findings
    read = lambda path: (root / path).read_bytes()  # noqa: E731 - the reader that fixes ask
    (change,) = plan_fixes(found, read, frozenset({Safety.UNSAFE}))
    assert isinstance(change, Change)
    script = tmp_path / "fixed.py"
    script.write_bytes(change.new)
    subprocess.run([sys.executable, str(script), "--lr", "0.5"], cwd=tmp_path, check=True)
    assert json.loads((tmp_path / "args.json").read_text())["lr"] == 0.5
