"""Processes that share out work: each is given one task at a time, down a pipe of its own.

They are forked, so that they start at once and find all that this process has read, and they share
neither queue nor lock. In `concurrent.futures` a process that is killed while it holds the lock of
the queue stops all others for ever, and the pool's own thread may not start (`ulimit -u`).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

ResultT = TypeVar("ResultT")
_MOST = 8


def processes() -> int:
    """How many processes may work at a time here; 1 where none can be forked."""
    if not hasattr(os, "fork"):
        return 1
    allowed = getattr(os, "sched_getaffinity", None)
    return min(len(allowed(0)) if allowed else os.cpu_count() or 1, _MOST)


def spread(
    work: Callable[[int], ResultT], count: int, *, most: int
) -> Iterator[tuple[int, ResultT]]:
    """(number, `work(number)`) for each number below `count`, as they are done.

    The first process takes the numbers from the lowest on, the others from the highest. What a
    process was at when it died is done in this one, and so is all where none can be started; errors
    are those of `work`.

    Args:
        work: runs in a process that has all that this one has now, and changes nothing here.
        count: how many numbers there are.
        most: how many processes to start.
    """
    waiting = deque(range(count))
    workers: list[_Worker] = []
    try:
        for _ in range(min(most, count)):
            worker = _hired(work, workers)
            if worker is None:
                break
            workers.append(worker)
            worker.begin(waiting)
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
                    worker.begin(waiting)
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

    def begin(self, waiting: deque[int]) -> None:
        """Hand it the next number, if there is one."""
        if not waiting:
            return
        number = waiting.popleft() if self._is_first else waiting.pop()
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


def _hired(work: Callable[[int], object], others: Sequence[_Worker]) -> _Worker | None:
    """One more process; None where there can be none."""
    from multiprocessing import get_context

    context: Any = get_context("fork")
    try:
        ours, theirs = context.Pipe()
    except OSError:
        return None
    inherited = [*(worker.pipe for worker in others), ours]
    try:
        process = context.Process(target=_serve, args=(work, theirs, inherited), daemon=True)
        process.start()
    except (OSError, RuntimeError, AssertionError):  # the last where a daemon may have no child
        ours.close()
        return None
    finally:
        theirs.close()
    return _Worker(process, ours, is_first=not others)


def _serve(
    work: Callable[[int], object], pipe: Connection, inherited: Sequence[Connection]
) -> None:
    import gc

    gc.disable()  # trees die by reference count alone; walking them costs more than parsing
    for other in inherited:
        other.close()  # else no pipe would end with the parent
    _end_with_parent()
    while True:
        try:
            number = pipe.recv()
        except (EOFError, OSError):
            return
        outcome: tuple[object] | Exception
        try:
            outcome = (work(number),)
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
            outcome = error
        try:
            pipe.send(outcome)
        except OSError:
            return
        except Exception:  # noqa: BLE001 - it cannot be sent, so it is done there again
            pipe.send(None)


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
