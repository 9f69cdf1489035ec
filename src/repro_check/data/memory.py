"""A memory of files: what each looked like when its digest was known, in a file of one line each.

`<digest> <stat> <path>`, in the order of the walk, so that a million files are compared with
their tree side by side and never held. The last line closes the file with a digest of all before
it; a memory that does not end so is none.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from repro_check.runtime.lockfile import quoted, unquoted
from repro_check.runtime.manifest import Entry

RACY = "-"
"""The stat of a file that could still change without looking different; it equals no other."""

_HEAD = "repro-check files 1"


class Remembered(NamedTuple):
    """One file: its entry, and what `stat` said."""

    entry: Entry
    stat: str


def stat_text(status: os.stat_result, *, since_ns: int, racy_ns: int) -> str:
    """What tells a changed file from an unchanged one, on one word; see `index`."""
    if max(status.st_mtime_ns, status.st_ctime_ns) > since_ns - racy_ns:
        return RACY
    return (
        f"{status.st_size},{status.st_mtime_ns},{status.st_ctime_ns},"
        f"{status.st_ino},{status.st_dev}"
    )


class Writer:
    """Writes a memory beside its place and puts it there whole, when asked to.

    To be closed; what was not kept by then is removed. A full disk ends it without an error: what
    is not remembered is read again.

    Raises:
        OSError: the folder cannot be written to.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._temporary = file.with_name(f".{file.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
        file.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self._temporary.open("wb")
        self._check = hashlib.blake2b(digest_size=16)
        self._is_whole = True
        self._put(f"{_HEAD}\n")

    def add(self, entry: Entry, stat: str) -> None:
        """Remember one file, in the order of the walk."""
        self._put(f"{entry.digest or '-'} {entry.size} {stat} {quoted(entry.path)}\n")

    def keep(self, digest: str) -> None:
        """Close the memory of the data whose digest is this, and let it take its place."""
        self._put(f"digest {digest}\n")
        self._put(f"end {self._check.hexdigest()}\n")
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            if self._is_whole:
                self._temporary.replace(self._file)
        except OSError:
            self._is_whole = False

    def close(self) -> None:
        """Remove what was not kept."""
        with suppress(OSError):
            self._stream.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    def _put(self, line: str) -> None:
        content = line.encode()
        self._check.update(content)
        try:
            self._stream.write(content)
        except OSError:
            self._is_whole = False


class Memory:
    """The files remembered of one data set.

    Attributes:
        digest: that of the whole, when they were remembered.
    """

    def __init__(self, file: Path, digest: str) -> None:
        self._file = file
        self.digest = digest

    @classmethod
    def open(cls, file: Path) -> Memory | None:
        """The memory kept in a file; None if there is none, or it is damaged."""
        check = hashlib.blake2b(digest_size=16)
        before = last = b""
        try:
            with file.open("rb") as stream:
                for line in stream:
                    check.update(last)
                    before, last = last, line
        except OSError:
            return None
        if last != f"end {check.hexdigest()}\n".encode() or not before.startswith(b"digest "):
            return None
        return cls(file, before[len("digest ") :].decode().strip())

    def __iter__(self) -> Iterator[Remembered]:
        with self._file.open(encoding="utf-8", newline="\n") as stream:
            next(stream, None)
            for line in stream:
                if line.startswith("digest "):
                    return
                digest, size, stat, path = line.rstrip("\n").split(" ", 3)
                entry = Entry(unquoted(path), int(size), "" if digest == "-" else digest)
                yield Remembered(entry, stat)
