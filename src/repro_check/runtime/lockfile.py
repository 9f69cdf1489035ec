"""`repro-data.lock`: what was in the data when their digests were recorded.

    # What the recorded data hold, so that a change can be named. Written by `repro-check data lock`.
    version 1

    data data/train
    digest md5:9e107d9d372bb6826bd81d3542a419d6
    5d41402abc4b2a76b9719d911017c592 12 a.csv
    - 0 empty/

One section a data set and algorithm, sorted; in it one line a file, sorted by path: the digest of
its content (by the hash that the section's algorithm uses), its size in bytes, its path. A path
that holds a quote or something that does not print is written as a JSON string. Where a data set
has very many files, one line stands for each top folder, or none at all. There are no time stamps
and no counts, so that branches which record different data merge without a conflict.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from repro_check.runtime.manifest import Entry

FILE_NAME = "repro-data.lock"
LARGEST = 64 << 20
_HEAD = (
    "# What the recorded data hold, so that a change can be named. "
    "Written by `repro-check data lock`.\nversion 1\n"
)


class LockError(ValueError):
    """A lock file that cannot be read; the text names the line."""


class Section(NamedTuple):
    """What is recorded of one data set.

    Attributes:
        path: the data, relative to the repository (POSIX) or absolute.
        digest: with its algorithm, as `tree:sha256:<hex>` or `md5:<hex>`.
        entries: one a file, sorted by path; may be () for very large data.
    """

    path: str
    digest: str
    entries: tuple[Entry, ...]

    @property
    def algorithm(self) -> str:
        """How the digest was made."""
        return self.digest.rpartition(":")[0]

    @property
    def is_collapsed(self) -> bool:
        """Whether its lines stand for folders."""
        return any(entry.path.endswith("/") and entry.digest for entry in self.entries)


def parse_lock(text: str) -> tuple[Section, ...]:
    """Read a lock file's text.

    Raises:
        LockError: a line is none of those described above; a merge conflict is named as such.
    """
    sections: list[Section] = []
    path, digest = "", ""
    entries: list[Entry] = []

    def close() -> None:
        if path:
            sections.append(Section(path, digest, tuple(entries)))
        entries.clear()

    for number, line in enumerate(text.split("\n"), start=1):
        line = line.removesuffix("\r")  # noqa: PLW2901 - git may have rewritten the line ends
        word, _, rest = line.partition(" ")
        if not line.strip() or word.startswith("#"):
            continue
        try:
            if line.rstrip() == "version 1":
                continue
            if word == "data":
                close()
                path, digest = unquoted(rest), ""
            elif word == "digest" and path and not digest:
                digest = rest.strip()
            elif path and digest:
                entries.append(_entry(word, rest))
            else:
                raise ValueError(f"{line[:40]!r} is not known here")  # noqa: TRY301
        except ValueError as error:
            reason = "a merge conflict" if line[:7] in _CONFLICT else str(error)
            raise LockError(f"line {number}: {reason}") from error
    close()
    return tuple(sections)


_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")
_WORD = re.compile(r"-|[0-9a-f]+")


def _entry(word: str, rest: str) -> Entry:
    size, _, name = rest.partition(" ")
    path = unquoted(name)
    # `<<<<<<< 5` would be one, too
    if not _WORD.fullmatch(word) or not path or int(size) < 0:
        raise ValueError(f"{f'{word} {rest}'[:40]!r} is no file")
    return Entry(path, int(size), "" if word == "-" else word)


def written(sections: Iterable[Section]) -> str:
    """The text of a lock file."""
    parts = [_HEAD]
    for section in sorted(sections):
        parts.append(f"\ndata {quoted(section.path)}\ndigest {section.digest}\n")
        parts += [
            f"{entry.digest or '-'} {entry.size} {quoted(entry.path)}\n"
            for entry in sorted(section.entries)
        ]
    return "".join(parts)


def quoted(path: str) -> str:
    """A path on one line, that `unquoted` reads back."""
    is_plain = path.isprintable() and path == path.strip() and not path.startswith('"')
    return path if is_plain and path else json.dumps(path)


def unquoted(text: str) -> str:
    """The path that `quoted` wrote."""
    if not text.startswith('"'):
        return text
    found: object = json.loads(text)
    if not isinstance(found, str):
        raise ValueError("a path is expected")  # noqa: TRY004 - of the file, not of the program
    return found


def find_lock(start: str | os.PathLike[str]) -> Path | None:
    """The nearest lock file in this folder or one above it."""
    here = Path(os.path.realpath(start))
    for folder in (here, *here.parents):
        # unlike `Path.is_file`, it never raises
        if os.path.isfile(folder / FILE_NAME):
            return folder / FILE_NAME
    return None
