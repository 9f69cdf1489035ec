"""SEED018."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Finding, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._branches import are_exclusive
from repro_check.rules.seed._cudnn import Switch, demands, is_conditional, switches
from repro_check.sources.python import Function
from repro_check.text import pattern

_PROMISES = pattern(r"seed|determin|reproduc", re.IGNORECASE)


@rule(
    "SEED018",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    fixes="unsafe",
    words=("benchmark",),
)
def benchmark_conflict(file: PythonFile, _project: Project) -> Iterator[Finding]:
    """`cudnn.benchmark` is on where the same code asks for determinism.

    With it cuDNN times several algorithms and takes the fastest one of this moment, so another run
    may take another and round otherwise; "disabling the benchmarking feature causes cuDNN to
    deterministically select an algorithm" (docs.pytorch.org/docs/stable/notes/randomness.html). On
    its own it is a fair choice of speed; beside `deterministic = True`, or in a function that is
    named after seeding, one of the two is not what was meant.

    Bad:
        import torch

        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = True

    Bad:
        import torch.backends.cudnn as cudnn

        def seed_everything(seed):
            torch.manual_seed(seed)
            cudnn.benchmark = True

    Bad:
        from lightning import Trainer

        trainer = Trainer(deterministic=True, benchmark=True)

    Good:
        import torch

        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False

    Not this rule:
        import torch

        torch.backends.cudnn.benchmark = True

    Not this rule:
        import torch

        def set_seed(seed, deterministic):
            torch.manual_seed(seed)
            if deterministic:
                torch.backends.cudnn.deterministic = True
                torch.backends.cudnn.benchmark = False
            else:
                torch.backends.cudnn.deterministic = False
                torch.backends.cudnn.benchmark = True
    """
    found = list(switches(file))
    for switch in found:
        if not switch.is_on or _is_undone(file, switch, found):
            continue
        function = file.facts.function_of(switch.block)
        demand = _demand(file, switch, function)
        if demand is not None:
            yield _finding(file, switch, f"while `{demand[0]}` asks for determinism", demand[1])
        elif function is not None and _promises(file, switch, function):
            name = function.qualname.rpartition(".")[2]
            yield _finding(
                file, switch, f"in `{name}`, which is there to make runs repeatable", None
            )


def _finding(file: PythonFile, switch: Switch, where: str, other: Span | None) -> Finding:
    return file.finding(
        switch.span,
        f"`benchmark` lets cuDNN choose another algorithm at every run, {where}",
        help="Write `benchmark = False` here, or leave it on and drop the promise.",
        related=(
            [] if other is None or other == switch.span else [file.related(other, "asked here")]
        ),
        fix=file.replace(
            switch.value, "False", title="switch it off; numbers may move", safety=Safety.UNSAFE
        ),
    )


def _is_undone(file: PythonFile, switch: Switch, every: list[Switch]) -> bool:
    """Whether the same function switches it off again further down."""
    function = file.facts.function_of(switch.block)
    return any(
        not other.is_on
        and other.span.line > switch.span.line
        and file.facts.function_of(other.block) is function
        and not are_exclusive(file.facts, switch.block, other.block)
        and file.facts.is_inside(switch.block, other.block)
        for other in every
    )


def _demand(file: PythonFile, switch: Switch, function: Function | None) -> tuple[str, Span] | None:
    for demand in demands(file):
        if file.facts.function_of(demand.block) is not function:
            continue
        if switch.call != demand.call:  # a Trainer that is asked for determinism switches it off
            continue
        is_together = file.facts.is_inside(demand.block, switch.block) or file.facts.is_inside(
            switch.block, demand.block
        )
        if is_together and not are_exclusive(file.facts, switch.block, demand.block):
            return demand.name, demand.span
    return None


def _promises(file: PythonFile, switch: Switch, function: Function) -> bool:
    name = function.qualname.rpartition(".")[2]
    return (
        switch.call is None
        and _PROMISES.search(name) is not None
        and not is_conditional(file, switch.block, function.block)
    )
