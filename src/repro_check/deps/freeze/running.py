"""Run one tool with a limit on its time and its output, and leave none of its children."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

_FLOOD = 64 << 20
_KEPT = 1 << 20
_GLANCE = 0.1


class Outcome(msgspec.Struct, frozen=True):
    """How a program ended.

    Attributes:
        code: its exit code; None if it was stopped.
        text: the end of all that it printed.
    """

    code: int | None
    text: str


def run_tool(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], seconds: float) -> Outcome:
    """Run a program until it ends, or for so many seconds.

    It gets its own process group, which is killed whole at the end, whatever the end is: Ctrl-C
    too. What it prints goes to a file, so that a grandchild that lives on keeps nobody waiting.
    """
    with tempfile.TemporaryFile() as output:
        try:
            with _put_off() as asked:
                process = subprocess.Popen(
                    list(argv),
                    cwd=cwd,
                    env=dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            return Outcome(127, f"{argv[0]} cannot be started ({error.strerror})")
        try:
            for each in asked:
                signal.raise_signal(each)
            is_done = _wait(process, time.monotonic() + seconds, output)
        finally:
            _kill_group(process)
        return Outcome(process.returncode if is_done else None, _tail(output))


def tool_variables(scratch: Path, caller: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment, without what would make a tool ask, colour or leave things behind.

    Args:
        scratch: a folder for what a tool wants to keep.
        caller: the environment of the user, whose indexes, proxies and credentials are needed.
    """
    dropped = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "FORCE_COLOR", "CLICOLOR_FORCE")
    kept = {name: value for name, value in caller.items() if name not in dropped}
    return {
        **kept,
        "NO_COLOR": "1",
        "COLUMNS": "200",
        "PYTHONIOENCODING": "utf-8",
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CEILING_DIRECTORIES": str(scratch),
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        "POETRY_NO_INTERACTION": "1",
        "PDM_CHECK_UPDATE": "false",
        "PDM_NON_INTERACTIVE": "1",
        "PDM_IGNORE_SAVED_PYTHON": "1",
    }


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


def _wait(process: subprocess.Popen[bytes], deadline: float, output: IO[bytes]) -> bool:
    while process.poll() is None:
        left = deadline - time.monotonic()
        if left <= 0 or os.fstat(output.fileno()).st_size > _FLOOD:
            return False
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(min(left, _GLANCE))
    return True


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        # perhaps nobody is left; on macOS a group of zombies answers with "not permitted"
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _tail(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - _KEPT))
    return output.read().decode("utf-8", errors="replace")
