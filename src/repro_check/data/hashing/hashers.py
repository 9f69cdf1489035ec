"""Who hashes the files: this process, or a pool of processes on this machine.

Python spends on a small file as much as its hash does, so threads would not help.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from typing import Protocol

from repro_check.data.hashing.batches import Batch, Hashed, hash_batch
from repro_check.processes import cores

_FEW = 2_048
_SMALL = 64 << 20
"""Up to so many files and bytes start no process: most checks need no more."""

_HELD = 64
"""Batches that are held until it is known whether they are many."""


class Hasher(Protocol):
    """Hashes batches of files, looking ahead as far as it likes."""

    def digests(self, batches: Iterable[Batch]) -> Iterator[tuple[Hashed, ...]]:
        """What came of each batch, in order; errors are those of `hash_batch`."""


class Here:
    """Hashes in this process."""

    def digests(self, batches: Iterable[Batch]) -> Iterator[tuple[Hashed, ...]]:
        """One batch at a time."""
        return map(hash_batch, batches)


class Pool:
    """Hashes in as many processes as there are cores, once there is enough to do.

    Where no process can be started, or one dies, the rest is hashed in this process.
    """

    def digests(self, batches: Iterable[Batch]) -> Iterator[tuple[Hashed, ...]]:
        """Batches in order, two a worker in flight."""
        workers = cores()
        ahead = iter(batches)
        held: list[Batch] = []
        for batch in ahead:
            held.append(batch)
            files = sum(len(one.paths) for one in held)
            if workers > 1 and (files > _FEW or sum(one.size for one in held) > _SMALL):
                from repro_check.data.hashing.workers import spread

                with closing(spread(chain(held, ahead), workers, _hash_tersely)) as outcomes:
                    for found in outcomes:
                        yield tuple(map(Hashed, *found))
                return
            if len(held) == _HELD:
                yield from map(hash_batch, held)
                held = []
        yield from map(hash_batch, held)


def _hash_tersely(batch: Batch) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Digests and sizes of a batch: two tuples are sent in a tenth of the time of many."""
    found = hash_batch(batch)
    return tuple(one.digest for one in found), tuple(one.size for one in found)
