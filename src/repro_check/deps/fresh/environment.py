"""A fresh virtual environment with a Python that the lock allows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from repro_check.deps.fresh.installing import Run
from repro_check.deps.fresh.model import Place, Request
from repro_check.deps.fresh.reading import last_words
from repro_check.deps.made_for import made_for
from repro_check.errors import NotCheckedError
from repro_check.text import pattern

_PLAIN = pattern(r"\d+(\.\d+)*")
_MINORS = range(20, 6, -1)


def make_environment(place: Place, request: Request, run: Run) -> None:
    """Make `place.venv`.

    Raises:
        NotCheckedError: there is no such Python here, or it cannot make an environment.
    """
    text = (place.root / place.lock).read_text("utf-8", errors="replace")
    python = find_python(made_for(place.facts, text), request.python)
    if place.uv:
        words = [place.uv, "venv", "--no-project", "--python", python, str(place.venv)]
    else:
        words = [python, "-m", "venv", str(place.venv)]
    done = run(words, place.work)
    if done.code != 0:
        raise NotCheckedError(
            f"no environment could be made with {python}: {last_words(done.text)}",
            fix="Install uv, or Python's venv module (python3-venv on Debian and Ubuntu).",
        )


def find_python(locked: str, wanted: str) -> str:
    """The path of an interpreter.

    Args:
        locked: the versions that the lock was made for, "" for any.
        wanted: by the user: a version or a path; "" for one that the lock allows.

    Raises:
        NotCheckedError: there is none on this machine.
    """
    if os.sep in wanted:
        return wanted
    allowed = wanted or locked
    running = "{}.{}.{}".format(*sys.version_info[:3])
    if _allows(allowed, running):
        return sys.executable
    for path in _candidates():
        if (version := _version_of(path)) and _allows(allowed, version):
            return path
    raise NotCheckedError(
        f"it is made for Python {allowed}, and no such Python is on this machine",
        fix="Install one (`uv python install`, pyenv, conda), or name another with `--python`.",
    )


def _allows(allowed: str, version: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    said = allowed.strip()
    if _PLAIN.fullmatch(said):
        said = f"=={said}.*" if said.count(".") < 2 else f"=={said}"
    try:
        return SpecifierSet(said).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True  # in words of another tool: the installer will say


def _candidates() -> Iterator[str]:
    suffix = ".exe" if os.name == "nt" else ""
    folders = os.get_exec_path()
    for minor in _MINORS:
        for folder in folders:
            path = Path(folder, f"python3.{minor}{suffix}")
            if path.is_file():
                yield str(path)
        for found in sorted(
            Path.home().glob(f".local/share/uv/python/cpython-3.{minor}.*/bin/python3")
        ):
            yield str(found)
        for found in sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python")):
            yield str(found)


def _version_of(path: str) -> str:
    question = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    try:
        done = subprocess.run(
            [path, "-I", "-c", question],
            capture_output=True,
            check=False,
            timeout=30,
            text=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
