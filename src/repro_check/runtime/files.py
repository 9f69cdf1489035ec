"""The content of files, on its way into a hash: read once, ahead of the hashing, and checked.

A single MD5 runs at some 800 MB/s, so what can be saved is the time between its blocks: a second
thread hashes while this one reads on (hashlib frees the interpreter for blocks above 2 KiB).
"""

from __future__ import annotations

import hashlib
import os
import queue
import stat
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Protocol, TypeAlias

from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError, unreadable

BLOCK = 1 << 20
_SMALL = 1 << 16
# A pipe put in a file's place must not make us wait for its writer; Windows must not touch \r\n.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

Watch: TypeAlias = Callable[[str, bytes], None]
"""Called with the path and the first block (up to 1 MiB) of each file; may raise to stop."""

Tick: TypeAlias = Callable[[int], None]
"""Called with the number of bytes just read."""


class Hash(Protocol):
    """What every hash of hashlib and of blake3 offers."""

    def update(self, data: bytes, /) -> object:
        """Add bytes."""

    def hexdigest(self) -> str:
        """The digest so far, in hexadecimal digits."""


def new_hash(name: str) -> Hash:
    """An empty hash: `md5`, `sha256` or `blake3`.

    Raises:
        ModuleNotFoundError: `blake3`, which the standard library lacks, is not installed.
    """
    if name != "blake3":
        return hashlib.new(name, usedforsecurity=False)
    try:
        from blake3 import blake3
    except ImportError:
        raise ModuleNotFoundError(
            "the digest tree:blake3 needs the package blake3: pip install blake3"
        ) from None
    found: Hash = blake3()
    return found


class Stream:
    """A hash that a second thread updates while the caller reads on.

    Small pieces are gathered into blocks of 1 MiB; the thread starts with the first full one and
    at most three are held. To be closed, as by `contextlib.closing`.

    Args:
        state: the hash to update.
    """

    def __init__(self, state: Hash) -> None:
        self._state = state
        self._parts: list[bytes] = []
        self._held = 0
        self._blocks: queue.Queue[bytes | None] | None = None
        self._thread: threading.Thread | None = None

    def update(self, data: bytes) -> None:
        """Add bytes; may wait until earlier ones are hashed."""
        self._parts.append(data)
        self._held += len(data)
        if self._held >= BLOCK:
            if self._blocks is None:
                self._start()
            if self._blocks is None:
                self._state.update(self._gathered())
            else:
                self._blocks.put(self._gathered())

    def hexdigest(self) -> str:
        """The digest of everything; nothing can be added afterwards."""
        self.close()
        self._state.update(self._gathered())
        return self._state.hexdigest()

    def close(self) -> None:
        """Wait for the thread and end it."""
        if self._blocks is not None and self._thread is not None:
            self._blocks.put(None)
            self._thread.join()
            self._blocks = self._thread = None

    def _start(self) -> None:
        blocks: queue.Queue[bytes | None] = queue.Queue(maxsize=1)
        thread = threading.Thread(target=_hash_blocks, args=(self._state, blocks), daemon=True)
        # where threads are scarce (`ulimit -u`), this one hashes
        with suppress(RuntimeError):
            thread.start()
            self._blocks, self._thread = blocks, thread

    def _gathered(self) -> bytes:
        block = b"".join(self._parts)
        self._parts, self._held = [], 0
        return block


def _hash_blocks(state: Hash, blocks: queue.Queue[bytes | None]) -> None:
    while (block := blocks.get()) is not None:
        state.update(block)


def feed(
    real: str,
    update: Callable[[bytes], object],
    *,
    path: str = "",
    watch: Watch | None = None,
    tick: Tick | None = None,
) -> int:
    """Pass the content of a file on; returns its size in bytes.

    Args:
        real: the file; links are followed.
        update: takes one block after the other.
        path: how to name the file in errors, if otherwise.
        watch: looks at the first block before it is passed on.
        tick: told how many bytes were read.

    Raises:
        ChangedTreeError: it vanished, or changed while it was read.
        UndefinedTreeError: it is no regular file, or cannot be read.
    """
    path = path or real
    try:
        descriptor = os.open(real, _FLAGS)
        try:
            status = os.fstat(descriptor)
            size = status.st_size
            if not stat.S_ISREG(status.st_mode):
                raise UndefinedTreeError(path, "is not a regular file", "declare a file")
            # One byte more than the file has tells that it grew, and spares the call for its end.
            block = os.read(descriptor, min(size + 1, BLOCK))
            if watch is not None:
                watch(path, block)
            total = len(block)
            update(block)
            if tick is not None:
                tick(total)
            # A small file is read by one call, before or after any change to it.
            if size >= _SMALL:
                # A file that grows as quickly as it is read would never end.
                while total <= size and (block := os.read(descriptor, BLOCK)):
                    total += len(block)
                    update(block)
                    if tick is not None:
                        tick(len(block))
                if _times(os.fstat(descriptor)) != _times(status):
                    total = -1
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise ChangedTreeError(path, "vanished, or never was there", "restore it") from error
    except OSError as error:
        raise unreadable(path, error) from error
    if total != size:
        raise ChangedTreeError(path, "changed while it was read", "wait until it is written")
    return total


def _times(status: os.stat_result) -> tuple[int, int]:
    # a program may put the time of modification back, but not the other one
    return status.st_mtime_ns, status.st_ctime_ns


def hash_file(
    real: str,
    file_hash: str,
    *,
    path: str = "",
    watch: Watch | None = None,
    tick: Tick | None = None,
) -> tuple[str, int]:
    """The digest (hexadecimal) and the size (bytes) of a file's content; see `feed`."""
    with closing(Stream(new_hash(file_hash))) as stream:
        size = feed(real, stream.update, path=path, watch=watch, tick=tick)
        return stream.hexdigest(), size
