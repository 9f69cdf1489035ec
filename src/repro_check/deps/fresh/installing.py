"""Ways to install a lock into a fresh environment: one for each kind of installer."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

from repro_check.deps.freeze.programs import find_program
from repro_check.deps.fresh.model import Attempt, Place, Request
from repro_check.deps.fresh.requirement_text import tried
from repro_check.errors import NotCheckedError

Run: TypeAlias = Callable[[Sequence[str], Path], Attempt]
"""Run a program in a folder, within what is left of the time."""


class Way(Protocol):
    """How one kind of lock is installed."""

    @property
    def can_drop(self) -> bool:
        """Whether it can be tried again without the distributions that failed."""
        ...

    @property
    def left_out(self) -> tuple[str, ...]:
        """Sentences on what was not tried, after an attempt."""
        ...

    def attempt(self, dropped: frozenset[str]) -> Attempt:
        """Install all but what was dropped."""
        ...


class RequirementsWay:
    """pip or uv on a requirements file, without looking for further dependencies."""

    can_drop = True

    def __init__(self, place: Place, text: str, request: Request, run: Run) -> None:
        self._place = place
        self._text = text
        self._request = request
        self._run = run
        self.left_out: tuple[str, ...] = ()

    def attempt(self, dropped: frozenset[str]) -> Attempt:
        """See `Way.attempt`."""
        what = tried(
            self._text,
            folder=self._place.folder,
            dropped=dropped,
            allow_builds=self._request.allow_builds,
        )
        self.left_out = what.left_out
        if what.is_empty:
            return Attempt(0, "")
        file = self._place.work / "requirements.txt"
        file.write_text(what.text, "utf-8")
        hashes = ["--require-hashes"] if what.has_hashes else []
        words = [*self._installer(), "--no-deps", *hashes, "-r", str(file)]
        return self._run(words, self._place.folder)

    def _installer(self) -> list[str]:
        wheels = [] if self._request.allow_builds else ["--only-binary", ":all:"]
        if not self._place.uv:
            return [self._place.python, "-m", "pip", "install", *wheels]
        # pip looks into all indexes, and the file was made for it
        merged = ["--index-strategy", "unsafe-best-match"]
        python = ["--python", self._place.python]
        return [self._place.uv, "pip", "install", *python, *merged, *wheels]


class UvWay:
    """`uv sync` on a uv.lock: the very files that it names."""

    can_drop = True
    left_out: tuple[str, ...] = ()

    def __init__(self, place: Place, request: Request, run: Run) -> None:
        self._place = place
        self._request = request
        self._run = run

    def attempt(self, dropped: frozenset[str]) -> Attempt:
        """See `Way.attempt`."""
        lean = [] if self._request.allow_builds else ["--no-build"]
        without = [f"--no-install-package={name}" for name in sorted(dropped)]
        words = [self._place.uv, "sync", "--frozen", "--no-install-local", *lean, *without]
        return self._run(words, self._place.folder)


class CommandWay:
    """One command that installs the whole lock, or does not."""

    can_drop = False
    left_out: tuple[str, ...] = ()

    def __init__(self, words: Sequence[str], folder: Path, run: Run) -> None:
        self._words = words
        self._folder = folder
        self._run = run

    def attempt(self, dropped: frozenset[str]) -> Attempt:  # noqa: ARG002 - see `can_drop`
        """See `Way.attempt`."""
        return self._run(self._words, self._folder)


def way_for(place: Place, request: Request, run: Run) -> Way:
    """How to install a lock here.

    Raises:
        NotCheckedError: the tool that it takes is not there, or cannot read it.
    """
    tool = place.facts.tool
    name = place.folder / Path(place.lock).name
    if tool == "pip-compile":
        text = name.read_text("utf-8-sig", errors="replace")
        return RequirementsWay(place, text, request, run)
    if tool == "uv":
        return UvWay(place, request, run)
    if tool == "pylock":
        lean = [] if request.allow_builds else ["--no-build"]
        words = [place.uv, "pip", "install", "--python", place.python, *lean, "-r", str(name)]
        return CommandWay(words, place.folder, run)
    if tool in _EXPORTS:
        from repro_check.deps.fresh.exporting import exported

        return RequirementsWay(place, exported(place, run), request, run)
    return _conda_way(place, run)


_EXPORTS = frozenset({"poetry", "pdm", "pipenv"})


def _conda_way(place: Place, run: Run) -> Way:
    project = copied(place, ("pixi.toml", "pyproject.toml"))
    file = project / Path(place.lock).name
    if place.facts.tool == "pixi":
        pixi = _program("pixi", place.root)
        return CommandWay([pixi, "install", "--frozen"], project, run)
    into = ["--yes", "--prefix", str(place.venv), "--file", str(file)]
    names = ("micromamba", "mamba", "conda") if place.facts.tool == "conda" else ("micromamba",)
    for name in names:
        if found := find_program(name, place.root):
            return CommandWay([found, "create", *into], project, run)
    conda_lock = _program("micromamba" if place.facts.tool == "conda" else "conda-lock", place.root)
    return CommandWay([conda_lock, "install", *into[1:3], str(file)], project, run)


def _program(name: str, root: Path) -> str:
    found = find_program(name, root)
    if found:
        return found
    raise NotCheckedError(
        f"it takes `{name}`, which is not installed", fix=f"Install {name}, and run this again."
    )


def copied(place: Place, names: Sequence[str]) -> Path:
    """A folder with copies of the lock and of what stands beside it, for tools that write there."""
    project = place.work / "project"
    project.mkdir(exist_ok=True)
    for name in (Path(place.lock).name, *names):
        source = place.folder / name
        if source.is_file() and source.resolve().is_relative_to(place.root):
            shutil.copyfile(source, project / name)
    return project


def variables_for(place: Place, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of an installer that works in the fresh environment."""
    return {
        **variables,
        "UV_PROJECT_ENVIRONMENT": str(place.venv),
        "VIRTUAL_ENV": str(place.venv),
    }
