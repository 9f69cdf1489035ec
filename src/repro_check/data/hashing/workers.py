"""Processes that hash: each gets one batch at a time, down a pipe of its own (see `processes`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from repro_check.processes import started

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
                one = started(self._work, [worker.pipe for worker in self._workers])
                if one is None:
                    self._most = len(self._workers)
                else:
                    free = _Worker(*one)
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
            _settle(worker, outcome[0] if isinstance(outcome, tuple) else outcome)

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
