"""The digest of data as they are now, at the price of reading what changed since it was known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec

from repro_check.data.hashing.batches import hash_one
from repro_check.data.hashing.digests import Algorithm, agree
from repro_check.data.hashing.hashers import Hasher, Pool
from repro_check.data.hashing.index import RACY_NS, StatIndex
from repro_check.data.hashing.listing import Listing, list_tree
from repro_check.data.hashing.memory import RACY, UNFINISHED, Memory, Writer, stat_text
from repro_check.data.hashing.schemes import Scheme
from repro_check.data.hashing.slots import Look, Slot, filled, slots
from repro_check.data.hashing.stream_length import StreamLength
from repro_check.runtime.manifest import Entry
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError


class Meter(Protocol):
    """Shows how far the reading of one data set has come, if there is somebody to see it."""

    @property
    def is_live(self) -> bool:
        """Whether there is."""

    def expect(self, size: int) -> None:
        """So many bytes there are."""

    def tick(self, size: int) -> None:
        """So many more are dealt with."""


class OverBudget(Exception):  # noqa: N818 - becomes a verdict
    """More bytes would have to be read than may be; its argument is their number."""


class Measured(msgspec.Struct, frozen=True):
    """What the data are now.

    Attributes:
        digest: of the data; "" where they are known to differ from the recorded ones and nothing
            more was asked.
        listing: what they look like.
    """

    digest: str
    listing: Listing


class Measure:
    """Measures one data set.

    Args:
        path: the data.
        scheme: how they become a digest.
        index: what is remembered of them; None reads every byte.
        hasher: who hashes the files.
        meter: told how many bytes there are, and are dealt with.
    """

    def __init__(
        self,
        path: Path,
        scheme: Scheme,
        *,
        index: StatIndex | None = None,
        hasher: Hasher | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.path = path
        self.scheme = scheme
        self.index = index
        self.hasher = hasher or Pool()
        self.meter = meter
        self.tick = meter.tick if meter else None

    def digest(
        self, *, budget: int | None = None, recorded: str = "", keep_files: bool = False
    ) -> Measured:
        """The digest, from memory where nothing changed.

        Args:
            budget: the most bytes to read; None for no limit.
            recorded: a digest; data that are known to have another are not read to the end.
            keep_files: whether every file is to be remembered, also where that costs time.

        Raises:
            OverBudget: more would have to be read.
            PointerMet: a file is only a pointer to its content.
            UndefinedTreeError: the data have no one digest, or change again and again.
            OSError: something cannot be looked at.
        """
        try:
            return self._digest(budget, recorded, keep_files=keep_files)
        except (ChangedTreeError, FileNotFoundError, NotADirectoryError):
            return self._digest(budget, recorded, keep_files=keep_files)

    def digest_now(self) -> str:
        """The digest, for which every byte is read and nothing remembered; as for `digest`."""
        try:
            return self._found(None, None)
        except ChangedTreeError:
            return self._found(None, None)

    def manifest(self) -> Iterator[Entry]:
        """Every file of the data with its digest, in the order of the scheme; as for `digest`."""
        return self._entries(self.memory(), None, None, self._look())

    def memory(self) -> Memory | None:
        """The files as they were when the digest was last known, and remembered file by file."""
        return self.index.memory(self.path, self.scheme.algorithm) if self.index else None

    def _digest(self, budget: int | None, recorded: str, *, keep_files: bool) -> Measured:
        since_ns = self.index.clock() if self.index else 0
        listing = list_tree(self.path)
        algorithm = self.scheme.algorithm
        if self.index:
            known = self.index.lookup(self.path, algorithm, listing)
            if known and not (keep_files and self.memory() is None):
                return Measured(known, listing)
        if self.meter:
            self.meter.expect(listing.size)
        memory = self.memory()
        if budget is not None and listing.size > budget:
            self._check_budget(budget, memory, listing.size)
        with ExitStack() as stack:
            writer = None
            if self.index and self.path.is_dir() and (self.scheme.fold or memory or keep_files):
                writer = self.index.writer(self.path, algorithm)
                if writer:
                    stack.enter_context(closing(writer))
            try:
                found = self._found(
                    memory,
                    writer,
                    recorded=recorded,
                    is_affordable=budget is None or listing.size <= budget,
                )
            except OverBudget:
                raise OverBudget(listing.size) from None
            except BaseException:
                if writer and self.scheme.fold and memory is None:
                    writer.keep(UNFINISHED)  # what was read until now need not be read again
                raise
            if list_tree(self.path) != listing:
                raise ChangedTreeError(
                    str(self.path), "is being changed by another program", "wait until it is done"
                )
            if found and writer and not _is_of(memory, recorded, found):
                writer.keep(found)
        if found and self.index:
            self.index.record(self.path, algorithm, listing, found, since_ns=since_ns)
        return Measured(found, listing)

    def _found(
        self,
        memory: Memory | None,
        writer: Writer | None,
        *,
        recorded: str = "",
        is_affordable: bool = True,
    ) -> str:
        where = str(self.path)
        if not self.path.is_dir():
            return self._of_file()
        look = self._look()
        if self.scheme.fold:
            return self.scheme.fold(self._entries(memory, writer, None, look))
        if memory is None:
            if self.scheme.algorithm is Algorithm.SHA256:
                raise UndefinedTreeError(
                    where,
                    "is a directory, and a plain sha256 is defined for a file only",
                    "use tree:sha256",
                )
            each = None if writer is None else writer.add
            return _md5_of_folder(where, look=look, tick=self.tick, each=each)
        difference = Difference()
        for _ in self._entries(memory, writer, difference, look):
            pass
        if difference.is_none:
            return memory.digest
        is_of_recorded = recorded and agree(recorded, memory.digest)
        if is_of_recorded and (difference.is_same_layout or self._has_other_length(memory)):
            return ""
        if not is_affordable:
            raise OverBudget
        return _md5_of_folder(where, look=look)

    def _of_file(self) -> str:
        found = hash_one(str(self.path), self.scheme.file_hash, tick=self.tick)
        if self.scheme.fold and self.scheme.algorithm.is_tree:
            return self.scheme.fold([Entry(self.path.name, found.size, found.digest)])
        return found.digest

    def _entries(
        self,
        memory: Memory | None,
        writer: Writer | None,
        difference: Difference | None,
        look: Look,
    ) -> Iterator[Entry]:
        found = slots(self.path, self.scheme, memory or (), look=look)
        present = _present(found, difference)
        for slot, entry in filled(present, self.scheme.file_hash, self.hasher, self.tick):
            if writer is not None:
                writer.add(entry, slot.stat)
            if difference is not None:
                difference.add(slot.old, entry)
            yield entry

    def _has_other_length(self, memory: Memory) -> bool:
        """Whether the md5 recursion hashes another number of bytes than it did.

        It hashes names and contents in a row, without separators, so that different trees may
        have one digest; but not if the rows have different lengths.
        """
        old, new = StreamLength(), StreamLength()
        for remembered in memory:
            old.add(remembered.entry.path, remembered.entry.size)
        for slot in slots(self.path, self.scheme, (), look=self._look()):
            if isinstance(slot, Slot):
                new.add(slot.path, slot.size)
        return old.total != new.total

    def _check_budget(self, budget: int, memory: Memory | None, size: int) -> None:
        if memory is not None:
            found = slots(self.path, self.scheme, memory, look=self._look())
            size = sum(s.size for s in found if isinstance(s, Slot) and s.known is None)
        if size > budget:
            raise OverBudget(size)

    def _look(self) -> Look:
        if self.index is None:
            return lambda _status: RACY  # nobody will remember it
        return partial(stat_text, since_ns=self.index.clock(), racy_ns=RACY_NS)


class Difference:
    """How the data differ from those remembered.

    Attributes:
        is_none: not at all.
        is_same_layout: only in the contents of files: none was added or removed, or has another
            size.
    """

    def __init__(self) -> None:
        self.is_none = True
        self.is_same_layout = True

    def add(self, old: Entry | None, new: Entry | None) -> None:
        """Compare what is remembered under a path with what is there."""
        if old == new:
            return
        self.is_none = False
        if old is None or new is None or (old.path, old.size) != (new.path, new.size):
            self.is_same_layout = False


def _is_of(memory: Memory | None, recorded: str, found: str) -> bool:
    """Whether the memory is of the recorded data and these are others: it can name the change."""
    return bool(
        memory and recorded and agree(memory.digest, recorded) and not agree(found, recorded)
    )


def _present(found: Iterable[Slot | Entry], difference: Difference | None) -> Iterator[Slot]:
    for one in found:
        if isinstance(one, Slot):
            yield one
        elif difference is not None:
            difference.add(one, None)


def _md5_of_folder(where: str, **options: Any) -> str:
    from repro_check.data.hashing.readahead import md5_ahead

    return md5_ahead(where, **options)
