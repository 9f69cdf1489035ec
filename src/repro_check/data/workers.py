"""Processes that hash: each gets one batch at a time down a pipe of its own.

They share neither queue nor lock, and the parent starts no thread. With `concurrent.futures` a
process that is killed while it holds the queue's lock stops all others for ever, and where threads
are scarce (`ulimit -u`) the pool's own thread dies without a word (bugs.python.org/issue39104).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_check.data.batches import Batch, Hashed, hash_batch

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess


class _Task:
    """A batch on its way; `outcome` is None until it is known."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.outcome: tuple[Hashed, ...] | Exception | None = None

    def taken(self) -> tuple[Hashed, ...]:
        """What came of the batch; raises what its worker raised."""
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return hash_batch(self.batch) if self.outcome is None else self.outcome


class _Worker:
    """A process and the pipe to it."""

    def __init__(self, process: BaseProcess, pipe: Connection) -> None:
        self.process = process
        self.pipe = pipe
        self.task: _Task | None = None

    def give(self, task: _Task) -> bool:
        """Hand a task over; whether the process is there to take it."""
        self.task = task
        try:
            self.pipe.send(task.batch)
        except OSError:
            return False
        return True

    def receive(self) -> bool:
        """Wait for what came of the task; whether the process lived to tell."""
        task, self.task = self.task, None
        try:
            outcome = self.pipe.recv()
        except (EOFError, OSError):
            outcome = None
        if task is not None:
            task.outcome = outcome if outcome is not None else task.taken()
        return outcome is not None

    def end(self) -> None:
        """End the process, whatever it is at; there is nothing that it could lose."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
