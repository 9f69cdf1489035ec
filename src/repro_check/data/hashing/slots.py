"""The files of a tree beside what is remembered of them: only those that look otherwise are read."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from repro_check.data.hashing.batches import Batch
from repro_check.data.hashing.hashers import Hasher
from repro_check.data.hashing.memory import RACY, Remembered
from repro_check.data.hashing.schemes import Scheme, items
from repro_check.runtime.changes import key_of
from repro_check.runtime.manifest import Entry
from repro_check.runtime.trees import ChangedTreeError

if TYPE_CHECKING:
    from repro_check.runtime.files import Tick

MOST_SLOTS = 1_024
MOST_FILES = 256
MOST_BYTES = 32 << 20
"""What one batch holds at most, in slots, files to read and bytes (a larger file excepted)."""

Look: TypeAlias = Callable[[os.stat_result], str]
"""Puts what `stat` says into one word; see `memory.stat_text`."""


class Slot(NamedTuple):
    """A file that counts, and what is remembered of it.

    Attributes:
        path: relative to the data, POSIX; an empty folder's ends with a slash.
        real: where its content is; "" for an empty folder.
        size: in bytes, now.
        stat: what it looks like now.
        known: its entry, if it looks as it did when that was made; else None.
        old: the entry that is remembered under its path, whatever it looks like; else None.
    """

    path: str
    real: str
    size: int
    stat: str
    known: Entry | None
    old: Entry | None


def slots(
    path: Path, scheme: Scheme, memory: Iterable[Remembered], *, look: Look
) -> Iterator[Slot | Entry]:
    """Walk the data beside their memory.

    Yields:
        A slot for every file that is there, an entry for every one that is remembered and gone.

    Raises:
        UndefinedTreeError: see `schemes.items`; a file that vanishes is a `ChangedTreeError`.
    """
    key = key_of(scheme.order)
    remembered = iter(memory)
    ahead = next(remembered, None)
    for item in items(path, scheme):
        old = None
        if ahead is not None and ahead.entry.path == item.path:
            old, ahead = ahead, next(remembered, None)
        elif ahead is not None:
            here = key(item.path)
            while ahead is not None and key(ahead.entry.path) < here:
                yield ahead.entry
                ahead = next(remembered, None)
            if ahead is not None and key(ahead.entry.path) == here:
                old, ahead = ahead, next(remembered, None)
        yield _slot(item.path, item.real, old, look)
    while ahead is not None:
        yield ahead.entry
        ahead = next(remembered, None)


def _slot(path: str, real: str, old: Remembered | None, look: Look) -> Slot:
    entry = old.entry if old else None
    if not real:
        return Slot(path, real, 0, RACY, Entry(path, 0, ""), entry)
    try:
        status = os.stat(real)
    except FileNotFoundError as error:
        raise ChangedTreeError(real, "vanished meanwhile", "restore it") from error
    stat = look(status)
    is_known = old is not None and old.stat == stat != RACY and old.entry.path == path
    return Slot(path, real, status.st_size, stat, entry if is_known else None, entry)


def filled(
    found: Iterable[Slot], file_hash: str, hasher: Hasher, tick: Tick | None = None
) -> Iterator[tuple[Slot, Entry]]:
    """Hash what is not known, many files at once, and give every slot its entry, in order."""
    waiting: deque[list[Slot]] = deque()

    def batches() -> Iterator[Batch]:
        for group in _groups(found):
            waiting.append(group)
            unknown = [slot for slot in group if slot.known is None]
            yield Batch(
                file_hash,
                tuple(slot.real for slot in unknown),
                sum(slot.size for slot in unknown),
            )

    for hashed in hasher.digests(batches()):
        results = iter(hashed)
        for slot in waiting.popleft():
            entry = slot.known
            if entry is None:
                result = next(results)
                entry = Entry(slot.path, result.size, result.digest)
            if tick is not None:
                tick(entry.size)
            yield slot, entry


def _groups(found: Iterable[Slot]) -> Iterator[list[Slot]]:
    group: list[Slot] = []
    files = size = 0
    for slot in found:
        if slot.known is None:
            if size and size + slot.size > MOST_BYTES:
                yield group
                group, files, size = [], 0, 0
            files, size = files + 1, size + slot.size
        group.append(slot)
        if files == MOST_FILES or len(group) == MOST_SLOTS:
            yield group
            group, files, size = [], 0, 0
    if group:
        yield group
