"""One table of things that were measured beside a yardstick, each with its goal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from measure import Outcome

HEAD = "| what | here | beside | there | ratio | goal | |\n| --- | ---: | --- | ---: | ---: | ---: | --- |"


class Row(NamedTuple):
    """One comparison.

    Attributes:
        what: was measured.
        here: its figure, with a unit.
        beside: the yardstick.
        there: the figure of that.
        ratio: the quotient that the goal speaks of.
        at_most: the goal, if the ratio is to be small.
        at_least: the goal, if the ratio is to be large; without either there is no goal.
    """

    what: str
    here: str
    beside: str
    there: str
    ratio: float
    at_most: float = 0
    at_least: float = 0

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached, if there is one."""
        return self.ratio <= self.at_most if self.at_most else self.ratio >= self.at_least

    def __str__(self) -> str:
        limit = ""
        if self.at_most or self.at_least:
            limit = f"<= {self.at_most:g}" if self.at_most else f">= {self.at_least:g}"
        verdict = "" if not limit else "met" if self.is_met else "**missed**"
        cells = (self.what, self.here, self.beside, self.there, f"{self.ratio:.2f}", limit, verdict)
        return f"| {' | '.join(cells)} |"


def slower(
    outcomes: Mapping[str, Outcome], name: str, beside: str, what: str, *, at_most: float = 0
) -> Row:
    """How many times as long as the yardstick something takes."""
    ours, theirs = outcomes[name].median, outcomes[beside].median
    return Row(what, seconds(ours), beside, seconds(theirs), ours / theirs, at_most=at_most)


def faster(
    outcomes: Mapping[str, Outcome], name: str, beside: str, what: str, *, at_least: float = 0
) -> Row:
    """How many times as long as it the yardstick takes."""
    ours, theirs = outcomes[name].median, outcomes[beside].median
    return Row(what, seconds(ours), beside, seconds(theirs), theirs / ours, at_least=at_least)


def seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def bytes_text(value: float) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= size:
            return f"{value / size:.1f} {unit}"
    return f"{value:.0f} B"
