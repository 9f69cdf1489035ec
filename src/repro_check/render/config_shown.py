"""What `config show` prints of one experiment, gathered once for people and for programs."""

from __future__ import annotations

import msgspec

from repro_check.findings import NotChecked
from repro_check.project.experiments.effective import Keys, Origin, Problem, Value
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.naming.overriding import COMMAND_LINE
from repro_check.render.redacted import redacted


class Shown(msgspec.Struct, frozen=True):
    """An experiment and its effective config.

    Attributes:
        experiment: the experiment.
        command: how it is started.
        values: the leaves to print, in the order of the config.
        problems: what its loader would refuse.
        unresolved: interpolations that fail when they are asked for, unless code sets them before.
        files: the configs that it is made of.
        not_read: its files that are damaged or too large.
        unseen: what of it cannot be seen; () if it is whole.
        open_keys: the keys whose value only a run can tell.
        namesakes: the other experiments of its name.
    """

    experiment: Experiment
    command: str
    values: tuple[Value, ...]
    problems: tuple[Problem, ...] = ()
    unresolved: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    not_read: tuple[NotChecked, ...] = ()
    unseen: tuple[str, ...] = ()
    open_keys: frozenset[Keys] = frozenset()
    namesakes: tuple[Experiment, ...] = ()


class Safe(msgspec.Struct, frozen=True):
    """The values without their secrets, and the keys that had one."""

    values: tuple[Value, ...]
    hidden: frozenset[Keys]


def safe(shown: Shown) -> Safe:
    """What may be printed of the values."""
    values, hidden = redacted(shown.values)
    return Safe(tuple(values), hidden)


def place(origin: Origin) -> str:
    """`configs/a.yaml:3`, `command line` for what is given now, "" for a place that is not seen."""
    if origin == COMMAND_LINE:
        return "command line"
    return f"{origin.path}:{origin.span.line}" if origin.path else ""


def note(value: Value, shown: Shown, hidden: frozenset[Keys]) -> str:
    """What must be known about a value besides its place."""
    if value.is_missing:
        return "must be given"
    if value.keys in hidden:
        return "a secret, not shown"
    if value.note:
        return value.note
    return "set at run time" if value.keys in shown.open_keys else ""
