"""Finds the interpreter that a smoke test asks for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from repro_check.errors import NotCheckedError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Where pyenv and uv keep interpreters that are not on the PATH.
MANAGED = (".pyenv/versions/{}.*/bin/python", ".local/share/uv/python/cpython-{}.*/bin/python3")


class Interpreter(msgspec.Struct, frozen=True):
    """A Python on this machine and its version, "3.11"."""

    path: str
    version: str


def find_python(wanted: str | None) -> Interpreter:
    """The running interpreter, or the one that `wanted` names by version or path.

    Raises:
        NotCheckedError: there is no such interpreter here.
    """
    running = Interpreter(sys.executable, ".".join(map(str, sys.version_info[:2])))
    if wanted is None:
        return running
    if os.sep in wanted or "/" in wanted:
        if found := _ask(wanted):
            return found
    else:
        version = ".".join(wanted.removeprefix("python").split(".")[:2])
        if version == running.version:
            return running
        for candidate in _candidates(version):
            found = _ask(candidate)
            if found and found.version == version:
                return found
    fix = "Install it (`uv python install`, pyenv, conda), or change `python` in the settings."
    raise NotCheckedError(f"Python {wanted} is asked for, but not on this machine.", fix=fix)


def _candidates(version: str) -> Iterator[str]:
    """Every `pythonX.Y`, not only the first: pyenv puts one on the PATH that may refuse to run."""
    suffix = ".exe" if os.name == "nt" else ""
    for folder in os.get_exec_path():
        path = Path(folder, f"python{version}{suffix}")
        if path.is_file():
            yield str(path)
    for pattern in MANAGED:
        yield from map(str, sorted(Path.home().glob(pattern.format(version))))


def _ask(path: str) -> Interpreter | None:
    """What the interpreter at `path` says of itself; None if it does not run."""
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [path, "-I", "-c", question],
            capture_output=True,
            check=False,
            timeout=30,
            text=True,
            env={"PATH": os.defpath, "HOME": os.devnull},  # what is asked is not trusted yet
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return Interpreter(path, done.stdout.strip()) if done.returncode == 0 else None
