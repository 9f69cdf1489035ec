"""One list of tasks, done by this process and by copies of it that last for that list alone.

For what is short and quick: a copy is made by `fork` in a millisecond, shares what is in memory,
and tells what it found in one message. For the hashing of files see `workers`.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

Found = TypeVar("Found")

MOST_TASKS = 4_096
"""So many numbers of four bytes fit into the pipe of every system."""

_NUMBER = 4


def share(
    count: int, processes: int, work: Callable[[Iterator[int]], Found]
) -> tuple[Found, ...] | None:
    """Do tasks in several processes, each of which takes the next one when it is done with its last.

    Args:
        count: of the tasks, at most `MOST_TASKS`.
        processes: how many are to work, this one included.
        work: given the numbers of the tasks to do, one by one; what it returns can be pickled.

    Returns:
        What each process found; None if that may lack a task, because no process could be started,
        or one died or failed. Nothing is lost then but time: do all of it here.
    """
    if not hasattr(os, "fork") or processes < 2:
        return None
    copies: list[tuple[int, int]] = []
    tasks, giving = os.pipe()
    try:
        os.write(giving, b"".join(n.to_bytes(_NUMBER, "big") for n in range(count)))
        os.close(giving)
        giving = -1
        with suppress(OSError):  # no process, or no pipe, is to be had
            while len(copies) < processes - 1:
                copies.append(_copy(tasks, work))
        if not copies:
            return None
        outcomes = [_do(tasks, work), *(_told(pipe) for _, pipe in copies)]
    finally:
        for end in (tasks, giving, *(pipe for _, pipe in copies)):
            if end >= 0:
                os.close(end)
        for process, _ in copies:
            _end(process)
    told = [outcome for outcome in outcomes if outcome is not None]
    if sorted(number for numbers, _ in told for number in numbers) != list(range(count)):
        return None
    return tuple(found for _, found in told)


def _copy(tasks: int, work: Callable[[Iterator[int]], Found]) -> tuple[int, int]:
    """Start a copy; its process, and the pipe by which it tells what it found."""
    ours, theirs = os.pipe()
    try:
        process = os.fork()
    except BaseException:
        os.close(ours)
        os.close(theirs)
        raise
    if process:
        os.close(theirs)
        return process, ours
    try:
        content = pickle.dumps(_do(tasks, work))
        while content:
            content = content[os.write(theirs, content) :]
    finally:
        os._exit(0)  # an error is met again, and reported, by who does it anew


def _do(tasks: int, work: Callable[[Iterator[int]], Found]) -> tuple[list[int], Found]:
    done: list[int] = []

    def numbers() -> Iterator[int]:
        while number := os.read(tasks, _NUMBER):
            done.append(int.from_bytes(number, "big"))
            yield done[-1]

    found = work(numbers())
    return done, found


def _told(pipe: int) -> Any:
    """What a copy did and found, as `_do` returns it; None if it died or failed."""
    content = b""
    while block := os.read(pipe, 1 << 16):
        content += block
    try:
        return pickle.loads(content)  # noqa: S301 - from a copy of this process
    except Exception:  # noqa: BLE001 - it was killed while it wrote, or could not
        return None


def _end(process: int) -> None:
    import signal

    with suppress(OSError):
        os.kill(process, signal.SIGKILL)
    with suppress(OSError):
        os.waitpid(process, 0)
