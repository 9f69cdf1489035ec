"""What a diagnosis may look at: the traceback, the commit, the author's disk and the fresh copy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from repro_check.smoke.commit import Commit
    from repro_check.smoke.spec import SmokeSpec
    from repro_check.smoke.trial import Sighting, Stage

FRAME = re.compile(r'File "([^"\n]+)", line (\d+)')
SOURCE = re.compile(r'^( *File "[^"\n]+", line \d+.*\n)(?: {4,}.*\n)+', re.MULTILINE)
CHAINED = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
# How much of the end of a log is searched, in characters.
LOOKED_AT = 1 << 18
TRACEBACK = "Traceback (most recent call last):"


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """Where something failed.

    Attributes:
        text: the last traceback with its causes, or all that was written if there is none.
        stage: what was run, and where.
        sightings: what the guard saw.
    """

    text: str
    stage: Stage
    sightings: tuple[Sighting, ...] = ()

    @property
    def commit(self) -> Commit:
        """The commit under test, with the author's own folders."""
        return self.stage.commit

    @property
    def spec(self) -> SmokeSpec:
        """What was run."""
        return self.stage.spec

    @property
    def install(self) -> str:
        """The name of the requirements file, for sentences."""
        return self.stage.spec.install or "the requirements"

    @property
    def version(self) -> str:
        """The version of Python that ran, "3.11"."""
        return self.stage.environment.version

    @property
    def messages(self) -> str:
        """The text without the source lines of tracebacks, which may quote any symptom."""
        return SOURCE.sub(r"\1", self.text)

    def inside(self, path: str) -> str | None:
        """`path` relative to the project, if it lies in the exported commit."""
        if Path(path).is_relative_to(self.stage.top):
            return self.commit.short(Path(path).relative_to(self.stage.top).as_posix())
        return None

    @property
    def place(self) -> str:
        """`path:line` of the innermost call in the repository's own code, or ""."""
        frames = []
        for match in FRAME.finditer(self.text):
            file = self.stage.tree / match[1]
            path = self.inside(str(file))
            if path and file.is_file():
                frames.append(f"{path}:{match[2]}")
        # faulthandler lists the innermost call first, a traceback lists it last.
        order = 0 if "(most recent call first)" in self.text else -1
        return frames[order] if frames else ""


def last_traceback(text: str) -> str:
    """The last traceback of a log together with the exceptions that led to it."""
    blocks = text[-LOOKED_AT:].split(TRACEBACK)
    start = len(blocks) - 1
    while start > 1 and blocks[start - 1].rstrip().endswith(CHAINED):
        start -= 1
    return TRACEBACK + TRACEBACK.join(blocks[start:]) if start else blocks[0]
