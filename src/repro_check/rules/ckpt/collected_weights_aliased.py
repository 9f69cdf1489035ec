"""CKPT011."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Finding, Severity
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.ckpt._best_aliases import Held, live_weights
from repro_check.rules.ckpt._bindings import Places
from repro_check.rules.ckpt._copies import DeepCopies
from repro_check.rules.rule import rule
from repro_check.rules.training import Training, training_blocks
from repro_check.rules.walking import loops_around
from repro_check.sources.expressions import Expression, Literal, Name, Subscript


class _Kept(msgspec.Struct, frozen=True):
    """Live weights that are put into a collection: its name, the model's, and what to copy."""

    collection: str
    owner: str
    value: Expression
    block: int


@rule(
    "CKPT011",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=2,
    is_default=False,
    fixes="unsafe",
)
def collected_weights_aliased(file: PythonFile, project: Project) -> Iterator[Finding]:
    """The snapshots that a loop collects are all the same weights: the last ones.

    `model.state_dict()` holds the parameters themselves, and training changes them in place, so a
    list of one entry an epoch is a list of many references to one model. Ensembles, averages and
    learning curves of the weights then say nothing (docs.pytorch.org, torch.nn.Module.state_dict:
    "references to the whole state of the module"). A model that is made anew in each turn is another
    matter.

    Bad:
        def train(model, optimizer, loader):
            snapshots = []
            for epoch in range(10):
                for x in loader:
                    model(x).sum().backward()
                    optimizer.step()
                snapshots.append(model.state_dict())
            return snapshots

    Good:
        import copy

        def train(model, optimizer, loader):
            snapshots = []
            for epoch in range(10):
                for x in loader:
                    model(x).sum().backward()
                    optimizer.step()
                snapshots.append(copy.deepcopy(model.state_dict()))
            return snapshots

    Not this rule:
        def train(build, clients):
            weights = []
            for client in clients:
                model = build()
                for x in client:
                    model(x).sum().backward()
                weights.append(model.state_dict())
            return weights

    Not this rule:
        import torch

        def train(model, ema, optimizer, loader):
            for epoch, x in enumerate(loader):
                model(x).sum().backward()
                optimizer.step()
                states = [epoch]
                states.append(model.state_dict())
                torch.save(states, f"{epoch}.pt")  # written before training goes on
    """
    found = list(_kept(file))
    if not found:
        return
    trains, places = training_blocks(file, project), Places(file)
    copies = DeepCopies(file, project)
    for kept in found:
        if _is_overwritten(file, kept, trains, places):
            yield file.finding(
                kept.value.span,
                f"each entry of `{kept.collection}` is the live weights of `{kept.owner}`, not a "
                "copy: in the end all are the last ones",
                help=f"Keep `copy.deepcopy({kept.owner}.state_dict())`.",
                fix=copies.fix(kept.value.span, kept.block),
            )


def _kept(file: PythonFile) -> Iterator[_Kept]:
    """The live weights that are appended to a list, or kept under a key that is computed."""
    for call in file.facts.calls:
        owner, _, method = call.name.rpartition(".")
        if method == "append" and owner and call.receiver is None and len(call.args) == 1:
            live = live_weights(file, call.args[0], call.block)
            if live is not None and live[1] is Held.WEIGHTS:
                yield _Kept(owner, live[0], live[2], call.block)
    for item in file.facts.assignments:
        target = item.targets[0] if len(item.targets) == 1 else None
        if item.value is None or not isinstance(target, Subscript):
            continue
        if isinstance(target.base, Name) and not isinstance(target.index, Literal):
            live = live_weights(file, item.value, item.block)
            if live is not None and live[1] is Held.WEIGHTS:
                yield _Kept(target.base.name, live[0], live[2], item.block)


def _is_overwritten(
    file: PythonFile, kept: _Kept, trains: dict[int, Training], places: Places
) -> bool:
    """Whether the loop goes on training the same model, and the collection outlives its turns."""
    root = kept.owner.partition(".")[0]
    for loop in loops_around(file.facts, kept.block):
        if places.is_bound_inside(kept.owner, loop) or places.is_bound_inside(
            kept.collection, loop
        ):
            return False
        training = trains.get(loop)
        if training is not None and (training.is_direct or root in training.handed):
            return True
    return False
