"""Train one model with one seed, keeping the last and the best checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from .checkpoint import load_checkpoint, restore, save_checkpoint
from .model import build_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from torch import nn

    from .data import Digits

History = list[dict[str, float]]


def pick_device(name: str) -> torch.device:
    """The device of that name; `auto` takes a GPU where there is one."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(name)


def fit(
    config: Mapping[str, Any],
    training: Digits,
    validation: Digits,
    folder: Path,
    *,
    log: Callable[[History], None],
    resume: bool = False,
) -> History:
    """Train for `config["train"]["epochs"]` epochs and return one row of metrics for each.

    Seed before calling: the initial weights come from the global generator. With `resume`, go
    on from `last.pt` in the folder as if the job had never stopped. The best checkpoint is the
    one with the least validation loss; the test data play no part.
    """
    options = config["train"]
    device = pick_device(config["device"])
    model = build_model(config["model"]).to(device)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=options["lr"], weight_decay=options["weight_decay"]
    )
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=options["epochs"])
    generator = torch.Generator().manual_seed(config["seed"])
    loader = DataLoader(
        TensorDataset(training.images, training.labels),
        batch_size=options["batch_size"],
        shuffle=True,
        generator=generator,
    )
    history: History = []
    if resume:
        state = load_checkpoint(folder / "last.pt")
        if {**state["config"], "resume": True} != {**config, "resume": True}:
            raise ValueError(f"{folder}/last.pt comes from another config; train without resume")
        restore(state, model=model, optimizer=optimizer, scheduler=scheduler, generator=generator)
        history = state["history"]

    for epoch in range(len(history) + 1, options["epochs"] + 1):
        train_loss = train_epoch(model, loader, optimizer, device)
        scheduler.step()
        val_loss, val_accuracy = evaluate(model, validation, device)
        is_best = val_loss < min((row["val_loss"] for row in history), default=float("inf"))
        history.append(
            {
                "epoch": epoch,
                "train_loss": train_loss,
                "val_loss": val_loss,
                "val_accuracy": val_accuracy,
            }
        )
        save_checkpoint(
            folder,
            model=model,
            optimizer=optimizer,
            scheduler=scheduler,
            generator=generator,
            epoch=epoch,
            history=history,
            config=config,
            is_best=is_best,
        )
        log(history)
    return history


def train_epoch(
    model: nn.Module,
    loader: DataLoader,
    optimizer: torch.optim.Optimizer,
    device: torch.device,
) -> float:
    """Go once through the training data; return the mean loss per sample."""
    model.train()
    total, samples = 0.0, 0
    for images, labels in loader:
        loss = cross_entropy(model(images.to(device)), labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        samples += len(labels)
    return total / samples


def evaluate(model: nn.Module, digits: Digits, device: torch.device) -> tuple[float, float]:
    """The mean cross-entropy and the accuracy, in evaluation mode."""
    model.eval()
    with torch.inference_mode():
        logits = model(digits.images.to(device))
        labels = digits.labels.to(device)
        loss = cross_entropy(logits, labels).item()
        accuracy = (logits.argmax(dim=1) == labels).double().mean().item()
    return loss, accuracy
