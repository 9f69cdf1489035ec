"""The md5 recursion over many small files: other processes read them, and this one hashes.

The order of the bytes allows one process only to hash, but to open and read a small file takes
twice as long as its MD5. So workers read files into memory that they share with this process, each
behind the names that are hashed before it: what lies there is one run of bytes to hash. Whatever
is odd (a pointer, a large or growing file, an error) they leave for this process.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from itertools import chain, islice
from typing import NamedTuple, cast

from repro_check.data.hashing.memory import RACY
from repro_check.data.hashing.slots import Look
from repro_check.data.hashing.workers import spread
from repro_check.processes import cores
from repro_check.runtime.files import Hash, Stream, Tick, feed, new_hash
from repro_check.runtime.hashing import md5_of_folder
from repro_check.runtime.manifest import Entry
from repro_check.runtime.pointers import LARGEST, pointer_in, stop_at_pointer
from repro_check.runtime.trees import walk

FEW = 2_048
"""Up to so many files are read by this process."""

ROOM = 1 << 20
"""Bytes of shared memory for each portion of files."""

_FIRST, _MOST = 64, 512
"""Files of the first portion, and of any; how many fit is known only when they are read."""

_MOST_PROCESSES = 8
"""A single one hashes: more cannot read as much as to be of use to it."""

_SMALL = 1 << 16
# A pipe put in a file's place must not make us wait for its writer.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)

Each = Callable[[Entry, str], None]


class Portion(NamedTuple):
    """Files to read in a row.

    Attributes:
        paths: where they are.
        names: what is hashed before each.
        place: the number of the piece of shared memory to put them into.
    """

    paths: tuple[str, ...]
    names: tuple[bytes, ...]
    place: int


class Filled(NamedTuple):
    """What was read of a portion: the first files of it, as many as fit and are in no way odd.

    Attributes:
        used: bytes of the shared memory.
        sizes: of the files.
        digests: their own MD5s, hexadecimal; () if nobody wants them.
        looks: how they looked before they were read; () likewise.
    """

    used: int
    sizes: tuple[int, ...]
    digests: tuple[str, ...]
    looks: tuple[str, ...]


class _Item(NamedTuple):
    """A file, and the names that are hashed before it; or an empty folder, whose `real` is ""."""

    path: str
    real: str
    names: bytes


def md5_ahead(
    root: str,
    *,
    look: Look,
    tick: Tick | None = None,
    each: Each | None = None,
    few: int = FEW,
    room: int = ROOM,
) -> str:
    """The md5 recursion over a directory; raises what `runtime.hashing.md5_of_folder` does.

    Args:
        root: the directory.
        look: puts into one word what `stat` says.
        tick: told how many bytes were read.
        each: given every file with an MD5 of its own and every empty folder, in the recursion's
            order, and how it looked before it was read.
        few: up to so many files start no process.
        room: bytes that are read in a row at most.
    """
    names: list[bytes] = []
    items = _items(root, names)
    processes = min(cores(), _MOST_PROCESSES) if hasattr(os, "fork") else 1
    places = 2 * processes + 2  # two a worker, one that is hashed, and one that is being asked for
    first = list(islice(items, few + 1)) if processes > 1 else []
    memory = _shared(places * room) if len(first) > few else None
    if memory is None:
        then = None if each is None else partial(_looked_at, root, look, each)
        return md5_of_folder(root, watch=stop_at_pointer, tick=tick, each=then)
    portions = _Portions(chain(first, items), places, room)
    row = _Row(look, tick, each)
    work = partial(fill, memory, room, None if each is None else look)
    outcomes = spread(portions, processes, work)
    try:
        for number, filled in enumerate(outcomes):
            start = number % places * room
            row.add(portions.done(filled), filled, memory[start : start + filled.used])
    finally:
        outcomes.close()  # ends the processes
    row.state.update(b"".join(names))
    return row.state.hexdigest()


def _shared(size: int) -> memoryview | None:
    try:
        return memoryview(mmap.mmap(-1, size))
    except OSError:
        return None  # memory is scarce


def fill(memory: memoryview, room: int, look: Look | None, portion: Portion) -> Filled:
    """Read the files of a portion into its place, until one does not fit or is odd."""
    place = memory[portion.place * room :][:room]
    used = 0
    sizes, digests, looks = [], [], []
    for path, names in zip(portion.paths, portion.names, strict=True):
        start = used + len(names)
        status = _put(path, place[start:])
        if status is None:
            break
        place[used:start] = names
        used = start + status.st_size
        sizes.append(status.st_size)
        if look is not None:
            content = place[start:used]
            digests.append(hashlib.md5(content, usedforsecurity=False).hexdigest())
            looks.append(look(status))
    return Filled(used, tuple(sizes), tuple(digests), tuple(looks))


def _put(path: str, place: memoryview) -> os.stat_result | None:
    """Read one file to the beginning of a place; None if it is for others to read."""
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            status = os.fstat(descriptor)
            size = status.st_size
            # One byte more than the file has tells that it grew.
            if not stat.S_ISREG(status.st_mode) or size >= len(place):
                return None
            if os.readv(descriptor, [place[: size + 1]]) != size:
                return None
            # A small file is read by one call, before or after any change to it.
            if size >= _SMALL and _times(os.fstat(descriptor)) != _times(status):
                return None
        finally:
            os.close(descriptor)
    except OSError:
        return None
    return None if size <= LARGEST and pointer_in(place[:size]) else status


def _times(status: os.stat_result) -> tuple[int, int]:
    return status.st_mtime_ns, status.st_ctime_ns


def _items(root: str, names: list[bytes]) -> Iterator[_Item]:
    """What the recursion counts; the names that no file follows are left in the list."""
    empty = ""
    for path, name, real, is_folder in walk(root):
        if empty and not path.startswith(empty):
            yield _Item(empty, "", b"")
        empty = path if is_folder else ""
        names.append(name)
        if not is_folder:
            yield _Item(path, real, b"".join(names))
            names.clear()
    if empty:
        yield _Item(empty, "", b"")


class _Portions:
    """The files of a walk, in portions of about what fits; and what is still asked for."""

    def __init__(self, items: Iterable[_Item], places: int, room: int) -> None:
        self._items = iter(items)
        self._places = places
        self._room = room
        self._asked: deque[list[_Item]] = deque()
        self._count = 0
        self._most = _FIRST

    def __iter__(self) -> Iterator[Portion]:
        while group := list(islice(self._items, self._most)):
            self._asked.append(group)
            paths = tuple([real for _, real, _ in group if real])
            names = tuple([names for _, real, names in group if real])
            yield Portion(paths, names, self._count % self._places)
            self._count += 1

    def done(self, filled: Filled) -> list[_Item]:
        """The oldest portion that was asked for, now that it is there."""
        items = self._asked.popleft()
        if len(filled.sizes) < sum(1 for item in items if item.real):
            self._most = max(1, len(filled.sizes))
        elif filled.used < self._room // 2:
            self._most = min(_MOST, 2 * self._most)
        return items


class _Row:
    """All bytes in a row, and who is told of every file."""

    def __init__(self, look: Look, tick: Tick | None, each: Each | None) -> None:
        self.state = new_hash("md5")
        self._look = look
        self._tick = tick
        self._each = each

    def add(self, items: list[_Item], filled: Filled, content: memoryview) -> None:
        """Add a portion: what was read of it, and the rest, which is read here."""
        self.state.update(cast("bytes", content))  # any buffer will do
        if self._tick is not None:
            self._tick(sum(filled.sizes))
        if self._each is None:
            if len(filled.sizes) < len(items):
                for item in [item for item in items if item.real][len(filled.sizes) :]:
                    self._read(item, None)
            return
        ready = zip(filled.sizes, filled.digests, filled.looks, strict=True)
        for item in items:
            read = next(ready, None) if item.real else (0, "", RACY)
            if read is not None:
                size, digest, look = read
                self._each(Entry(item.path, size, digest), look)
                continue
            look = _seen(item.real, self._look)
            own = new_hash("md5")
            size = self._read(item, own)
            self._each(Entry(item.path, size, own.hexdigest()), look)

    def _read(self, item: _Item, own: Hash | None) -> int:
        self.state.update(item.names)
        with closing(Stream(self.state)) as whole, closing(Stream(own or new_hash("md5"))) as alone:

            def update(block: bytes) -> None:
                whole.update(block)
                if own is not None:
                    alone.update(block)

            size = feed(item.real, update, watch=stop_at_pointer, tick=self._tick)
            whole.hexdigest()
            alone.hexdigest()
            return size


def _seen(real: str, look: Look) -> str:
    try:
        return look(os.stat(real))
    except OSError:
        return RACY  # the reading of it, which is next, says what is wrong


def _looked_at(root: str, look: Look, each: Each, entry: Entry) -> None:
    real = os.path.join(root, *entry.path.split("/"))
    each(entry, look(os.stat(real)) if entry.digest else RACY)
