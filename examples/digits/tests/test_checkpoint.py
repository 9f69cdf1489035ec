"""A checkpoint must give back what was saved, and an interrupted run must not show."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from digits.checkpoint import load_checkpoint, load_model
from digits.data import load_part, split_validation
from digits.seeding import set_seed
from digits.training import evaluate, fit

DATA = Path(__file__).resolve().parent.parent / "data"


class JobKilledError(Exception):
    """The queue's time limit."""


def config(kind: str = "cnn") -> dict:
    model = {"kind": kind, "dropout": 0.25, "hidden": 8, "channels": 4}
    train = {"epochs": 3, "batch_size": 64, "lr": 0.003, "weight_decay": 0.01}
    return {"name": kind, "seed": 0, "device": "cpu", "model": model, "train": train}


def run(folder: Path, *, kind: str = "cnn", resume: bool = False, stop_after: int = 99) -> list:
    """Train for three epochs; die after `stop_after`, as a job does whose time is up."""

    def log(history: list) -> None:
        if len(history) == stop_after:
            raise JobKilledError

    folder.mkdir(exist_ok=True)
    torch.set_num_threads(1)  # small tensors: more threads only wait for each other
    set_seed(0)
    training, validation = split_validation(load_part(DATA, "train"), fraction=0.2, seed=0)
    return fit(config(kind), training, validation, folder, log=log, resume=resume)


def same(one: object, other: object) -> bool:
    """Equal to the last bit, through all containers."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_a_loaded_model_gives_the_saved_metrics(tmp_path: Path, kind: str) -> None:
    run(tmp_path, kind=kind)
    _, validation = split_validation(load_part(DATA, "train"), fraction=0.2, seed=0)
    for name in ("best.pt", "last.pt"):
        row = load_checkpoint(tmp_path / name)["history"][-1]
        loss, accuracy = evaluate(load_model(tmp_path / name), validation, torch.device("cpu"))
        assert (loss, accuracy) == (row["val_loss"], row["val_accuracy"])


def test_the_best_checkpoint_has_the_least_validation_loss(tmp_path: Path) -> None:
    history = run(tmp_path)
    best = min(history, key=lambda row: row["val_loss"])
    assert load_checkpoint(tmp_path / "best.pt")["epoch"] == best["epoch"]
    assert load_checkpoint(tmp_path / "last.pt")["epoch"] == 3


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    run(tmp_path / "whole")
    with pytest.raises(JobKilledError):
        run(tmp_path / "halves", stop_after=1)
    run(tmp_path / "halves", resume=True)
    for name in ("best.pt", "last.pt"):
        whole = load_checkpoint(tmp_path / "whole" / name)
        assert same(whole, load_checkpoint(tmp_path / "halves" / name))


def test_a_failing_save_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path)
    before = (tmp_path / "last.pt").read_bytes()

    def full_disk(_state: dict, file) -> None:
        file.write(b"half a file")
        raise OSError("no space left on device")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="no space"):
        run(tmp_path)
    assert (tmp_path / "last.pt").read_bytes() == before


def test_resuming_with_another_config_is_refused(tmp_path: Path) -> None:
    run(tmp_path, kind="mlp")
    with pytest.raises(ValueError, match="another config"):
        run(tmp_path, kind="cnn", resume=True)
