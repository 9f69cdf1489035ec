"""Overrides of the command line as values: what they change, and what they set."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from repro_check.project.experiments.effective import FILLED_IN, Origin
from repro_check.project.experiments.hydra.trees import Plain


class Change(enum.Enum):
    """What an override does, by its prefix."""

    SET = ""
    ADD = "+"
    FORCE = "++"
    DELETE = "~"


class Choice(msgspec.Struct, frozen=True):
    """A sweep over values; `is_simple` for `a,b`, which is an error outside of a sweep."""

    values: tuple[Plain, ...]
    is_simple: bool = False


class Range(msgspec.Struct, frozen=True):
    """A sweep over numbers, as in `range(1,10,2)`."""

    start: int | float
    stop: int | float
    step: int | float = 1


class Interval(msgspec.Struct, frozen=True):
    """A continuous sweep, which only some sweepers can use."""

    start: float
    end: float


class Glob(msgspec.Struct, frozen=True):
    """A sweep over those options of a group that match."""

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()


Sweep: TypeAlias = "Choice | Range | Interval | Glob"
SWEEPS = (Choice, Range, Interval, Glob)


class Override(msgspec.Struct, frozen=True):
    """One override, `+group/sub@package=value` or `key.below=value`.

    Attributes:
        text: as written.
        change: what it does.
        key: the dotted key, or the group.
        package: what stands behind the `@`.
        value: what it sets; None also for a deletion without a value.
        origin: the place of the override.
        note: why its value cannot be told (see `Value.note`), "" where it can; `value` is the first
            one of a sweep then, or None.
    """

    text: str
    change: Change
    key: str
    package: str | None
    value: Plain | Sweep
    origin: Origin
    note: str = ""

    @property
    def is_sweep(self) -> bool:
        """Whether it stands for several values."""
        return isinstance(self.value, SWEEPS)

    @property
    def plain(self) -> Plain:
        """The value of an override that is no sweep."""
        assert not isinstance(self.value, SWEEPS)
        return self.value

    @property
    def is_filled_in(self) -> bool:
        """Whether a shell or a reader gives the value."""
        return self.note == FILLED_IN

    @property
    def target(self) -> str:
        """The key or group with its package."""
        return self.key if self.package is None else f"{self.key}@{self.package}"

    @property
    def is_of_hydra(self) -> bool:
        """Whether it is about Hydra itself, not about the work."""
        return self.key.startswith(("hydra.", "hydra/"))


def is_list(value: object) -> bool:
    """Whether a plain value is a list."""
    return isinstance(value, Sequence) and not isinstance(value, str)
