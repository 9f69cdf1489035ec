"""Make the broken twin of `digits`: the same repository with one defect planted for each default rule.

Usage:
    python examples/break_digits.py build/digits-broken

The table below is the only place where the defects are described; the tests hold that each is found,
and nothing else.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
COMMIT_MESSAGE = "update"


class Defect(NamedTuple):
    """A defect: the rule that finds it, the file where it is found, and how it is planted."""

    code: str
    path: str
    plant: Callable[[Path], None]


def replace(old: str, new: str) -> Callable[[Path], None]:
    """Replace the only occurrence of a text."""

    def plant(file: Path) -> None:
        text = file.read_text("utf-8")
        if text.count(old) != 1:
            raise SystemExit(f"{file} holds {old!r} {text.count(old)} times, expected once")
        file.write_text(text.replace(old, new), "utf-8")

    return plant


def add(text: str) -> Callable[[Path], None]:
    """Add text at the end of a file, or make a new file of it."""

    def plant(file: Path) -> None:
        before = file.read_text("utf-8") if file.exists() else ""
        file.write_text(before + text, "utf-8")

    return plant


def swap_counts(file: Path) -> None:
    """Give the first two code cells of a notebook each other's execution counts."""
    notebook = json.loads(file.read_text("utf-8"))
    first, second = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][:2]
    first["execution_count"], second["execution_count"] = (
        second["execution_count"],
        first["execution_count"],
    )
    file.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


def unpin(file: Path) -> None:
    """Take the versions out of a requirement file."""
    file.write_text(re.sub(r"==\S+", "", file.read_text("utf-8")), "utf-8")


def leak_key(file: Path) -> None:
    """Log in with a key that stands in the code; it is drawn at random, so it opens nothing."""
    add(f'\n\ndef track():\n    import wandb\n\n    wandb.login(key="{secrets.token_hex(20)}")\n')(
        file
    )


def keep(_file: Path) -> None:
    """Plant nothing: an earlier defect brought this one along."""


FINETUNE = '''"""Go on training on new digits."""

import torch
from digits.model import build_model


def main():
    model = build_model({"kind": "mlp", "hidden": 64})
    optimizer = torch.optim.AdamW(model.parameters())
    for _ in range(10):
        images = torch.rand(8, 1, 8, 8)
        loss = model(images).logsumexp(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    main()
'''
BOOTSTRAP = """

def resample(values, seed=None):
    import random

    if seed:
        random.seed(seed)
    return random.choices(values, k=len(values))
"""

