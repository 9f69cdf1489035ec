"""The one place where checkpoints are written and read.

A checkpoint holds tensors, numbers, strings and plain containers only, so that it loads with
`weights_only=True`: no code in the file is ever run.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from .model import build_model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import nn
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def save_checkpoint(
    folder: Path,
    *,
    model: nn.Module,
    optimizer: Optimizer,
    scheduler: LRScheduler,
    generator: torch.Generator,
    epoch: int,
    history: list[dict[str, float]],
    config: Mapping[str, Any],
    is_best: bool,
) -> None:
    """Write `last.pt`, and `best.pt` if this epoch is the best so far.

    The best goes first: a job killed between the two repeats the epoch on resuming and writes
    the same best again, whereas the other order would lose it.
    """
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "generator": generator.get_state(),
        "rng": capture_rng(),
        "epoch": epoch,
        "history": history,
        "config": dict(config),
    }
    if is_best:
        _write_atomically(state, folder / "best.pt")
    _write_atomically(state, folder / "last.pt")


def load_checkpoint(path: str | Path) -> dict[str, Any]:
    """Read a checkpoint onto the CPU, wherever it was written."""
    return torch.load(path, map_location="cpu", weights_only=True)


def load_model(path: str | Path) -> nn.Module:
    """Rebuild the model of a checkpoint, ready for inference."""
    state = load_checkpoint(path)
    model = build_model(state["config"]["model"])
    model.load_state_dict(state["model"])
    return model.eval()


def restore(
    state: Mapping[str, Any],
    *,
    model: nn.Module,
    optimizer: Optimizer,
    scheduler: LRScheduler,
    generator: torch.Generator,
) -> None:
    """Put everything back where `save_checkpoint` found it, to continue bit for bit."""
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    generator.set_state(state["generator"])
    restore_rng(state["rng"])


def capture_rng() -> dict[str, Any]:
    """The global generators' states, as values which the safe loader accepts."""
    numpy_state = np.random.get_state(legacy=False)  # noqa: NPY002 -- the global generator is meant
    inner = numpy_state["state"]
    return {
        "python": random.getstate(),
        "numpy": {
            "key": torch.from_numpy(inner["key"].astype(np.int64)),
            "pos": int(inner["pos"]),
            "has_gauss": int(numpy_state["has_gauss"]),
            "gauss": float(numpy_state["gauss"]),
        },
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def restore_rng(rng: Mapping[str, Any]) -> None:
    """Set the global generators to captured states."""
    random.setstate(rng["python"])
    numpy_state = rng["numpy"]
    np.random.set_state(  # noqa: NPY002 -- the global generator is meant
        {
            "bit_generator": "MT19937",
            "state": {
                "key": numpy_state["key"].numpy().astype(np.uint32),
                "pos": numpy_state["pos"],
            },
            "has_gauss": numpy_state["has_gauss"],
            "gauss": numpy_state["gauss"],
        }
    )
    torch.set_rng_state(rng["torch"])
    if len(rng["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(rng["cuda"])


def _write_atomically(state: Mapping[str, Any], path: Path) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
