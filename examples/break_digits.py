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

DEFECTS = (
    Defect("CFG008", "configs/config.yaml", replace("seed: 0\n", "")),
    Defect("CKPT004", "digits/checkpoint.py", replace('path, map_location="cpu", ', "path, ")),
    Defect(
        "DATA001",
        "configs/experiment/scans.yaml",
        add("name: scans\ndata_dir: ./scans # from two hospitals\n"),
    ),
    Defect("DATA002", "configs/config.yaml", replace("md5: bd13", "md5: 0000")),
    Defect("DEPS002", "requirements.txt", unpin),
    Defect(
        "DEPS004", "requirements.txt", add("certifi @ file:///croot/certifi_170722/work/certifi\n")
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
    Defect("SEED001", "finetune.py", add(FINETUNE)),
    Defect("SEED004", "summarize.py", add(BOOTSTRAP)),
    Defect(
        "SUP001",
        "digits/model.py",
        add("\nSIZE = 8  # repro-check: ignore[PORT001] -- a folder once stood here\n"),
    ),
    Defect("SUP002", "digits/data.py", add("\nSIDE = 8  # repro-check: ignore\n")),
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