BASELINE = '''"""Baselines from scikit-learn."""

import os
import random
import time

import numpy as np
from sklearn.model_selection import train_test_split


def split(images, labels):
    return train_test_split(images, labels, test_size=0.2)


def read_scans(folder):
    return [np.load(os.path.join(folder, name)) for name in os.listdir(folder)]


def first_scans(folder, count):
    return read_scans(folder)[:count]


def index_classes(names):
    return {name: index for index, name in enumerate(set(names))}


def jitter(images):
    return images + np.random.default_rng().normal(size=images.shape)


def restart():
    random.seed(int(time.time()))
'''
WORKERS = '''"""Digits that are jittered in worker processes."""

import numpy as np
from torch.utils.data import DataLoader, Dataset


class Jittered(Dataset):
    def __init__(self, images, seed):
        self.images = images
        self.rng = np.random.default_rng(seed)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        return image + self.rng.normal(size=image.shape)


def seed_worker(worker_id):
    np.random.seed(0)


def make_loader(images, seed):
    return DataLoader(Jittered(images, seed), num_workers=2, worker_init_fn=seed_worker)
'''
DETERMINISM = """

def make_deterministic() -> None:
    import os

    os.environ["PYTHONHASHSEED"] = "0"
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = True
"""
HEAD = """

class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(64, 10)

    def forward(self, features):
        return self.out(nn.functional.dropout(features, 0.5))
"""
PRETRAIN = '''"""Learn features from the digits alone, on several machines."""

import argparse
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, DistributedSampler

from digits.data import load_part


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume")
    args = parser.parse_args()
    model = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 64))
    torch.manual_seed(args.seed)
    optimizer = torch.optim.AdamW(model.parameters())
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
    start = 0
    if args.resume:
        state = torch.load(args.resume, map_location="cpu")
        model.load_state_dict(state["model"])
        start = state["epoch"] + 1
    images = load_part(Path("data"), "train").images
    sampler = DistributedSampler(images)
    loader = DataLoader(images, batch_size=8, sampler=sampler)
    for epoch in range(start, 20):
        for batch in loader:
            loss = (model(batch.flatten(1)) - batch.flatten(1)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        scheduler.step()
        print(f"epoch {epoch}: loss {loss.item():.4f}")
        torch.save({"model": model.state_dict(), "epoch": epoch}, f"outputs/{epoch}.pt")


if __name__ == "__main__":
    main()
'''
ABLATION = '''"""How wide should the network be? The best of ten epochs for each width."""

import csv
import random
from pathlib import Path

import torch
from torch import nn

from digits.data import load_part


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.hidden = nn.Linear(64, width)
        self.dropout = nn.Dropout(0.5)
        self.out = nn.Linear(width, 10)

    def forward(self, images):
        return self.out(self.dropout(self.hidden(images.flatten(1)).relu()))


def validate(model, digits):
    with torch.no_grad():
        return (model(digits.images).argmax(1) == digits.labels).float().mean().item()


def train(model, training, validation):
    optimizer = torch.optim.AdamW(model.parameters())
    best, best_weights = 0.0, None
    for _ in range(10):
        model.train()
        loss = nn.functional.cross_entropy(model(training.images), training.labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        score = validate(model, validation)
        if score > best:
            best, best_weights = score, model.state_dict()
    model.load_state_dict(best_weights)
    return best


def main():
    random.seed(0)
    training, validation = load_part(Path("data"), "train"), load_part(Path("data"), "test")
    for width in (16, 64):
        model = Net(width)
        best = train(model, training, validation)
        with open("results/ablation.csv", "a") as file:
            csv.writer(file).writerow((width, best))


if __name__ == "__main__":
    main()
'''
TUNE = '''"""Look for a good penalty."""

import os

import numpy as np

os.environ["OMP_NUM_THREADS"] = "1"

import optuna
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import cross_val_score


def objective(trial):
    seed = trial.suggest_int("seed", 0, 99)
    model = SGDClassifier(alpha=trial.suggest_float("alpha", 1e-5, 1e-1), random_state=seed)
    rows = np.loadtxt("data/train.csv", delimiter=",", skiprows=1)
    return cross_val_score(model, rows[:, 1:], rows[:, 0]).mean()


def main():
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    study.optimize(objective, n_trials=50)
    print(study.best_params, np.round(study.best_value, 3))


if __name__ == "__main__":
    main()
'''
WORDS = '''"""Fine-tune a language model to read digits that were written as words."""

from datasets import load_from_disk
from transformers import AutoConfig, AutoModelForSequenceClassification, Trainer, TrainingArguments


def main():
    config = AutoConfig.from_pretrained("checkpoints/words", num_labels=10)
    model = AutoModelForSequenceClassification.from_config(config)
    arguments = TrainingArguments("outputs/words", seed=0)
    trainer = Trainer(model=model, args=arguments, train_dataset=load_from_disk("data/words"))
    trainer.train()


if __name__ == "__main__":
    main()
'''
PICTURES = '''"""The same network in Keras."""

import keras
import tensorflow as tf

from digits.data import load_pictures


def main():
    tf.random.set_seed(0)
    images, labels = load_pictures()
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(images, labels)


if __name__ == "__main__":
    main()
'''
PROBE = '''"""What does an untrained network say of noise?"""

import argparse

import torch

from digits.model import build_model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=3)
    args = parser.parse_args()
    model = build_model({"kind": "mlp", "hidden": 64}).eval()
    print(model(torch.randn(args.count, 1, 8, 8)).argmax(dim=1))


if __name__ == "__main__":
    main()
'''
NOISE = '''"""Pictures of noise."""

import hydra
import torch
from hydra.utils import instantiate


@hydra.main(version_base="1.3", config_path="noise_configs", config_name="noise")
def main(cfg):
    if cfg.seed is not None:
        torch.manual_seed(cfg.seed)
    blur = instantiate(cfg.blur)
    torch.save(blur(torch.randn(cfg.how_many, 1, 8, 8)), "noise.pt")


if __name__ == "__main__":
    main()
'''
BLUR = '''"""What makes noise smooth."""

import torch


class Blur:
    def __init__(self, side, spread=1.0):
        self.side, self.spread = side, spread

    def __call__(self, images):
        return torch.nn.functional.avg_pool2d(self.spread * images, self.side)
'''
NOISE_CONFIG = """# Pictures of noise
defaults:
  - _self_
  - experiment: null

seed: null
how_many: ???
blur:
  _target_: digits.blur.Blur
  side: 2
  spraed: 0.5
"""


def add_noise(config: Path) -> None:
    """Add a program with two experiments, of which one has a seed."""
    (config.parent / "experiment").mkdir(parents=True)
    add("# @package _global_\n# The pictures in the paper\nseed: 3\n")(
        config.parent / "experiment" / "fixed.yaml"
    )
    add(NOISE)(config.parent.parent / "noise.py")
    add(BLUR)(config.parent.parent / "digits" / "blur.py")
    add("python noise.py\npython noise.py experiment=fixed\n")(
        config.parent.parent / "scripts" / "noise.sh"
    )
    add(NOISE_CONFIG)(config)


