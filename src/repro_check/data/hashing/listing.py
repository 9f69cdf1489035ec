"""What a directory looks like without reading it: names, sizes, times and inodes."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import msgspec

from repro_check.processes import cores

_STATUS = struct.Struct("<xqqqQ").pack
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_FEW = 4_096
"""Up to so many files start no process."""

_MOST_PROCESSES = 4
"""More take longer to start than they save."""


class Listing(msgspec.Struct, frozen=True):
    """The state of a file or directory as the file system tells it.

    Attributes:
        digest: of every (path, size, mtime_ns, ctime_ns, inode), 32 hexadecimal digits. Links
            count by where they point and by the file there, folders by their names.
        files: how many files and links there are.
        size: the bytes of all files together, those that links lead to among them.
        newest_ns: the latest mtime or ctime of any of them, in nanoseconds since the epoch.
    """

    digest: str
    files: int
    size: int
    newest_ns: int


def list_tree(path: Path) -> Listing:
    """Walk a directory (or look at one file) and digest what `stat` says.

    Links to folders are never followed, except `path` itself. Costs one `scandir` a folder and
    one `stat` a file, and memory for one folder at a time. Many folders are shared out over the
    cores.

    Raises:
        OSError: something vanished, or may not be looked at.
    """
    top = os.path.realpath(path)
    tally = _Tally()
    if not Path(path).is_dir():
        tally.add("", [tally.record("", os.stat(top))])
        return tally.listing()
    folders = [top]
    while folders and (tally.files < _FEW or len(folders) == 1):
        tally.add_folder(top, folders)
    if folders:
        from repro_check.data.hashing.sharing import MOST_TASKS, share

        tasks = min(len(folders), MOST_TASKS)
        processes = min(cores(), _MOST_PROCESSES)
        found = share(tasks, processes, partial(_below, top, folders, tasks))
        for other in found or (_below(top, folders, 1, iter((0,))),):
            tally.merge(other)
    return tally.listing()


def _below(top: str, folders: list[str], tasks: int, numbers: Iterator[int]) -> _Tally:
    """What is in and below every folder whose place divided by `tasks` leaves such a number."""
    tally = _Tally()
    for number in numbers:
        stack = folders[number::tasks]
        while stack:
            tally.add_folder(top, stack)
    return tally


class _Tally:
    """The running sums of one walk, or of one part of it.

    Each folder has a digest, and these are added up: they may come in any order, from anywhere.
    """

    def __init__(self) -> None:
        self.digests = 0
        self.files = 0
        self.size = 0
        self.newest_ns = 0

    def listing(self) -> Listing:
        """What was seen, in all."""
        total = (self.digests % (1 << 256)).to_bytes(32, "big")
        digest = hashlib.blake2b(total, digest_size=16).hexdigest()
        return Listing(digest, self.files, self.size, self.newest_ns)

    def merge(self, other: _Tally) -> None:
        """Add what was seen elsewhere in the same tree."""
        self.digests += other.digests
        self.files += other.files
        self.size += other.size
        self.newest_ns = max(self.newest_ns, other.newest_ns)

    def add_folder(self, top: str, folders: list[str]) -> None:
        """Add the last of these folders, and put those that are in it in its place."""
        folder = folders.pop()
        records = []
        with _entries(folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    records.append(self.record(entry.name, status))
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(os.path.join(folder, entry.name))
                else:
                    records.append(self._other(entry, os.path.join(folder, entry.name)))
        self.add(folder[len(top) :], records)

    def add(self, folder: str, records: list[bytes]) -> None:
        """Add what `record` said of all that is in one folder."""
        # Names hold no zero byte, so records of different trees never read the same; and the
        # name stands first, so they sort by it.
        records.sort()
        state = hashlib.blake2b(b"\0%b\0" % os.fsencode(folder), digest_size=32)
        state.update(b"".join(records))
        self.digests += int.from_bytes(state.digest(), "big")

    def record(self, name: str, status: os.stat_result) -> bytes:
        """Count one file or link, and say what to hash of it."""
        size, modified, changed = status.st_size, status.st_mtime_ns, status.st_ctime_ns
        self.files += 1
        self.size += size
        if modified > self.newest_ns:  # noqa: PLR1730 - `max` takes twice as long
            self.newest_ns = modified
        if changed > self.newest_ns:  # noqa: PLR1730
            self.newest_ns = changed
        return os.fsencode(name) + _STATUS(size, modified, changed, status.st_ino)

    def _other(self, entry: os.DirEntry[str], path: str) -> bytes:
        status = entry.stat(follow_symlinks=False)
        if not entry.is_symlink():
            return b"%b\0\0" % self.record(entry.name, status)
        target = os.fsencode(os.readlink(path))
        led_to = status
        # what a link leads to may lie outside, as the files in the cache of DVC do
        with suppress(OSError):
            there = os.stat(path)
            led_to = there if stat.S_ISREG(there.st_mode) else status
        record = self.record(entry.name, led_to)
        return b"%b%b\0%b\0" % (record, _STATUS(*_told(status)), target)


@contextmanager
def _entries(folder: str) -> Iterator[Iterator[os.DirEntry[str]]]:
    """What a folder holds; where it can be, below a descriptor, which spares each `stat` the way."""
    descriptor = -1
    try:
        if os.scandir in os.supports_fd:
            descriptor = os.open(folder, _FOLDER)
        with os.scandir(folder if descriptor < 0 else descriptor) as entries:
            yield entries
    except OSError as error:
        name = error.filename if isinstance(error.filename, str) else ""
        error.filename = os.path.join(folder, name) if name else folder
        raise
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _told(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
