"""Secrets in a text: the public door of this package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from repro_check.secrets.baseline import BaselineKey, is_allowed
from repro_check.secrets.files import credential_file
from repro_check.secrets.keys import private_keys
from repro_check.secrets.model import Candidate, Secret, redact
from repro_check.secrets.prefilter import suspicious_lines


def scan_text(
    text: str, *, path: str, baseline: frozenset[BaselineKey] = frozenset()
) -> tuple[Secret, ...]:
    """The live-looking credentials in `text`, in order of place.

    Nothing is sent anywhere, and the result depends on the arguments alone. Lines of more than
    5,000 characters are not searched.

    Args:
        text: decoded text: a whole file, the source of one notebook cell, or one text output.
        path: where it came from, relative to the root with forward slashes; the name and the
            ending tell credential files and syntax.
        baseline: secrets set aside by the user, as `read_baseline` gives them.

    Returns:
        One entry per secret and place; none holds the secret.
    """
    return tuple(
        candidate.published()
        for candidate in find_secrets(text, path=path)
        if (path, candidate.sha1) not in baseline
    )


def find_secrets(text: str, *, path: str) -> tuple[Candidate, ...]:
    """As `scan_text`, with the values still inside and the baseline not applied."""
    suspicious = suspicious_lines(text)
    found: list[Candidate] = []
    for candidate in (
        *credential_file(text, path=path),
        *private_keys(text),
        *(search_lines(suspicious, text, path=path) if suspicious else ()),
    ):
        if not any(_overlap(candidate, other) for other in found):
            found.append(candidate)
    lines = text.split("\n") if found else []
    return tuple(
        _scrubbed(candidate, found)
        for candidate in sorted(found, key=lambda each: (each.line, each.column))
        if not is_allowed(lines, candidate.line, path=path)
    )


def search_lines(lines: Iterable[tuple[int, str]], text: str, *, path: str) -> Iterator[Candidate]:
    """What the detectors find in numbered lines of `text`, most specific kind first.

    The candidates of different detectors may overlap.
    """
    from repro_check.secrets.detectors import detectors
    from repro_check.secrets.judge import Place, judge

    numbered = tuple(lines)
    lowered = text.lower()
    for detector in detectors(path):
        if detector.needs not in lowered:
            continue
        for number, line in numbered:
            for value in sorted(set(detector.find(line))):
                candidate = judge(detector, value, Place(line, number, path))
                if candidate is not None:
                    yield candidate


def _scrubbed(candidate: Candidate, found: list[Candidate]) -> Candidate:
    """The candidate, with no secret left in its reason: a name can be a secret as well."""
    reason = candidate.reason
    for other in found:
        reason = reason.replace(other.value, redact(other.value))
    return replace(candidate, reason=reason)


def _overlap(one: Candidate, other: Candidate) -> bool:
    return (
        one.line == other.line
        and one.column < other.column + other.width
        and other.column < one.column + one.width
    )
