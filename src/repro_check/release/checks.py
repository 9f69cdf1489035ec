"""What one check of the gate says."""

from __future__ import annotations

import enum

import msgspec


class Outcome(enum.Enum):
    """How a check ended; only PASSED means that it was seen to hold."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the gate's table.

    Attributes:
        name: what was looked at.
        outcome: how it ended.
        summary: one line for the table.
        details: lines for below the table: what is wrong and where.
        seconds: wall time.
    """

    name: str
    outcome: Outcome
    summary: str
    details: tuple[str, ...] = ()
    seconds: float = 0.0
