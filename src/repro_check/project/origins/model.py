"""What is said of where a value comes from."""

from __future__ import annotations

import enum
from collections.abc import Iterable

import msgspec

from repro_check.findings import Span


class OriginKind(enum.Enum):
    """Where a value may come from; RANK and CONDITIONAL mark how it is made of the others."""

    LITERAL = "literal"
    OPTION = "option"
    FIELD = "field"
    CONFIG = "config"
    PARAMETER = "parameter"
    DRAWN = "drawn"
    ENVIRONMENT = "environment"
    RANK = "rank"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"


class Summary(enum.Enum):
    """What all origins of a value say together."""

    FIXED = "fixed"
    UNSET = "unset"
    DRAWN = "drawn"
    RECORDED = "drawn and recorded"
    UNKNOWN = "unknown"


class Origin(msgspec.Struct, frozen=True):
    """One place where a value may come from.

    Attributes:
        kind: what sort of place that is.
        value: of a literal itself; of an option, a field, a config's key and an environment variable
            the one it has unless somebody gives another; else None.
        path: the file.
        span: the place in it.
        note: for DRAWN the dotted name of what is drawn from; "required" for an option that has no
            default because it must be given; else the name of the option, field, key or parameter.
    """

    kind: OriginKind
    value: bool | int | float | str | None
    path: str
    span: Span
    note: str = ""

    @property
    def is_mark(self) -> bool:
        """Whether it tells how the value is made, and not where it comes from."""
        return self.kind in {OriginKind.RANK, OriginKind.CONDITIONAL}

    @property
    def is_fixed(self) -> bool:
        """Whether a value stands here, or must be given."""
        return self.kind in _STANDING and (not _is_none(self.value) or self.note == "required")

    @property
    def is_unset(self) -> bool:
        """Whether it says "no value": None, or -1 where options and configs mean that."""
        return self.kind in _STANDING and not self.is_fixed

    @property
    def is_drawn(self) -> bool:
        """Whether every run gets another value."""
        return self.kind is OriginKind.DRAWN

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of the value."""
        return self.kind in {OriginKind.UNKNOWN, OriginKind.PARAMETER}


_STANDING = frozenset(
    {
        OriginKind.LITERAL,
        OriginKind.OPTION,
        OriginKind.FIELD,
        OriginKind.CONFIG,
        OriginKind.ENVIRONMENT,
    }
)


def _is_none(value: object) -> bool:
    return value is None or value == -1 or value in {"", "None", "none", "null"}


def summary_of(origins: Iterable[Origin], *, is_recorded: bool = False) -> Summary:
    """What several origins of one value say together; where they disagree it is unknown.

    An option, field or key that is fixed outweighs others that are unset: somebody chose a value.

    Args:
        origins: all places where the value may come from.
        is_recorded: whether a drawn value is also written down.
    """
    every = list(origins)
    real = [origin for origin in every if not origin.is_mark]
    if not real:
        has_rank = any(origin.kind is OriginKind.RANK for origin in every)
        return Summary.FIXED if has_rank else Summary.UNKNOWN
    if any(origin.is_unknown for origin in real):
        return Summary.UNKNOWN
    if any(origin.is_drawn for origin in real):
        if any(origin.is_fixed for origin in real):
            return Summary.UNKNOWN
        return Summary.RECORDED if is_recorded else Summary.DRAWN
    return Summary.FIXED if any(origin.is_fixed for origin in real) else Summary.UNSET
