"""The tools that freeze, and the environment in which they run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from repro_check.programs import Ending, run_bounded

_FLOOD = 64 << 20


class Outcome(msgspec.Struct, frozen=True):
    """How a tool ended.

    Attributes:
        code: its exit code; None if it was stopped.
        text: the end of all that it printed.
    """

    code: int | None
    text: str


def run_tool(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], seconds: float) -> Outcome:
    """Run a tool until it ends, or for so many seconds."""
    done = run_bounded(argv, cwd=cwd, env=env, timeout=seconds, flood=_FLOOD, is_one_stream=True)
    return Outcome(done.code if done.ending is Ending.EXITED else None, done.stdout + done.stderr)


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
