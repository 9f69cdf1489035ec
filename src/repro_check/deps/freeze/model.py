"""What is asked of a freeze, and what comes out of it."""

from __future__ import annotations

import enum

import msgspec

DEFAULT_SECONDS = 900.0


class Way(enum.Enum):
    """How a frozen file is made; the value is how people call it."""

    PIP_COMPILE = "pip-compile"
    UV_COMPILE = "uv pip compile"
    UV_LOCK = "uv lock"
    POETRY = "poetry lock"
    PDM = "pdm lock"
    CONDA_LOCK = "conda-lock"
    PIXI = "pixi lock"

    @property
    def program(self) -> str:
        """The program that does it."""
        return self.value.split(" ")[0]

    @property
    def compiles(self) -> bool:
        """Whether it makes a requirements file out of chosen sources; else it locks the project."""
        return self in {Way.PIP_COMPILE, Way.UV_COMPILE}


PROGRAMS = tuple(dict.fromkeys(way.program for way in Way))


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the user asked for.

    Attributes:
        program: one of `PROGRAMS`; "" to use what the repository uses.
        sources: files to freeze, relative to the folder; () to find them.
        extras: optional dependencies of the project to freeze as well.
        groups: dependency groups (PEP 735) to freeze as well.
        python: the version of Python to freeze for, such as "3.11".
        output: where to, relative to the folder.
        upgrade: whether to take the newest versions of everything.
        upgraded: names of the distributions whose newest version to take.
        seconds: the most that the tool may take.
    """

    program: str = ""
    sources: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    python: str = ""
    output: str = ""
    upgrade: bool = False
    upgraded: tuple[str, ...] = ()
    seconds: float = DEFAULT_SECONDS


class Change(msgspec.Struct, frozen=True):
    """One file to write.

    Attributes:
        path: relative to the root, with forward slashes.
        old: its bytes as they were read; None for a file to make.
        new: its bytes to be.
        is_by_hand: whether what is replaced was written by a person.
    """

    path: str
    old: bytes | None
    new: bytes
    is_by_hand: bool = False


class Frozen(msgspec.Struct, frozen=True):
    """What a freeze would write.

    Attributes:
        way: how it was made.
        changes: the files that change, in the order in which to write them.
        notes: sentences for people: what was left out, and what to know.
        outputs: paths of all frozen files, changed or not.
    """

    way: Way
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
