"""Texts as they may be shown: every secret that the detectors see is redacted.

What a user set aside with a comment is hidden as well: it was allowed in the file, not on a screen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from repro_check.secrets.keys import key_body
from repro_check.secrets.model import redact
from repro_check.secrets.prefilter import LONGEST_LINE
from repro_check.secrets.scan import candidates
from repro_check.text import pattern

_STEP = 3500  # windows share 1,500 characters, more than any token but signed statements is long
_TOKEN = pattern(r"[A-Za-z0-9_\-+/=.~%]*")
_LONG_RUN = pattern(r"[A-Za-z0-9_\-+/=.~%]{12,}")
_DIFF_SIGN = pattern(r"^[+\-](?=[^+\-\n])", re.MULTILINE)
_FEW = 200  # values that are looked for in all of a text

_Spans = dict[int, list[tuple[int, int]]]


def scrub(text: str, *, path: str = "") -> str:
    """`text` with every secret in it redacted; it has as many lines as before.

    A secret that was seen once is hidden wherever it stands. This never raises: should the
    detectors fail, all that is long enough to be a token is hidden.

    Args:
        text: source lines, a message, or a diff.
        path: where it came from, if from a file; the name tells credential files and syntax.
    """
    try:
        return _scrub(text, path=path)
    except Exception:  # noqa: BLE001 (a report must come out, and without a secret)
        return _LONG_RUN.sub("...", text)


def _scrub(text: str, *, path: str) -> str:
    lines = text.split("\n")
    unmarked = _DIFF_SIGN.sub(" ", text).split("\n")  # as wide as before, so places stay
    windows = [
        (number, start)
        for number, line in enumerate(lines)
        for start in range(0, max(1, len(line) - LONGEST_LINE + _STEP), _STEP)
    ]
    cut = len(windows) > len(lines)
    searched = unmarked
    if cut:
        searched = [unmarked[n][start : start + LONGEST_LINE] for n, start in windows]
    spans: _Spans = defaultdict(list)
    values: dict[int, set[str]] = defaultdict(set)
    for found in candidates("\n".join(searched), path=path):
        number, offset = windows[found.line - 1]
        if found.shown:
            for index, bare in key_body(lines, number):
                values[index].add(bare)
            continue
        start = offset + found.column - 1
        end = start + found.width
        if end == offset + LONGEST_LINE:
            end = _end_of_token(lines[number], end)
        spans[number].append((start, end))
        values[number].add(found.value)
    for number, places in spans.items():
        lines[number] = _redacted_at(lines[number], places)
    everywhere = set().union(*values.values())
    if len(everywhere) <= _FEW:
        return _without("\n".join(lines), everywhere)
    for number, here in values.items():
        if len(here) <= _FEW:
            lines[number] = _without(lines[number], here)
    return "\n".join(lines)


def _end_of_token(line: str, start: int) -> int:
    match = _TOKEN.match(line, start)
    return match.end() if match else start


def _redacted_at(line: str, spans: Iterable[tuple[int, int]]) -> str:
    shown, done = [], 0
    start = end = -1
    for left, right in [*sorted(spans), (len(line) + 1, 0)]:
        if left < end:
            end = max(end, right)
            continue
        if end >= 0:
            shown += [line[done:start], redact(line[start:end])]
            done = end
        start, end = left, right
    return "".join((*shown, line[done:]))


def _without(text: str, values: Iterable[str]) -> str:
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, redact(value))
    return text
