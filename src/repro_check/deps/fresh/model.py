"""What is asked of a fresh installation, and what comes out of it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import msgspec

from repro_check.sources.dependencies.model import LockFacts

Progress: TypeAlias = Callable[[str], None]

DEFAULT_SECONDS = 1800.0


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """How to try.

    Attributes:
        seconds: the most that it may take in all.
        allow_builds: whether packages without a wheel are built, which runs their code.
        python: the interpreter to use, by version ("3.11") or path; "" for one that the lock allows.
    """

    seconds: float = DEFAULT_SECONDS
    allow_builds: bool = False
    python: str = ""


class Trouble(enum.Enum):
    """What is wrong with a frozen distribution."""

    MISSING = "is not to be had"
    NO_WHEEL = "has no wheel for this machine"
    CHANGED = "has another content than the lock says"
    BROKEN = "cannot be built"
    OTHER_PYTHON = "does not support this Python"
    YANKED = "was withdrawn by its authors"
    DISAGREES = "does not fit the others"
    UNKNOWN = "cannot be installed"


class Problem(msgspec.Struct, frozen=True):
    """Something that stands in the way.

    Attributes:
        trouble: what kind.
        name: of the distribution, normalised; "" if the installer named none.
        detail: the installer's own words, on one line.
    """

    trouble: Trouble
    name: str
    detail: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        problems: in the order of the lock.
        not_tried: sentences on what was left out, such as packages that come from a repository.
        not_checked: why nothing can be said; "" if something can.
    """

    problems: tuple[Problem, ...] = ()
    not_tried: tuple[str, ...] = ()
    not_checked: str = ""


class Attempt(msgspec.Struct, frozen=True):
    """One run of an installer: its exit code, and what it printed."""

    code: int
    text: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is tried.

    Attributes:
        root: the top of the repository.
        lock: path of the lock, relative to the root.
        facts: of the lock.
        work: the temporary folder.
        venv: the fresh environment in it.
        uv: the path of uv; "" where there is none, and pip has to do.
    """

    root: Path
    lock: str
    facts: LockFacts
    work: Path
    venv: Path
    uv: str = ""

    @property
    def folder(self) -> Path:
        """Where the lock lies."""
        return (self.root / self.lock).parent

    @property
    def python(self) -> str:
        """The interpreter of the fresh environment."""
        import os

        inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        return str(self.venv / inside)
