"""A memory of files: what each looked like when its digest was known, in a file of one line each.

`<digest> <stat> <path>`, in the order of the walk, so that a million files are compared with
their tree side by side and never held. The last line closes the file with a digest of all before
it; a memory that does not end so is none.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from repro_check.runtime.lockfile import quoted, unquoted
from repro_check.runtime.manifest import Entry
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError

RACY = "-"
"""The stat of a file that could still change without looking different; it equals no other."""

UNFINISHED = "unfinished"
"""In the place of the digest, where the reading was broken off: the files are known, not the whole."""

_HEAD = "repro-check files 1"
_BLOCK = 1 << 20
# A pipe in its place is not to be waited for.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


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
        _sweep(file.parent)
        self._stream = self._temporary.open("wb")
        self._check = hashlib.blake2b(digest_size=16)
        self._is_whole = True
        self._put(f"{_HEAD}\n")

    def add(self, entry: Entry, look: str) -> None:
        """Remember one file and what it looked like, in the order of the walk."""
        self._put(f"{entry.digest or '-'} {entry.size} {look} {quoted(entry.path)}\n")

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


def _sweep(folder: Path) -> None:
    """Remove what runs left behind that were killed more than a day ago."""
    for left in folder.glob(".*.tmp"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - 86_400:
                left.unlink()


class Memory:
    """The files remembered of one data set.

    Attributes:
        digest: that of the whole, when they were remembered.
    """

    def __init__(self, file: Path, digest: str, state: tuple[int, ...]) -> None:
        self._file = file
        self._state = state
        self.digest = digest

    @classmethod
    def open(cls, file: Path) -> Memory | None:
        """The memory kept in a file; None if there is none, or it is damaged."""
        try:
            with _opened(file) as stream:
                digest = _checked(stream)
                return cls(file, digest, _state(stream)) if digest else None
        except OSError:
            return None

    def __iter__(self) -> Iterator[Remembered]:
        """Every file, in the order of the walk.

        Raises:
            ChangedTreeError: another run has put its own memory there.
            UndefinedTreeError: a line is none of ours.
            OSError: it cannot be read any more.
        """
        with _opened(self._file) as stream:
            if _state(stream) != self._state:
                other = Memory.open(self._file)
                if other is None or other.digest != self.digest:
                    raise ChangedTreeError(
                        str(self._file), "was replaced by another run", "run it again"
                    )
                yield from other
                return
            next(stream, None)
            for line in stream:
                if line.startswith(b"digest "):
                    return
                try:
                    digest, size, look, path = line.decode().rstrip("\n").split(" ", 3)
                    entry = Entry(unquoted(path), int(size), "" if digest == "-" else digest)
                except ValueError as error:
                    raise UndefinedTreeError(
                        str(self._file), "is a damaged memory of files", "delete it"
                    ) from error
                yield Remembered(entry, look)


def _opened(file: Path) -> BinaryIO:
    stream = open(os.open(file, _FLAGS), "rb")  # noqa: SIM115 - the caller closes it
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError(errno.EINVAL, "it is no regular file", str(file))
    return stream


def _state(stream: BinaryIO) -> tuple[int, ...]:
    status = os.fstat(stream.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _checked(stream: BinaryIO) -> str:
    """The digest of the whole, if the file is as it was written; else ""."""
    check = hashlib.blake2b(digest_size=16)
    left = os.fstat(stream.fileno()).st_size - len(f"end {check.hexdigest()}\n")
    first, tail = b"", b""
    while left > 0 and (block := stream.read(min(left, _BLOCK))):
        if len(block) == _BLOCK and b"\n" not in block:
            return ""  # no line of ours is so long, and one of theirs is not to be held
        check.update(block)
        left -= len(block)
        first, tail = first or block[:100], (tail + block)[-200:]
    word, _, digest = tail[tail.rfind(b"\n", 0, -1) + 1 :].partition(b" ")
    is_whole = (
        first.startswith(f"{_HEAD}\n".encode())
        and stream.read() == f"end {check.hexdigest()}\n".encode()
        and (word, digest[-1:]) == (b"digest", b"\n")
        and digest.isascii()
    )
    return digest.decode().strip() if is_whole else ""
