"""Looking up whether a place lies inside some stretch of code."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from repro_check.findings import Span


class Stretches:
    """Stretches of one text, the outermost ones kept.

    Args:
        spans: they lie apart or inside each other, as expressions do.
    """

    def __init__(self, spans: Iterable[Span]) -> None:
        pairs = sorted(
            ((span.line, span.column), (-span.end_line, -span.end_column)) for span in spans
        )
        self._starts: list[tuple[int, int]] = []
        self._ends: list[tuple[int, int]] = []
        for start, (line, column) in pairs:
            end = (-line, -column)
            if not self._ends or end > self._ends[-1]:
                self._starts.append(start)
                self._ends.append(end)

    def covers(self, span: Span) -> bool:
        """Whether a place lies inside one of them."""
        at = bisect_right(self._starts, (span.line, span.column)) - 1
        return at >= 0 and (span.end_line, span.end_column) <= self._ends[at]
