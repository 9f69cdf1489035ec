"""Runs one program with a limit on its time and its output, and leaves none of its children."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from typing import IO, TYPE_CHECKING

from repro_check.smoke.runners import Ending, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# What a program may print before it is stopped, and how much of the end is kept, in bytes.
FLOOD = 256 << 20
KEPT = 16 << 20
GLANCE = 0.25


def run_bounded(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float, flood: int = FLOOD
) -> Outcome:
    """Run `argv` for at most `timeout` seconds and about `flood` bytes of output.

    Output goes to files, not to pipes: a grandchild that lives on cannot keep the caller waiting.
    The program gets its own process group, which is killed whole at the end, whatever the end is.
    A program that is not there ends with exit code 127, as in a shell.
    """
    began = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(
                list(argv),
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        except OSError as error:
            said = f"repro-check: there is no program {argv[0]!r} ({error.strerror})"
            return Outcome(ending=Ending.EXITED, code=127, stdout="", stderr=said, seconds=0.0)
        try:
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