OPTIONS = '''"""Options of old runs."""

import yaml


def options(path):
    """What an old run was started with."""
    with open(path, encoding="utf-8") as stream:
        return yaml.load(stream, Loader=yaml.UnsafeLoader)
'''

DEFECTS = (
    Defect("CFG008", "configs/config.yaml", replace("seed: 0\n", "")),
    Defect("CFG009", "README.md", keep),
    Defect("CFG003", "configs/config.yaml", replace("epochs: 100", "epochs: 0100")),
    Defect("CFG004", "probe.py", add(PROBE)),
    Defect("CFG012", "noise_configs/noise.yaml", add_noise),
    Defect("CFG011", "noise_configs/noise.yaml", keep),
    Defect("CFG014", "noise_configs/noise.yaml", keep),
    Defect("CKPT004", "digits/checkpoint.py", replace('path, map_location="cpu", ', "path, ")),
    Defect(
        "DATA001",
        "configs/experiment/scans.yaml",
        add("name: scans\ndata_dir: ./scans # from two hospitals\n"),
    ),
    Defect("DATA002", "configs/config.yaml", replace("md5: bd13", "md5: 0000")),
    Defect("DEPS002", "requirements.txt", unpin),
    Defect(
        "DEPS004", "requirements.txt", add("certifi @ file:///home/conda/certifi_170722/certifi\n")
    ),
    Defect("NB001", "notebooks/01-results.ipynb", swap_counts),
    Defect(
        "PORT001",
        "predict.py",
        replace(
            '"--input", type=Path, required=True',
            '"--input", type=Path, default="/home/ada/digits.npy"',
        ),
    ),
    Defect("SEC001", "digits/logbook.py", leak_key),
    Defect("SEC003", "digits/options.py", add(OPTIONS)),
    Defect("SEC005", "digits/scaler.pkl", add("cos\nsystem\n(S'true'\ntR.")),
    Defect("SEED001", "finetune.py", add(FINETUNE)),
    Defect("SEED004", "summarize.py", add(BOOTSTRAP)),
    Defect(
        "SUP001",
        "digits/model.py",
        add("\nSIZE = 8  # repro-check: ignore[PORT001] -- a folder once stood here\n"),
    ),
    Defect("SUP002", "digits/data.py", add("\nSIDE = 8  # repro-check: ignore\n")),
    Defect("CKPT001", "ablation.py", add(ABLATION)),
    Defect("CKPT003", "pretrain.py", add(PRETRAIN)),
    Defect("LOG001", "pretrain.py", keep),
    Defect("SEED002", "ablation.py", keep),
    Defect("SEED003", "pretrain.py", keep),
    Defect("SEED005", "digits/baseline.py", add(BASELINE)),
    Defect("SEED006", "digits/baseline.py", keep),
    Defect("SEED007", "digits/seeding.py", add(DETERMINISM)),
    Defect("SEED008", "digits/baseline.py", keep),
    Defect("SEED009", "digits/baseline.py", keep),
    Defect("SEED010", "digits/baseline.py", keep),
    Defect("SEED013", "digits/workers.py", add(WORKERS)),
    Defect("SEED014", "digits/workers.py", keep),
    Defect("SEED016", "pretrain.py", keep),
    Defect("SEED018", "digits/seeding.py", keep),
    Defect("SEED019", "tune.py", add(TUNE)),
    Defect("SEED020", "words.py", add(WORDS)),
    Defect("SEED021", "pictures.py", add(PICTURES)),
    Defect("SEED025", "tune.py", keep),
    Defect("SEED026", "ablation.py", keep),
    Defect("SEED027", "digits/model.py", add(HEAD)),
)


def break_digits(target: Path) -> None:
    """Write the broken twin into a new folder, as a git repository with one commit."""
    if target.exists():
        raise SystemExit(f"{target} exists already; remove it first")
    ignore = shutil.ignore_patterns("__pycache__", "outputs", ".pytest_cache", ".git")
    shutil.copytree(HERE / "digits", target, ignore=ignore)
    replace("set_seed(cfg.seed, ", "set_seed(0, ")(target / "train.py")
    replace("seed=cfg.seed", "seed=0")(target / "train.py")
    for defect in DEFECTS:
        defect.plant(target / defect.path)
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        ("commit", "--quiet", "--no-verify", "--message", COMMIT_MESSAGE),
    ):
        subprocess.run(("git", *IDENTITY, *command), cwd=target, check=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    break_digits(Path(sys.argv[1]))
