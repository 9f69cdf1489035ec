"""A memory of digests: a directory that looks as it did is answered without being read.

The idea and its trap are git's (git-scm.com/docs/racy-git): what `stat` says tells a changed file
from an unchanged one only if the change fell into another tick of the clock than the recording.
So nothing is remembered of a tree in which any file is younger than two seconds, which is the
coarsest tick of the file systems in use (FAT).
"""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

import msgspec

from repro_check.atomic import write_atomic
from repro_check.bounded import read_bounded
from repro_check.data.hashing.memory import Memory, Writer
from repro_check.errors import ReproCheckError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from repro_check.data.hashing.digests import Algorithm
    from repro_check.data.hashing.listing import Listing

RACY_NS = 2_000_000_000
FILE_NAME = "data-index.json"
_FILES = "data-files"
_VERSION = 2
_MOST = 1_000
_LARGEST = 4 << 20


class _Record(msgspec.Struct, frozen=True):
    device: int
    path: str
    algorithm: str
    listing: str
    digest: str


class _Stored(msgspec.Struct, frozen=True):
    version: int
    check: str
    records: tuple[_Record, ...]


class StatIndex:
    """The digests remembered in one folder, one record a data directory and algorithm.

    Beside each, where it was made file by file, what every file looked like (see `memory`).
    Two runs at once cannot harm it: the file is replaced whole, and the loser's record is merely
    computed again. A damaged file, or one of another version, is an empty index.

    Args:
        folder: where the file `data-index.json` is kept; made when first needed.
        clock: the time now, in nanoseconds since the epoch.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], int] = time.time_ns) -> None:
        self.file = folder / FILE_NAME
        self.clock = clock

    def lookup(self, path: Path, algorithm: Algorithm, listing: Listing) -> str | None:
        """The digest recorded when `path` looked exactly as `listing`, if there is one."""
        key = _key(path, algorithm)
        for record in self._read():
            if (record.device, record.path, record.algorithm) == key:
                return record.digest if record.listing == listing.digest else None
        return None

    def record(
        self, path: Path, algorithm: Algorithm, listing: Listing, digest: str, *, since_ns: int
    ) -> bool:
        """Remember a digest; returns whether it was.

        Args:
            path: the data file or directory.
            algorithm: how the digest was made.
            listing: what the tree looked like both before and after it was read.
            digest: the digest.
            since_ns: `clock()` from before the first look; a file that is not at least two
                seconds older could change later without looking different.
        """
        if listing.newest_ns > since_ns - RACY_NS or self._is_led_away():
            return False
        key = _key(path, algorithm)
        kept = [r for r in self._read() if (r.device, r.path, r.algorithm) != key]
        records = (*kept[-(_MOST - 1) :], _Record(*key, listing.digest, digest))
        try:
            content = msgspec.json.encode(_Stored(_VERSION, _check(records), records))
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(self.file, content)
        except (OSError, ReproCheckError, ValueError):
            return False
        return True

    def memory(self, path: Path, algorithm: Algorithm) -> Memory | None:
        """What each file looked like when the digest was last known; None if that is not."""
        return Memory.open(self._files_of(path, algorithm))

    def writer(self, path: Path, algorithm: Algorithm) -> Writer | None:
        """A new memory of the files; None where none can be kept."""
        try:
            return None if self._is_led_away() else Writer(self._files_of(path, algorithm))
        except OSError:
            return None

    def _is_led_away(self) -> bool:
        """Whether a link (in an archive, say) would have us write into some other folder."""
        places = (self.file, self.file.parent, self.file.with_name(_FILES))
        return any(map(os.path.islink, places))

    def _files_of(self, path: Path, algorithm: Algorithm) -> Path:
        name = hashlib.blake2b(repr(_key(path, algorithm)).encode(), digest_size=12).hexdigest()
        return self.file.with_name(_FILES) / name

    def _read(self) -> tuple[_Record, ...]:
        try:
            content = read_bounded(self.file, limit=_LARGEST)
            stored = msgspec.json.decode(content, type=_Stored)
        except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
            return ()
        if stored.version != _VERSION or stored.check != _check(stored.records):
            return ()
        return stored.records


def _key(path: Path, algorithm: Algorithm) -> tuple[int, str, str]:
    real = os.path.realpath(path)
    try:
        device = os.stat(real).st_dev
    except OSError:
        device = 0
    return device, real, algorithm.value


def _check(records: tuple[_Record, ...]) -> str:
    return hashlib.blake2b(msgspec.json.encode(records), digest_size=16).hexdigest()
