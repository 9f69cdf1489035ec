"""Processes that read batches of file versions: each is given one at a time, down its own pipe."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Generic, TypeVar

from repro_check.processes import started

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")


def spread(
    work: Callable[[TaskT], ResultT], tasks: Iterable[TaskT], *, most: int
) -> Generator[ResultT, None, None]:
    """What comes of each task, as they are done; errors are those of `work`.

    What a process was at when it died is done in this one, and so is all where none can be started.

    Args:
        work: what to do; where processes cannot be forked, it can be pickled.
        tasks: asked for one by one.
        most: how many processes to start; below 2 all is done in this one.
    """
    waiting, left = iter(tasks), list[TaskT]()
    workers = _hired(work, most)
    try:
        for worker in workers:
            worker.begin(waiting, left)
        while busy := [worker for worker in workers if worker.task]:
            for worker in _ready(busy):
                task, outcome = worker.task, worker.end()
                if outcome is None:
                    yield from map(work, task)
                else:
                    worker.begin(waiting, left)
                    yield outcome[0]
        yield from map(work, chain(left, waiting))
    finally:
        for worker in workers:
            worker.bury()


class _Worker(Generic[TaskT, ResultT]):
    """A process, the pipe to it, and what it is at: one task or none."""

    def __init__(self, process: BaseProcess, pipe: Connection) -> None:
        self.process = process
        self.pipe = pipe
        self.task: tuple[TaskT] | tuple[()] = ()

    def begin(self, waiting: Iterator[TaskT], left: list[TaskT]) -> None:
        """Hand it the next task, if there is one; if it is dead, the task is left."""
        for task in waiting:
            try:
                self.pipe.send(task)
            except OSError:
                left.append(task)
            else:
                self.task = (task,)
            return

    def end(self) -> tuple[ResultT] | None:
        """What came of its task; None if it died, or sent what cannot be read here."""
        self.task = ()
        outcome: object = None
        with suppress(Exception):
            outcome = self.pipe.recv()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome if isinstance(outcome, tuple) else None

    def bury(self) -> None:
        """End it, whatever it is at: there is nothing that it could lose."""
        self.pipe.close()
        self.process.kill()
        self.process.join()


def _hired(work: Callable[[TaskT], ResultT], most: int) -> list[_Worker[TaskT, ResultT]]:
    hired: list[_Worker[TaskT, ResultT]] = []
    for _ in range(most if most > 1 else 0):
        one = started(work, [worker.pipe for worker in hired])
        if one is None:
            break
        hired.append(_Worker(*one))
    return hired


def _ready(busy: list[_Worker[TaskT, ResultT]]) -> list[_Worker[TaskT, ResultT]]:
    from multiprocessing.connection import wait

    by_pipe: dict[object, _Worker[TaskT, ResultT]] = {worker.pipe: worker for worker in busy}
    return [by_pipe[pipe] for pipe in wait([worker.pipe for worker in busy])]
