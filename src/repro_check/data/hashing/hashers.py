"""Who hashes the files: this process, or a pool of processes on this machine.

Python spends on a small file as much as its hash does, so threads would not help.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Protocol

from repro_check.data.hashing.batches import Batch, Hashed, hash_batch

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
        workers = _cores()
        ahead = iter(batches)
        held: list[Batch] = []
        for batch in ahead:
            held.append(batch)
            files = sum(len(one.paths) for one in held)
            if workers > 1 and (files > _FEW or sum(one.size for one in held) > _SMALL):
                from repro_check.data.hashing.workers import spread

                yield from spread(chain(held, ahead), workers)
                return
            if len(held) == _HELD:
                yield from map(hash_batch, held)
                held = []
        yield from map(hash_batch, held)


def _cores() -> int:
    """The cores that this process may use; a job on a cluster often has few of its machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
