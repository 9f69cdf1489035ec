"""Candidates by their place: what was found first keeps it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from repro_check.secrets.model import Candidate


class Places:
    """Candidates that do not overlap, each looked up by its line."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[list[int], list[Candidate]]] = {}

    def add(self, candidate: Candidate) -> bool:
        """Keep `candidate`, unless it overlaps one that is here; whether it was kept."""
        starts, here = self._lines.setdefault(candidate.line, ([], []))
        place = bisect_left(starts, candidate.column)
        before, after = here[max(0, place - 1) : place], here[place : place + 1]
        if any(candidate.column < each.column + each.width for each in before) or any(
            each.column < candidate.column + candidate.width for each in after
        ):
            return False
        starts.insert(place, candidate.column)
        here.insert(place, candidate)
        return True

    def on_line(self, number: int) -> Sequence[Candidate]:
        """What is kept on a line, left to right."""
        return self._lines[number][1]

    def __iter__(self) -> Iterator[Candidate]:
        for _, here in self._lines.values():
            yield from here
