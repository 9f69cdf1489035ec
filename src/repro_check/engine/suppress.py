"""Suppression comments: which findings they cover, and which of them cover nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

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
    by_path: dict[str, list[int]] = {}
    for index, item in enumerate(suppressions):
        by_path.setdefault(item.location.path, []).append(index)
    standing: list[Finding] = []
    suppressed: list[Finding] = []
    used: set[int] = set()
    for finding in findings:
        covering = [
            index
            for index in by_path.get(finding.location.path, ())
            if _covers(suppressions[index], finding, names_rule)
        ]
        used.update(covering)
        (suppressed if covering else standing).append(finding)
    return Settled(tuple(standing), tuple(suppressed), frozenset(used))


def _covers(
    suppression: Suppression, finding: Finding, names_rule: Callable[[str, Finding], bool]
) -> bool:
    directive, place = suppression.directive, suppression.location
    if not any(names_rule(code, finding) for code in directive.codes):
        return False
    if directive.is_file_wide:
        return True
    span = finding.location.span
    if span is None or finding.location.cell != place.cell or place.span is None:
        return False
    lines = {span.line, span.end_line}
    line = place.span.line
    return line in lines or (directive.is_alone and line + 1 == span.line)


def place(directive: Directive, path: str, locate: Callable[[Span], Location]) -> Suppression:
    """A directive with its place: `locate` maps spans of joined notebook code to cells."""
    location = locate(directive.span)
    return Suppression(directive, msgspec.structs.replace(location, path=path))
