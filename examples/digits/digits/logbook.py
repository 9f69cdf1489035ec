"""Write down what a run was and how it went: run.json, metrics.csv and TensorBoard events."""

from __future__ import annotations

import csv
import json
import platform
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from torch.utils.tensorboard import SummaryWriter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .training import History


class Logbook:
    """Log each epoch's metrics; close it to flush the events."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._events: SummaryWriter | None = None

    def __call__(self, history: History) -> None:
        """Rewrite metrics.csv from the whole history and add its last row to TensorBoard."""
        row = history[-1]
        step = int(row["epoch"])
        if self._events is None:
            self._events = SummaryWriter(self._folder / "tensorboard", purge_step=step)
        for name, value in row.items():
            self._events.add_scalar(name, value, step)
        with (self._folder / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(row), lineterminator="\n")
            writer.writeheader()
            writer.writerows(history)

    def close(self) -> None:
        """Flush and close the event file."""
        if self._events is not None:
            self._events.close()


def write_manifest(folder: Path, repository: Path, config: Mapping[str, Any]) -> None:
    """Write run.json: the code version, the environment and the composed config."""
    status = _git(repository, "status", "--porcelain")
    manifest = {
        "arguments": sys.argv[1:],
        "git_commit": _git(repository, "rev-parse", "HEAD"),
        "git_dirty": None if status is None else bool(status),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: version(name) for name in ("numpy", "torch", "hydra-core")},
        "config": dict(config),
    }
    (folder / "run.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _git(repository: Path, *arguments: str) -> str | None:
    """What git says, or None outside a repository or without git."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=repository, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
