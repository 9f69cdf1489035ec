"""What was read of a bucket is remembered, with the version that the server told of each object."""

from __future__ import annotations

import hashlib
from collections import deque
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from repro_check.data.hashing.digests import Algorithm
from repro_check.data.hashing.memory import UNFINISHED, Memory, Writer
from repro_check.data.remote.digest import remote_digest
from repro_check.data.remote.urls import shown
from repro_check.runtime.manifest import Entry

if TYPE_CHECKING:
    from repro_check.data.hashing.hashers import Hasher
    from repro_check.data.hashing.index import StatIndex
    from repro_check.data.hashing.measuring import Meter
    from repro_check.data.remote.listing import RemoteFile


def remembered_digest(
    url: str,
    algorithm: Algorithm,
    *,
    index: StatIndex,
    hasher: Hasher | None = None,
    meter: Meter | None = None,
) -> str:
    """As `remote_digest`, but only what is new is read, also after a run that was cut short."""
    key = Path(shown(url))
    with ExitStack() as stack:
        writer = index.writer(key, algorithm)
        if writer is not None:
            stack.enter_context(closing(writer))
        memory = index.memory(key, algorithm)
        notes = _Notes(memory, writer)
        try:
            found = remote_digest(
                url,
                algorithm,
                hasher=hasher,
                meter=meter,
                known=notes.known,
                learned=notes.learned,
            )
        except BaseException:
            if memory is None:
                notes.keep(UNFINISHED)
            raise
        notes.keep(found)
        return found


class _Notes:
    """What an earlier run learned, walked beside the listing, and what this one learns."""

    def __init__(self, memory: Memory | None, writer: Writer | None) -> None:
        self._old = iter(memory or ())
        self._ahead = next(self._old, None)
        self._writer = writer
        self._asked: deque[tuple[str, str, Entry | None]] = deque()

    def known(self, file: RemoteFile) -> str | None:
        """The digest that was learned from this version of an object; asked in their order."""
        stamp = hashlib.blake2b(file.stamp.encode(), digest_size=12).hexdigest()
        while self._ahead is not None and self._ahead.entry.path < file.path:
            self._ahead = next(self._old, None)
        entry = None
        if self._ahead is not None and self._ahead.entry.path == file.path:
            is_same = self._ahead.stat == stamp and file.size in {-1, self._ahead.entry.size}
            entry = self._ahead.entry if is_same else None
        self._asked.append((file.path, stamp, entry))
        return entry.digest if entry else None

    def learned(self, file: RemoteFile, digest: str) -> None:
        """An object was read; told in their order."""
        while self._asked:
            path, stamp, entry = self._asked.popleft()
            if path == file.path:
                self._add(Entry(path, file.size, digest), stamp)
                return
            if entry is not None:
                self._add(entry, stamp)

    def keep(self, digest: str) -> None:
        """Let the next run find what was written down."""
        for _, stamp, entry in self._asked:
            if entry is None:
                break  # what follows was listed, and is not read yet
            self._add(entry, stamp)
        if self._writer is not None:
            self._writer.keep(digest)

    def _add(self, entry: Entry, stamp: str) -> None:
        if self._writer is not None:
            self._writer.add(entry, stamp)
