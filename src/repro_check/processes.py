"""Processes of our own: how many are of use, how one is started, what it does, how it ends.

They share neither queue nor lock, and the parent starts no thread. In `concurrent.futures` a process
that is killed while it holds the lock of the queue stops all others for ever, and where threads are
scarce (`ulimit -u` on a login node) the pool's own thread dies without a word.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess


def cores() -> int:
    """The cores that this process may use; a job on a cluster often has few of its machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def started(
    work: Callable[[Any], object], others: Iterable[Connection]
) -> tuple[BaseProcess, Connection] | None:
    """A process that does what is sent down its pipe, until the pipe is closed; None if none can be.

    It answers each task with the result in a tuple, or with the error that `work` raised, or with
    None where that cannot be sent.

    Args:
        work: what to do with a task; where processes cannot be forked, it can be pickled.
        others: our ends of the pipes to the processes that there are already.
    """
    from multiprocessing import get_all_start_methods, get_context

    # forked workers start at once; elsewhere start-up is paid once
    is_forked = "fork" in get_all_start_methods()
    context: Any = get_context("fork" if is_forked else None)
    try:
        ours, theirs = context.Pipe()
    except OSError:
        return None
    inherited = [*others, ours] if is_forked else []
    try:
        process = context.Process(target=_serve, args=(theirs, inherited, work), daemon=True)
        process.start()
    except (OSError, RuntimeError, AssertionError):  # the last where a daemon may have no child
        ours.close()
        return None
    finally:
        theirs.close()
    return process, ours


def _serve(
    pipe: Connection, inherited: Sequence[Connection], work: Callable[[Any], object]
) -> None:
    for other in inherited:
        other.close()  # else no pipe would end with the parent
    _end_with_parent()
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        outcome: tuple[object] | Exception
        try:
            outcome = (work(task),)
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
