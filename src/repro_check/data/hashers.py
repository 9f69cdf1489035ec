"""Who hashes the files: this process, or a pool of processes on this machine.

Python spends on a small file as much as its hash does, so threads would not help.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from repro_check.data.batches import Batch, Hashed, hash_batch

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

_FEW = 2_048
_SMALL = 64 << 20
"""Up to so many files and bytes start no process: most checks need no more."""

_PATIENCE = 10
"""Seconds that a pool has for its first answer."""

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
        workers = os.cpu_count() or 1
        ahead = iter(batches)
        held: list[Batch] = []
        for batch in ahead:
            held.append(batch)
            files = sum(len(one.paths) for one in held)
            if workers > 1 and (files > _FEW or sum(one.size for one in held) > _SMALL):
                yield from _spread(chain(held, ahead), workers)
                return
            if len(held) == _HELD:
                yield from map(hash_batch, held)
                held = []
        yield from map(hash_batch, held)


def _spread(batches: Iterable[Batch], workers: int) -> Iterator[tuple[Hashed, ...]]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_all_start_methods, get_context

    # forked workers start at once; elsewhere start-up is paid once
    method = "fork" if "fork" in get_all_start_methods() else None
    others = set(active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context(method), initializer=_end_with_parent
    )
    flying: deque[tuple[Batch, Future[tuple[Hashed, ...]] | None]] = deque()
    is_up = False
    try:
        is_up = _answers(pool)
        if not is_up:
            yield from map(hash_batch, batches)
            return
        for batch in batches:
            flying.append((batch, _start(pool, batch)))
            if len(flying) > 2 * workers:
                yield _landed(*flying.popleft())
        while flying:
            yield _landed(*flying.popleft())
    finally:
        pool.shutdown(wait=is_up, cancel_futures=True)
        # a pool that never came to life leaves processes that wait for ever
        for child in set(active_children()) - others:
            child.kill()
            child.join()


def _answers(pool: ProcessPoolExecutor) -> bool:
    """Whether the pool works at all.

    Where processes and threads are scarce (`ulimit -u`), its own thread may die without a word,
    and what is asked of it is never answered.
    """
    from concurrent.futures import TimeoutError as TooLate

    try:
        return pool.submit(os.getpid).result(timeout=_PATIENCE) > 0
    except (TooLate, OSError, RuntimeError):  # a broken pool is one of the last
        return False


def _end_with_parent() -> None:
    """Let a worker end at once, and without a word, when its parent is interrupted or killed."""
    import signal
    import threading
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    with suppress(RuntimeError):  # there are too many threads for one more
        threading.Thread(target=watch, daemon=True).start()


def _start(pool: ProcessPoolExecutor, batch: Batch) -> Future[tuple[Hashed, ...]] | None:
    try:
        return pool.submit(hash_batch, batch)
    except (OSError, RuntimeError):  # no process or thread to be had, or the pool is broken
        return None


def _landed(batch: Batch, future: Future[tuple[Hashed, ...]] | None) -> tuple[Hashed, ...]:
    from concurrent.futures import BrokenExecutor

    if future is not None:
        with suppress(BrokenExecutor):
            return future.result()
    return hash_batch(batch)
