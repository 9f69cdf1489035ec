"""The baseline: findings that a project lives with for now, one a line, sorted.

The file has no line numbers and no time stamps, so that it merges cleanly and only ever changes when
findings do. `check` never writes it; `baseline update` shrinks it; growing it is asked for by name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from repro_check.atomic import write_atomic
from repro_check.bounded import read_bounded
from repro_check.errors import ReproCheckError
from repro_check.findings import Finding
from repro_check.text import pattern

_HEADER = "# repro-check baseline 1: findings accepted for now; see `repro-check baseline --help`"
_REPOSITORY = "."
_LARGEST = 20_000_000
_ODD = pattern(r"[%\x00-\x1f\x7f-\x9f\u2028\u2029\udc80-\udcff]|^\s|\s$|^\.$")


class Accepted(msgspec.Struct, frozen=True, order=True):
    """One accepted finding."""

    path: str
    code: str
    fingerprint: str


def read_baseline(file: Path) -> frozenset[Accepted]:
    """The accepted findings of a baseline file; none if there is no file.

    Raises:
        ReproCheckError: the file cannot be read, or a line has another form (with its number).
    """
    if str(file) == os.devnull:  # --no-baseline
        return frozenset()
    try:
        text = read_bounded(file, limit=_LARGEST).decode("utf-8-sig")
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ReproCheckError(
            f"the baseline cannot be read: {getattr(error, 'strerror', None) or error}",
            where=file.name,
            fix="It has to be a file of its own inside the repository, not a link.",
        ) from error
    accepted = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split(maxsplit=2)
        if len(fields) != 3 or len(fields[0]) != 16:
            raise ReproCheckError(
                "this line is no finding (fingerprint, code, path)",
                where=f"{file.name}:{number}",
                fix="Remove the line, or the marks of a merge conflict, and run it again.",
            )
        path = "" if fields[2] == _REPOSITORY else _unquoted(fields[2])
        accepted.add(Accepted(path, fields[1], fields[0]))
    return frozenset(accepted)


def write_baseline(file: Path, accepted: Iterable[Accepted]) -> None:
    """Write a baseline file, whole or not at all.

    Raises:
        ReproCheckError: a link stands in its place, or the folder cannot be written.
    """
    if file.is_symlink():
        raise ReproCheckError(
            "a link stands in the place of the baseline, and is not followed",
            where=file.name,
            fix="Replace the link by the file itself.",
        )
    lines = [
        f"{item.fingerprint} {item.code} {_quoted(item.path) or _REPOSITORY}"
        for item in sorted(set(accepted))
    ]
    write_atomic(file, ("\n".join((_HEADER, *lines)) + "\n").encode())


def accept(finding: Finding) -> Accepted:
    """The baseline's line for a finding."""
    return Accepted(finding.location.path, finding.code, finding.fingerprint)


def _quoted(path: str) -> str:
    """The path as it is, but for what would break its line: that is percent-encoded (RFC 3986)."""

    def quoted(found: re.Match[str]) -> str:
        return "".join(f"%{byte:02x}" for byte in found[0].encode("utf-8", "surrogateescape"))

    return _ODD.sub(quoted, path)


def _unquoted(path: str) -> str:
    if "%" not in path:
        return path
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(path).decode("utf-8", "surrogateescape")
