"""Unfolds the sweeps of a command into the runs that they stand for, as Hydra's basic sweeper does."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch

import msgspec

from repro_check.project.experiments.effective import Effective
from repro_check.project.experiments.hydra.grammar import read_override
from repro_check.project.experiments.hydra.overrides import (
    Choice,
    Glob,
    Interval,
    Override,
    Range,
)
from repro_check.project.experiments.hydra.trees import Plain

_MOST = 200


def sweeps(
    overrides: Sequence[Override],
    options: Callable[[str], Sequence[str]],
    *,
    most: int = _MOST,
) -> Iterator[tuple[Override, ...]]:
    """The runs of a sweep, each as overrides without sweeps.

    A later override of the same key replaces an earlier one. An interval has no single values: the
    key is left out, and its default stays.

    Args:
        overrides: of the command and, before them, of `hydra.sweeper.params`.
        options: the options of a config group, for `glob(...)`.
        most: after how many runs to stop.
    """
    by_target: dict[str, list[Override]] = {}
    for override in overrides:
        if isinstance(override.value, Interval):
            continue
        values = itertools.islice(_values(override, options), most)
        single = [msgspec.structs.replace(override, value=value) for value in values]
        by_target[override.change.value + override.target] = single
    yield from itertools.islice(itertools.product(*by_target.values()), most)


def _values(override: Override, options: Callable[[str], Sequence[str]]) -> Iterator[Plain]:
    value = override.value
    if isinstance(value, Choice):
        yield from value.values
    elif isinstance(value, Range):
        yield from _steps(value)
    elif isinstance(value, Glob):
        for name in options(override.key):
            is_in = any(fnmatch(name, form) for form in value.include)
            if is_in and not any(fnmatch(name, form) for form in value.exclude):
                yield name
    else:
        yield override.plain


def _steps(value: Range) -> Iterator[int | float]:
    if all(isinstance(end, int) for end in (value.start, value.stop, value.step)):
        if value.step:
            yield from range(int(value.start), int(value.stop), int(value.step))
        return
    from decimal import Decimal

    at, stop, step = Decimal(value.start), Decimal(value.stop), Decimal(value.step)
    if not (at.is_finite() and stop.is_finite() and step.is_finite()):
        return
    while (at < stop and step > 0) or (at > stop and step < 0):
        yield float(at)
        at += step


def sweeper_params(effective: Effective) -> Iterator[Override]:
    """The overrides that the config itself gives to its sweeper (`hydra.sweeper.params`)."""
    for keys, value in effective.of_loader.items():
        if keys[:3] == ("hydra", "sweeper", "params") and len(keys) == 4:
            override = read_override(f"{keys[3]}={value.value}", value.origin)
            if isinstance(override, Override):
                yield override
