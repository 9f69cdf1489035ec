"""Suppression comments: which findings they cover, and which of them cover nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from repro_check.findings import Finding, Location, Span
from repro_check.sources.directives import Directive


class Suppression(msgspec.Struct, frozen=True):
    """A directive at its place in a file (in a notebook: in a cell)."""

    directive: Directive
    location: Location


class Settled(msgspec.Struct, frozen=True):
    """Findings after suppression, and the suppressions that covered at least one."""

    standing: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    used: frozenset[int]


def settle(
    findings: Iterable[Finding],
    suppressions: Sequence[Suppression],
    names_rule: Callable[[str, Finding], bool],
) -> Settled:
    """Split findings into those that stand and those that a suppression covers.

    Args:
        findings: of any files.
        suppressions: of the same files.
        names_rule: whether a code or name in a directive means the rule of a finding.
    """
    at_places: dict[_Place, list[int]] = {}
    for index, item in enumerate(suppressions):
        for covered in _covered_places(item):
            at_places.setdefault(covered, []).append(index)
    standing: list[Finding] = []
    suppressed: list[Finding] = []
    used: set[int] = set()
    is_covered: dict[tuple[_Place, str], bool] = {}
    for finding in findings:
        covering = False
        for asked in _places_of(finding):
            # one answer for all findings of a rule at a place
            key = (asked, finding.code)
            if key not in is_covered:
                naming = [
                    index
                    for index in at_places.get(asked, ())
                    if any(
                        names_rule(code, finding) for code in suppressions[index].directive.codes
                    )
                ]
                used.update(naming)
                is_covered[key] = bool(naming)
            covering = covering or is_covered[key]
        (suppressed if covering else standing).append(finding)
    return Settled(tuple(standing), tuple(suppressed), frozenset(used))


class _Place(NamedTuple):
    """A line that findings may touch or begin on, or (without a line) a whole file."""

    path: str
    cell: int | None = None
    line: int | None = None
    is_first: bool = False


def _covered_places(suppression: Suppression) -> Iterator[_Place]:
    """What a suppression covers: the file, or its own line and, alone on it, the next."""
    directive, location = suppression.directive, suppression.location
    if directive.is_file_wide:
        yield _Place(location.path)
    elif location.span is not None:
        line = location.span.line
        yield _Place(location.path, location.cell, line)
        if directive.is_alone:
            yield _Place(location.path, location.cell, line + 1, is_first=True)


def _places_of(finding: Finding) -> Iterator[_Place]:
    """Where the suppressions of a finding may be found: for its file, its first and last line."""
    path, cell, span = finding.location.path, finding.location.cell, finding.location.span
    yield _Place(path)
    if span is not None:
        yield _Place(path, cell, span.line)
        yield _Place(path, cell, span.line, is_first=True)
        if span.end_line != span.line:
            yield _Place(path, cell, span.end_line)


def place(directive: Directive, path: str, locate: Callable[[Span], Location]) -> Suppression:
    """A directive with its place: `locate` maps spans of joined notebook code to cells."""
    location = locate(directive.span)
    return Suppression(directive, msgspec.structs.replace(location, path=path))
