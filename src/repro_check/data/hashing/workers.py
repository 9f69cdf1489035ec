"""Processes that hash: each gets one batch at a time, down a pipe of its own.

They share neither queue nor lock, and the parent starts no thread. In `concurrent.futures` a
process that is killed while it holds the lock of the queue stops all others for ever, and where
threads are scarce (`ulimit -u` on a login node) the pool's own thread dies without a word.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess


class Files(Protocol):
    """What a process can be given to do."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The files to read; without any it is done here."""


_Batch = TypeVar("_Batch", bound=Files)
_Outcome = TypeVar("_Outcome")


def spread(
    batches: Iterable[_Batch], most: int, work: Callable[[_Batch], _Outcome]
) -> Generator[_Outcome, None, None]:
    """What came of each batch, in order; errors are those of `work`.

    What a process that died was given is hashed in this one, and so is all where none can be
    started.

    Args:
        batches: asked for two a process ahead.
        most: how many processes to start.
        work: what to do with a batch; `hash_batch`, or another that returns what can be pickled.
    """
    crew = _Crew(most, work)
    tasks: deque[_Task[_Batch, _Outcome]] = deque()
    try:
        for batch in batches:
            tasks.append(crew.begin(batch))
            while tasks and (tasks[0].is_done or len(tasks) > 2 * most):
                yield crew.finish(tasks.popleft())
        while tasks:
            yield crew.finish(tasks.popleft())
    finally:
        crew.end()


class _Task(Generic[_Batch, _Outcome]):
    """A batch on its way; without an outcome when it is done, it is to be hashed here."""

    def __init__(self, batch: _Batch) -> None:
        self.batch = batch
        self.is_done = False
        self.outcome: _Outcome | Exception | None = None


class _Worker:
    """A process, the pipe to it, and what it is at."""

    def __init__(self, process: BaseProcess, pipe: Connection) -> None:
        self.process = process
        self.pipe = pipe
        self.task: _Task[Any, Any] | None = None


class _Crew(Generic[_Batch, _Outcome]):
    """The processes, hired one by one while there is more to do than they can."""

    def __init__(self, most: int, work: Callable[[_Batch], _Outcome]) -> None:
        self._most = most
        self._work = work
        self._workers: list[_Worker] = []

    def begin(self, batch: _Batch) -> _Task[_Batch, _Outcome]:
        """Hand a batch to a process, once one is free."""
        task: _Task[_Batch, _Outcome] = _Task(batch)
        worker = self._free() if batch.paths else None
        if worker is None:
            task.is_done = True
            return task
        worker.task = task
        try:
            worker.pipe.send(batch)
        except OSError:
            self._bury(worker)
        return task

    def finish(self, task: _Task[_Batch, _Outcome]) -> _Outcome:
        """Wait for what came of a task; raises what its process raised."""
        while not task.is_done:
            self._receive()
        if isinstance(task.outcome, Exception):
            raise task.outcome
        return self._work(task.batch) if task.outcome is None else task.outcome

    def end(self) -> None:
        """End the processes, whatever they are at: there is nothing that they could lose."""
        for worker in tuple(self._workers):
            self._bury(worker)

    def _free(self) -> _Worker | None:
        while True:
            free = next((worker for worker in self._workers if worker.task is None), None)
            if free is None and len(self._workers) < self._most:
                free = _hired(self._workers, self._work)
                if free is None:
                    self._most = len(self._workers)
                else:
                    self._workers.append(free)
            if free is not None or not self._workers:
                return free
            self._receive()

    def _receive(self) -> None:
        from multiprocessing.connection import wait

        busy = {worker.pipe: worker for worker in self._workers if worker.task is not None}
        for pipe in wait(list(busy)):
            worker = busy[pipe]  # type: ignore[index]
            try:
                outcome = worker.pipe.recv()
            except (EOFError, OSError):
                self._bury(worker)
                continue
            except Exception:  # noqa: BLE001 - an error that cannot be sent is met here again
                outcome = None
            _settle(worker, outcome)

    def _bury(self, worker: _Worker) -> None:
        self._most -= 1  # what killed it (a lack of memory, say) would kill the next one too
        self._workers.remove(worker)
        _settle(worker, None)
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()


def _settle(worker: _Worker, outcome: object) -> None:
    if worker.task is not None:
        worker.task.outcome = outcome
        worker.task.is_done = True
        worker.task = None


def _hired(others: Sequence[_Worker], work: Callable[[Any], object]) -> _Worker | None:
    """One more process; None where there can be none."""
    from multiprocessing import get_all_start_methods, get_context

    # forked workers start at once; elsewhere start-up is paid once
    is_forked = "fork" in get_all_start_methods()
    context: Any = get_context("fork" if is_forked else None)
    try:
        ours, theirs = context.Pipe()
    except OSError:
        return None
    inherited = [*(worker.pipe for worker in others), ours] if is_forked else []
    try:
        process = context.Process(target=_work, args=(theirs, inherited, work), daemon=True)
        process.start()
    except (OSError, RuntimeError, AssertionError):  # the last where a daemon may have no child
        ours.close()
        return None
    finally:
        theirs.close()
    return _Worker(process, ours)


def _work(pipe: Connection, inherited: Sequence[Connection], work: Callable[[Any], object]) -> None:
    for other in inherited:
        other.close()  # else no pipe would end with the parent
    _end_with_parent()
    while True:
        try:
            batch = pipe.recv()
        except (EOFError, OSError):
            return
        outcome: object
        try:
            outcome = work(batch)
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
            outcome = error
        try:
            pipe.send(outcome)
        except OSError:
            return
        except Exception:  # noqa: BLE001 - it cannot be sent
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
