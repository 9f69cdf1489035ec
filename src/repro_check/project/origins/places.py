"""Where an expression stands, and how it was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from repro_check.findings import Span
from repro_check.project.origins.bindings import Keys
from repro_check.sources.python import Call

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile


class Frame(NamedTuple):
    """A call that was followed into a function, whose parameters it gives."""

    path: str
    block: int
    caller: At
    call: Call
    is_bound: bool


class At(NamedTuple):
    """Where an expression stands, and by which calls it was reached, the last one first."""

    file: PythonFile
    block: int
    frames: tuple[Frame, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What tells two of them apart."""
        reached = tuple((frame.path, frame.call.span) for frame in self.frames)
        return (self.file.path, self.block, reached)


class Wanted(NamedTuple):
    """A variable that is asked for: its scope and name, which part of it, and where it is used.

    Seen from another file it is used at the end of its own.
    """

    scope: int
    root: str
    keys: Keys
    span: Span
    block: int
