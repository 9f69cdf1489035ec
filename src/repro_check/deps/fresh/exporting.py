"""The requirements, with hashes, of a lock that only its own tool can read in full.

The tool is installed beside, in its pinned version and from wheels: what the user has may lack the
plug-in, or be too old for the lock.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from repro_check.deps.container.pins import PDM, PIPENV, POETRY
from repro_check.deps.fresh.installing import Run, copied
from repro_check.deps.fresh.model import Attempt, Place
from repro_check.deps.fresh.reading import last_words, outside_reason
from repro_check.errors import NotCheckedError

_TOOLS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    # what to install, which words to say, what lies beside the lock
    "poetry": (
        (f"poetry=={POETRY}", "poetry-plugin-export"),
        ("poetry", "export", "--all-groups", "--output", "{file}"),
        ("pyproject.toml", "poetry.toml"),
    ),
    "pdm": (
        (f"pdm=={PDM}",),
        ("pdm", "export", "--format", "requirements", "--output", "{file}"),
        ("pyproject.toml", "pdm.toml"),
    ),
    "pipenv": ((f"pipenv=={PIPENV}",), ("pipenv", "requirements", "--hash"), ("Pipfile",)),
}


def exported(place: Place, run: Run) -> str:
    """The text of a requirements file.

    Raises:
        NotCheckedError: the tool cannot be had, or cannot read the lock.
    """
    tool = place.facts.tool
    wanted, words, beside = _TOOLS[tool]
    folder = place.work / "tool"
    _make_tool(place, folder, wanted, run)
    project = copied(place, beside)
    file = place.work / "exported.txt"
    program = folder / ("Scripts" if os.name == "nt" else "bin") / words[0]
    argv = [str(program), *(word.format(file=file) for word in words[1:])]
    done = _done(run, argv, project, f"`{words[0]}` cannot read it")
    return file.read_text("utf-8") if file.exists() else done.text


def _make_tool(place: Place, folder: Path, wanted: Sequence[str], run: Run) -> None:
    import sys

    inside = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if place.uv:
        make = [place.uv, "venv", "--no-project", "--python", sys.executable, str(folder)]
        install = [place.uv, "pip", "install", "--python", str(inside), "--no-build", *wanted]
    else:
        make = [sys.executable, "-m", "venv", str(folder)]
        pip = [str(inside), "-m", "pip", "install"]
        install = [*pip, "--only-binary", ":all:", *wanted]
    what = f"`{wanted[0]}`, which it takes, cannot be installed"
    for argv in (make, install):
        _done(run, argv, place.work, what)


def _done(
    run: Callable[[Sequence[str], Path], Attempt], argv: Sequence[str], cwd: Path, what: str
) -> Attempt:
    done = run(argv, cwd)
    if done.code != 0:
        reason = outside_reason(done.text) or last_words(done.text)
        raise NotCheckedError(f"{what}: {reason}")
    return done
