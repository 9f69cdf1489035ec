"""Secrets in a text: the public door of this package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from repro_check.secrets.baseline import BaselineKey, is_allowed
from repro_check.secrets.files import credential_file
from repro_check.secrets.keys import private_keys
from repro_check.secrets.model import Candidate, Secret, redact
from repro_check.secrets.places import Places
from repro_check.secrets.prefilter import Stretch, suspicious_lines
from repro_check.sources.kinds import Role, role_of

MOST = 200
"""Secrets reported for one text; a file with more is a data set of them, and is told by these."""

_BATCH = 100  # lines given to every detector in turn, so that the first secrets come first
_FEW = 3  # lines on which a detector is quicker than the look for its name in a whole text


def scan_text(
    text: str, *, path: str, baseline: frozenset[BaselineKey] = frozenset()
) -> tuple[Secret, ...]:
    """The live-looking credentials in `text`, in order of place.

    Nothing is sent anywhere, and the result depends on the arguments alone. Lines of more than
    5,000 characters are searched around what looks like the beginning of a secret, in a hundred
    places at most for one word; the search ends at the 200th secret.

    Args:
        text: decoded text: a whole file, the source of one notebook cell, or one text output.
        path: where it came from, relative to the root with forward slashes; the name and the
            ending tell credential files and syntax.
        baseline: secrets set aside by the user, as `read_baseline` gives them.

    Returns:
        One entry per secret and place; none holds the secret.
    """
    found = find_secrets(text, path=path, baseline=baseline)
    return tuple(candidate.published() for candidate in found)


def find_secrets(
    text: str, *, path: str, baseline: frozenset[BaselineKey] = frozenset()
) -> tuple[Candidate, ...]:
    """As `scan_text`, with the values still inside."""
    kept, count = Places(), 0
    lines: list[str] = []
    for candidate in candidates(text, path=path):
        lines = lines or text.split("\n")
        if (path, candidate.sha1) in baseline or is_allowed(lines, candidate.line, path=path):
            continue
        count += kept.add(candidate)
        if count == MOST:
            break
    return tuple(
        _scrubbed(candidate, kept.on_line(candidate.line))
        for candidate in sorted(kept, key=lambda each: (each.line, each.column))
    )


def candidates(text: str, *, path: str) -> Iterator[Candidate]:
    """All that looks like a secret, set aside or not; what overlaps comes most specific first."""
    yield from credential_file(text, path=path)
    if role_of(path) is not Role.TEST:  # servers of tests have keys that open nothing else
        yield from private_keys(text)
    suspicious = suspicious_lines(text)
    if suspicious:
        yield from search_lines(suspicious, text, path=path)


def search_lines(lines: Iterable[Stretch], text: str, *, path: str) -> Iterator[Candidate]:
    """What the detectors find in lines of `text`, and in parts of lines.

    The candidates of different detectors may overlap; on each line the more specific come first.
    """
    from repro_check.secrets.detectors import detectors
    from repro_check.secrets.judge import Place, judge

    numbered = tuple(lines)
    wanted, known = detectors(path), {"": True}
    if len(numbered) > _FEW:
        lowered = text.lower()
        wanted = tuple(each for each in wanted if each.needs in lowered)
    for start in range(0, len(numbered), _BATCH):
        for detector in wanted:
            for line in numbered[start : start + _BATCH]:
                values = sorted(set(detector.find(line.text)))
                if not values:
                    continue
                if detector.needs not in known:
                    known[detector.needs] = detector.needs in text.lower()
                if not known[detector.needs]:
                    break
                for value in values:
                    candidate = judge(detector, value, Place(line.text, line.number, path))
                    if candidate is not None and not _may_be_half(candidate, line):
                        yield msgspec.structs.replace(
                            candidate, column=candidate.column + line.before
                        )


def _may_be_half(candidate: Candidate, line: Stretch) -> bool:
    return line.is_cut and candidate.column + candidate.width > len(line.text)


def _scrubbed(candidate: Candidate, found: Iterable[Candidate]) -> Candidate:
    """The candidate, with no secret left in its reason: a name can be a secret as well."""
    reason = candidate.reason
    for other in found:
        reason = reason.replace(other.value, redact(other.value))
    return msgspec.structs.replace(candidate, reason=reason)
