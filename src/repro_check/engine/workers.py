"""Processes that share out work: each is given one task at a time, down a pipe of its own.

They are forked, so that they start at once and find all that this process has read.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from repro_check.processes import cores, started

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

ResultT = TypeVar("ResultT")
_MOST = 8
_FEW = 8


def processes() -> int:
    """How many processes may work at a time here; 1 where none can be forked."""
    return min(cores(), _MOST) if hasattr(os, "fork") else 1


def spread(
    work: Callable[[int], ResultT], count: int, *, most: int, alike: int = 0
) -> Iterator[tuple[int, ResultT]]:
    """(number, `work(number)`) for each number below `count`, as they are done.

    The first process takes the numbers from the highest on, the others from the lowest. What a
    process was at when it died is done in this one, and so is all where none can be started; errors
    are those of `work`.

    Args:
        work: runs in a process that has all that this one has now, and changes nothing here.
        count: how many numbers there are.
        most: how many processes to start.
        alike: how many of the highest numbers need the same thing, which takes a process as long to
            make as several of them: when there are few of them left, the first process does them.
    """
    waiting = deque(range(count))
    workers: list[_Worker] = []
    try:
        for _ in range(min(most, count) if hasattr(os, "fork") else 0):
            one = started(_uncollected(work), [worker.pipe for worker in workers])
            if one is None:
                break
            worker = _Worker(*one, is_first=not workers)
            workers.append(worker)
            worker.begin(waiting, count - alike)
        while busy := [worker for worker in workers if worker.number is not None]:
            for worker in _ready(busy):
                number = worker.number
                assert number is not None
                made, error = worker.end()
                if error is not None:
                    raise error
                if made is None:  # it died, or could not send what came of it
                    yield number, work(number)
                else:
                    worker.begin(waiting, count - alike)
                    yield number, made[0]
        while waiting:
            number = waiting.popleft()
            yield number, work(number)
    finally:
        for worker in workers:
            worker.bury()


class _Worker:
    """A process, the pipe to it, and the number that it is at (None: at nothing)."""

    def __init__(self, process: BaseProcess, pipe: Connection, *, is_first: bool) -> None:
        self.process = process
        self.pipe = pipe
        self.number: int | None = None
        self._is_first = is_first

    def begin(self, waiting: deque[int], alike: int) -> None:
        """Hand it the next number, if there is one for it; few from `alike` on are for the first."""
        if not waiting or (not self._is_first and waiting[0] >= alike and len(waiting) <= _FEW):
            return
        number = waiting.pop() if self._is_first else waiting.popleft()
        try:
            self.pipe.send(number)
        except OSError:
            waiting.append(number)
        else:
            self.number = number

    def end(self) -> tuple[tuple[Any] | None, Exception | None]:
        """What came of its number: the result in a tuple, an error, or neither."""
        self.number = None
        try:
            outcome = self.pipe.recv()
        except (EOFError, OSError):
            return None, None
        except Exception:  # noqa: BLE001 - what cannot be read here is done here again
            return None, None
        return (None, outcome) if isinstance(outcome, Exception) else (outcome, None)

    def bury(self) -> None:
        """End it, whatever it is at: there is nothing that it could lose."""
        self.pipe.close()
        self.process.kill()
        self.process.join()


def _ready(busy: Sequence[_Worker]) -> list[_Worker]:
    from multiprocessing.connection import wait

    by_pipe: dict[object, _Worker] = {worker.pipe: worker for worker in busy}
    return [by_pipe[pipe] for pipe in wait([worker.pipe for worker in busy])]


def _uncollected(work: Callable[[int], ResultT]) -> Callable[[int], ResultT]:
    """The same work in a process whose garbage is never searched for.

    Syntax trees die by reference count alone; walking them costs more than parsing.
    """

    def do(number: int) -> ResultT:
        import gc

        gc.disable()
        return work(number)

    return do
