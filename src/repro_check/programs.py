"""Programs of others: run with a limit on their time and output, none of their children left behind."""

from __future__ import annotations

import contextlib
import enum
import os
import signal
import subprocess
import tempfile
import threading
import time
from typing import IO, TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

# What a program may print before it is stopped, and how much of the end is kept, in bytes.
FLOOD = 256 << 20
KEPT = 16 << 20
GLANCE = 0.25


class Ending(enum.Enum):
    """Why a program is no longer running."""

    EXITED = "exited"
    TIMED_OUT = "timed out"
    FLOODED = "wrote too much"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One program that ran.

    Attributes:
        ending: whether it ended by itself.
        code: its exit code, negative for the signal that ended it.
        stdout: the end of what it printed.
        stderr: the end of its messages.
        seconds: how long it ran.
    """

    ending: Ending
    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it ended by itself, with exit code 0."""
        return self.ending is Ending.EXITED and self.code == 0


def run_bounded(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float,
    flood: int = FLOOD,
    is_one_stream: bool = False,
) -> Outcome:
    """Run `argv` for at most `timeout` seconds and about `flood` bytes of output.

    Output goes to files, not to pipes: a grandchild that lives on cannot keep the caller waiting.
    The program gets its own process group, which is killed whole at the end, whatever the end is.
    Ctrl-C and requests to end wait until it has started, so that it is never left alone. A program
    that is not there ends with exit code 127, as in a shell.

    Args:
        argv: the program and its words.
        cwd: where it runs.
        env: its whole environment.
        timeout: in seconds.
        flood: bytes of output.
        is_one_stream: whether its messages go to its output, in the order in which they come.
    """
    began = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            with _put_off() as asked:
                process = subprocess.Popen(
                    list(argv),
                    cwd=cwd,
                    env=dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT if is_one_stream else err,
                    start_new_session=True,
                )
        except OSError as error:
            said = f"repro-check: there is no program {argv[0]!r} ({error.strerror})"
            return Outcome(ending=Ending.EXITED, code=127, stdout="", stderr=said, seconds=0.0)
        try:
            for each in asked:
                signal.raise_signal(each)
            ending = _wait(process, began + timeout, (out, err), flood)
        finally:
            _kill_group(process)
        return Outcome(
            ending=ending,
            code=process.returncode,
            stdout=_tail(out),
            stderr=_tail(err),
            seconds=time.monotonic() - began,
        )


@contextlib.contextmanager
def _put_off() -> Iterator[list[int]]:
    """Keep requests to end for later: one that came while a program starts would leave it alone."""
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {
        each: signal.signal(each, lambda number, _frame: asked.append(number))
        for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield asked
    finally:
        for each, handler in before.items():
            signal.signal(each, signal.SIG_DFL if handler is None else handler)


def _wait(
    process: subprocess.Popen[bytes], deadline: float, outputs: tuple[IO[bytes], ...], flood: int
) -> Ending:
    while process.poll() is None:
        if (left := deadline - time.monotonic()) <= 0:
            return Ending.TIMED_OUT
        if any(os.fstat(output.fileno()).st_size > flood for output in outputs):
            return Ending.FLOODED
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(min(left, GLANCE))
    return Ending.EXITED


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the program and its children, and wait until it is gone."""
    if os.name == "posix":
        # Perhaps nobody is left; on macOS a group of zombies answers with "not permitted".
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _tail(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - KEPT))
    return output.read().decode("utf-8", errors="replace")
