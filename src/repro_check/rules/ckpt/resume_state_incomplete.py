"""CKPT003."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Finding, Fix, Severity
from repro_check.project.frameworks import Duty
from repro_check.project.project import Project
from repro_check.rules.ckpt._resume import Resumption, resumptions
from repro_check.rules.ckpt._resume_state import State, kind_of
from repro_check.rules.ckpt._state_fix import (
    Display,
    Part,
    Restore,
    find_display,
    find_restore,
    keep,
    runs_on,
)
from repro_check.rules.ckpt._state_homes import homes_of, is_bound_before, is_seen
from repro_check.rules.rule import Stage, rule
from repro_check.text import pattern

_ORDER = (State.OPTIMIZER, State.SCHEDULER, State.SCALER)
_KEYS = {State.OPTIMIZER: "optimizer", State.SCHEDULER: "scheduler", State.SCALER: "scaler"}

_SHARDED = pattern(r"fsdp|fully_?shard|deepspeed|fairscale", re.IGNORECASE)


@rule(
    "CKPT003",
    severity=Severity.WARNING,
    on=Project,
    practice=2,
    stage=Stage.REPOSITORY,
    fixes="unsafe",
)
def resume_state_incomplete(project: Project) -> Iterator[Finding]:
    """A training that goes on from a checkpoint lacks a part of its state.

    The checkpoint holds the weights and the epoch, but not what the loop moves on besides them: the
    moments of the optimiser, the position of the learning rate schedule, the scale of mixed
    precision. After an interruption they begin anew, and the run ends elsewhere than one that was
    not interrupted (docs.pytorch.org/tutorials/beginner/saving_loading_models.html, "Saving &
    Loading a General Checkpoint"). What Lightning, Accelerate and the trainer of Transformers save
    is complete.

    Bad:
        import argparse
        import torch

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--resume", action="store_true")
            args = parser.parse_args()
            net = torch.nn.Linear(2, 2)
            optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=200)
            start_epoch = 0
            if args.resume:
                checkpoint = torch.load("ckpt.pth", map_location="cpu")
                net.load_state_dict(checkpoint["net"])
                start_epoch = checkpoint["epoch"]
            for epoch in range(start_epoch, 200):
                net(torch.ones(1, 2)).sum().backward()
                optimizer.step()
                scheduler.step()
                torch.save({"net": net.state_dict(), "epoch": epoch + 1}, "ckpt.pth")

        if __name__ == "__main__":
            main()

    Good:
        import argparse
        import torch

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--resume", action="store_true")
            args = parser.parse_args()
            net = torch.nn.Linear(2, 2)
            optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
            start_epoch = 0
            if args.resume:
                checkpoint = torch.load("ckpt.pth", map_location="cpu")
                net.load_state_dict(checkpoint["net"])
                optimizer.load_state_dict(checkpoint["optimizer"])
                start_epoch = checkpoint["epoch"]
            for epoch in range(start_epoch, 200):
                net(torch.ones(1, 2)).sum().backward()
                optimizer.step()
                state = {"net": net.state_dict(), "epoch": epoch + 1}
                state["optimizer"] = optimizer.state_dict()
                torch.save(state, "ckpt.pth")

        if __name__ == "__main__":
            main()

    Not this rule:
        import torch

        def main():  # nothing goes on from what this writes
            net = torch.nn.Linear(2, 2)
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(200):
                net(torch.ones(1, 2)).sum().backward()
                optimizer.step()
            torch.save({"net": net.state_dict(), "epoch": epoch}, "final.pth")

        if __name__ == "__main__":
            main()
    """
    told: set[tuple[str, int, int]] = set()
    for found in resumptions(project, unless=Duty.CHECKPOINT):
        missing = [kind for kind in _ORDER if kind in found.stepped and kind not in found.saved]
        place = found.saves[0]
        key = (place.file.path, place.call.span.line, place.call.span.column)
        if not missing or key in told:
            continue
        told.add(key)
        yield _finding(project, found, missing)


def _finding(project: Project, found: Resumption, missing: list[State]) -> Finding:
    place = found.saves[0]
    names = " and ".join(f"the {kind.value}" for kind in missing)
    stepped = [found.stepped[kind][0] for kind in missing]
    return place.file.finding(
        place.call.span,
        f"Training can go on from this checkpoint, but the state of {names} is not in it",
        help="Save its `state_dict()` beside the model's, and load it where the model's is loaded.",
        related=[
            *(
                each.file.related(each.call.span, "the training moves this on at each step")
                for each in stepped
            ),
            found.loaded.file.related(found.loaded.call.span, "the training goes on from here"),
        ],
        fix=_fix(project, found, missing),
    )


def _fix(project: Project, found: Resumption, missing: list[State]) -> Fix | None:
    """Save what is missing, and load it: where all of it is in reach at both places.

    Where a model is sharded, so is the state of its optimizer, which is saved by other means
    (docs.pytorch.org/docs/stable/fsdp.html, `optim_state_dict`).
    """
    display = find_display(project, found)
    restore = find_restore(project, found, display) if display else None
    if display is None or restore is None or runs_on(project, found, _SHARDED):
        return None
    parts = [_part(project, found, kind, display, restore) for kind in missing]
    known = [part for part in parts if part is not None]
    if len(known) != len(missing):
        return None
    names = " and ".join(f"the {kind.value}" for kind in missing)
    return keep(project, display, restore, known, f"Save and load the state of {names}")


def _part(
    project: Project, found: Resumption, kind: State, display: Display, restore: Restore
) -> Part | None:
    """The one object of a kind that is moved on, by its name at both places."""
    ways = [
        homes_of(project, place.file, place.call.name.rpartition(".")[0], place.call.block, kind)
        for place in found.stepped[kind]
    ]
    line = display.value.span.line
    for home in ways[0]:
        if (
            all(home in way for way in ways)
            and is_seen(home, display.file, display.block)
            and is_seen(home, restore.file, restore.block)
            and is_bound_before(home, display.file, display.block, line)
            and is_bound_before(home, restore.file, restore.block, restore.below.end_line)
        ):
            last = home.name.rpartition(".")[2]
            key = last if kind_of(last) is kind else _KEYS[kind]
            restored = f"{home.name}.load_state_dict({restore.item(key)})"
            return Part(key, f"{home.name}.state_dict()", restored)
    return None
