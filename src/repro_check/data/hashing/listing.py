"""What a directory looks like without reading it: names, sizes, times and inodes."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from contextlib import suppress
from pathlib import Path

import msgspec

_STATUS = struct.Struct("<xqqqQ").pack


class Listing(msgspec.Struct, frozen=True):
    """The state of a file or directory as the file system tells it.

    Attributes:
        digest: of the sorted (path, size, mtime_ns, ctime_ns, inode), 32 hexadecimal digits. Links
            count by where they point and by the file there, folders by their names.
        files: how many files and links there are.
        size: the bytes of all files together, those that links lead to among them.
        newest_ns: the latest mtime or ctime of any of them, in nanoseconds since the epoch.
        links: the paths of all links.
    """

    digest: str
    files: int
    size: int
    newest_ns: int
    links: tuple[str, ...]


def list_tree(path: Path) -> Listing:
    """Walk a directory (or look at one file) and digest what `stat` says.

    Links to folders are never followed, except `path` itself. Costs one `scandir` a folder and one `stat` a
    file, and memory for one folder at a time.

    Raises:
        OSError: something vanished, or may not be looked at.
    """
    top = os.fsencode(os.path.realpath(path))
    tally = _Tally()
    if Path(path).is_dir():
        tally.add_folders(top)
    else:
        tally.state.update(tally.record(b"", os.stat(top)))
    return Listing(
        tally.state.hexdigest(), tally.files, tally.size, tally.newest_ns, tuple(tally.links)
    )


class _Tally:
    """The running sums of one walk."""

    def __init__(self) -> None:
        self.state = hashlib.blake2b(digest_size=16)
        self.files = 0
        self.size = 0
        self.newest_ns = 0
        self.links: list[str] = []

    def add_folders(self, top: bytes) -> None:
        """Add every folder from `top` down, each before those in it."""
        stack = [top]
        while stack:
            folder = stack.pop()
            records = []
            below = []
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False):
                        status = entry.stat(follow_symlinks=False)
                        records.append(self.record(entry.name, status))
                    elif entry.is_dir(follow_symlinks=False):
                        below.append(entry.path)
                    else:
                        records.append(self._other(entry))
            # Names hold no zero byte, so records of different trees never read the same; and the
            # name stands first, so they sort by it.
            records.sort()
            self.state.update(b"\0%b\0" % folder[len(top) :])
            self.state.update(b"".join(records))
            stack.extend(sorted(below, reverse=True))

    def record(self, name: bytes, status: os.stat_result) -> bytes:
        """Count one file or link, and say what to hash of it."""
        size, modified, changed = status.st_size, status.st_mtime_ns, status.st_ctime_ns
        self.files += 1
        self.size += size
        if modified > self.newest_ns:  # noqa: PLR1730 - `max` takes twice as long
            self.newest_ns = modified
        if changed > self.newest_ns:  # noqa: PLR1730
            self.newest_ns = changed
        return name + _STATUS(size, modified, changed, status.st_ino)

    def _other(self, entry: os.DirEntry[bytes]) -> bytes:
        status = entry.stat(follow_symlinks=False)
        if not entry.is_symlink():
            return b"%b\0\0" % self.record(entry.name, status)
        target = os.readlink(entry.path)
        self.links.append(os.fsdecode(entry.path))
        led_to = status
        # what a link leads to may lie outside, as the files in the cache of DVC do
        with suppress(OSError):
            there = os.stat(entry.path)
            led_to = there if stat.S_ISREG(there.st_mode) else status
        record = self.record(entry.name, led_to)
        return b"%b%b\0%b\0" % (record, _STATUS(*_told(status)), target)


def _told(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
