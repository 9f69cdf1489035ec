"""Facts kept between runs, by the content of the file that they came from.

One append-only file, mapped into memory: a run looks its records up by content digest and decodes only
what a rule asks for. Every record carries a checksum, so a damaged, cut or interleaved file costs its
records and nothing else; two runs at once may both append. The file's name holds a digest of the code
that makes facts, so that no version ever reads another's.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from repro_check.atomic import write_atomic
from repro_check.errors import ReproCheckError

_HEAD = struct.Struct("<4s16sBII")
_MARK = b"rcf1"
_LARGEST = 512 * 1024 * 1024
DIGEST_BYTES = 16


def content_digest(data: bytes, salt: bytes = b"") -> bytes:
    """The key of a file's content: 16 bytes of BLAKE2b (RFC 7693)."""
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES, person=salt[:16]).digest()


def code_digest(folders: Iterable[Path]) -> str:
    """A digest of the Python files in these folders: the version of the facts they make."""
    state = hashlib.blake2b(digest_size=8)
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            state.update(file.read_bytes())
    return state.hexdigest()


class Cache:
    """Records of bytes by (content digest, reader number).

    Args:
        path: the cache file; None keeps nothing. A file that cannot be written keeps nothing either.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._map: mmap.mmap | None = None
        self._index: dict[tuple[bytes, int], tuple[int, int, int]] = {}
        self._fresh: dict[tuple[bytes, int], bytes] = {}
        self._used: set[tuple[bytes, int]] = set()
        self._is_damaged = False
        if path is not None:
            self._open(path)

    def get(self, digest: bytes, reader: int) -> bytes | None:
        """The record of a content digest, or None if there is none that can be trusted."""
        key = (digest, reader)
        if key in self._fresh:
            return self._fresh[key]
        place = self._index.get(key)
        if place is None or self._map is None:
            return None
        start, length, checksum = place
        payload = self._map[start : start + length]
        if zlib.crc32(payload) != checksum:
            self._is_damaged = True
            del self._index[key]
            return None
        self._used.add(key)
        return payload

    def put(self, digest: bytes, reader: int, payload: bytes) -> None:
        """Keep a record; it reaches the disk with `save`."""
        self._fresh[(digest, reader)] = payload

    def save(self) -> None:
        """Write what is new: appended, or the whole file anew when it is damaged or too large.

        A cache that cannot be written is no error: the next run is slower, nothing else.
        """
        if self._path is None or not (self._fresh or self._is_damaged):
            return
        if self._path.parent.is_symlink():
            return
        with suppress(OSError, ReproCheckError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            size = self._path.stat().st_size if self._path.exists() else 0
            fresh = b"".join(_record(key, payload) for key, payload in self._fresh.items())
            if self._is_damaged or size + len(fresh) > _LARGEST:
                self._rewrite(fresh)
            else:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
                descriptor = os.open(self._path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
                with open(descriptor, "ab", buffering=0) as stream:
                    stream.write(fresh)
            self._remove_others()

    def _rewrite(self, fresh: bytes) -> None:
        assert self._path is not None
        kept = [(key, payload) for key in self._used if (payload := self.get(*key)) is not None]
        write_atomic(self._path, b"".join(_record(key, data) for key, data in kept) + fresh)

    def _remove_others(self) -> None:
        assert self._path is not None
        for other in self._path.parent.glob("facts-*.bin"):
            if other != self._path:
                other.unlink(missing_ok=True)

    def _open(self, path: Path) -> None:
        try:
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            with open(os.open(path, flags), "rb") as stream:
                self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):
            return
        for key, place in self._scan(self._map):
            self._index[key] = place

    def _scan(self, data: mmap.mmap) -> Iterator[tuple[tuple[bytes, int], tuple[int, int, int]]]:
        position, size = 0, len(data)
        while position + _HEAD.size <= size:
            mark, digest, reader, length, checksum = _HEAD.unpack_from(data, position)
            start = position + _HEAD.size
            if mark != _MARK or start + length > size:
                break
            yield (digest, reader), (start, length, checksum)
            position = start + length
        self._is_damaged = position != size


def _record(key: tuple[bytes, int], payload: bytes) -> bytes:
    digest, reader = key
    return _HEAD.pack(_MARK, digest, reader, len(payload), zlib.crc32(payload)) + payload
