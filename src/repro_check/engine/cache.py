"""Facts kept between runs, by the content of the file that they came from.

One append-only file: a run looks its records up by content digest and reads only what a rule asks
for. Every record carries a checksum, so a damaged, cut or interleaved file costs its
records and nothing else; two runs at once may both append. The file's name holds a digest of the code
that makes facts, so that no version ever reads another's.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from repro_check.atomic import write_atomic
from repro_check.errors import ReproCheckError
from repro_check.hashes import blake2b

_HEAD = struct.Struct("<4s16sBII")
_MARK = b"rcf1"
_LARGEST = 512 * 1024 * 1024
DIGEST_BYTES = 16


def content_digest(data: bytes) -> bytes:
    """The key of a file's content: 16 bytes of BLAKE2b (RFC 7693)."""
    return blake2b(data, digest_size=DIGEST_BYTES).digest()


def code_digest(folders: Iterable[Path]) -> str:
    """A digest of the Python files in these folders, and of the interpreter that runs them."""
    state = blake2b(sys.version.encode(), digest_size=8)
    for folder in folders:
        for file in sorted(_python_files(os.fspath(folder))):
            with open(file, "rb", buffering=0) as stream:
                state.update(stream.read())
    return state.hexdigest()


def _python_files(folder: str) -> Iterator[str]:
    # `Path.rglob` takes three times as long
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield entry.path
            elif entry.name != "__pycache__" and entry.is_dir():
                yield from _python_files(entry.path)


class Cache:
    """Records of bytes by (content digest, reader number).

    Args:
        path: the cache file; None keeps nothing. A file that cannot be written keeps nothing either.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        self._index: dict[tuple[bytes, int], tuple[int, int, int]] = {}
        self._fresh: dict[tuple[bytes, int], bytes] = {}
        self._used: set[tuple[bytes, int]] = set()
        self._is_damaged = False
        if path is not None:
            self._open(path)

    def __del__(self) -> None:
        if self._file is not None:
            os.close(self._file)

    def has(self, digest: bytes, reader: int) -> bool:
        """Whether there is a record of a content digest, trusted or not."""
        key = (digest, reader)
        if key in self._index:
            self._used.add(key)
        return key in self._fresh or key in self._index

    def get(self, digest: bytes, reader: int) -> bytes | None:
        """The record of a content digest, or None if there is none that can be trusted."""
        key = (digest, reader)
        if key in self._fresh:
            return self._fresh[key]
        place = self._index.get(key)
        if place is None or self._file is None:
            return None
        start, length, checksum = place
        payload = _read_at(self._file, start, length)
        if zlib.crc32(payload) != checksum:
            self._is_damaged = True
            del self._index[key]
            return None
        self._used.add(key)
        return payload

    def put(self, digest: bytes, reader: int, payload: bytes) -> None:
        """Keep a record; it reaches the disk with `save`."""
        self._fresh[(digest, reader)] = payload

    @property
    def fresh(self) -> Mapping[tuple[bytes, int], bytes]:
        """What was put in and is not on the disk."""
        return self._fresh

    def save(self) -> None:
        """Write what is new: appended, or the whole file anew when it is damaged or too large.

        What is on the disk is not kept in memory. A cache that cannot be written is no error: the
        next run is slower, nothing else.
        """
        if self._path is None or not (self._fresh or self._is_damaged):
            return
        if self._path.parent.is_symlink():
            return
        with suppress(OSError, ReproCheckError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            size = self._path.stat().st_size if self._path.exists() else 0
            added = sum(_HEAD.size + len(payload) for payload in self._fresh.values())
            if self._is_damaged or size + added > _LARGEST:
                self._rewrite()
            else:
                self._append()
            self._remove_others()

    def _append(self) -> None:
        assert self._path is not None
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        file = os.open(self._path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
        places: dict[tuple[bytes, int], tuple[int, int, int]] = {}
        for key, payload in self._fresh.items():
            record = _record(key, payload)
            if os.write(file, record) != len(record):
                break  # the disk is full
            # another run may append, too: the place is known only now
            start = os.lseek(file, 0, os.SEEK_CUR) - len(payload)
            places[key] = (start, len(payload), zlib.crc32(payload))
        if self._file is None or os.path.sameopenfile(file, self._file):
            self._file, file = file, self._file if self._file is not None else -1
            self._index.update(places)
            self._fresh = {key: self._fresh[key] for key in self._fresh if key not in places}
        if file >= 0:
            os.close(file)

    def _rewrite(self) -> None:
        assert self._path is not None
        kept = [(key, payload) for key in self._used if (payload := self.get(*key)) is not None]
        kept.extend(self._fresh.items())
        write_atomic(self._path, b"".join(_record(key, data) for key, data in kept))
        if self._file is not None:
            os.close(self._file)
        self._file, self._index, self._fresh = None, {}, {}
        self._open(self._path)

    def _remove_others(self) -> None:
        assert self._path is not None
        for name in os.listdir(self._path.parent):
            is_facts = name.startswith("facts-") and name.endswith(".bin")
            if is_facts and name != self._path.name:
                (self._path.parent / name).unlink(missing_ok=True)

    def _open(self, path: Path) -> None:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        self._is_damaged = False
        try:
            self._file = os.open(path, flags | getattr(os, "O_BINARY", 0))
            with mmap.mmap(self._file, 0, access=mmap.ACCESS_READ) as data:
                self._scan(data)
        except (OSError, ValueError):
            return

    def _scan(self, data: mmap.mmap) -> None:
        # 2,000 files leave 6,000 records, so what is looked up here is looked up once
        index, unpack, head = self._index, _HEAD.unpack_from, _HEAD.size
        position, size = 0, len(data)
        while position + head <= size:
            mark, digest, reader, length, checksum = unpack(data, position)
            start = position + head
            if mark != _MARK or start + length > size:
                break
            index[digest, reader] = (start, length, checksum)
            position = start + length
        self._is_damaged = position != size


if hasattr(os, "pread"):  # forked processes share the file's position

    def _read_at(file: int, start: int, length: int) -> bytes:
        return os.pread(file, length, start)

else:

    def _read_at(file: int, start: int, length: int) -> bytes:
        os.lseek(file, start, os.SEEK_SET)
        return os.read(file, length)


def _record(key: tuple[bytes, int], payload: bytes) -> bytes:
    digest, reader = key
    return _HEAD.pack(_MARK, digest, reader, len(payload), zlib.crc32(payload)) + payload
