"""A model file as rules see it. Cheap to import."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from repro_check.project.files import Subject
from repro_check.sources.checkpoints.names import MODEL_NAMES
from repro_check.sources.discovery import SourceFile

if TYPE_CHECKING:
    from repro_check.sources.checkpoints.model import ModelFile

_BY_CONTENT = (".bin", ".model")


class CheckpointFile(Subject):
    """A model file, read when it is asked for what it holds.

    Args:
        file: the file.
        root: of the repository. What lies on the disk is read, for a checkpoint may be too large
            to be taken from git's index.
    """

    def __init__(self, file: SourceFile, root: Path) -> None:
        super().__init__(file)
        self._root = root

    @cached_property
    def content(self) -> ModelFile | None:
        """What it holds; None if it is no model after all.

        Raises:
            OSError: it cannot be opened.
        """
        from repro_check.bounded import open_regular
        from repro_check.sources.checkpoints.names import may_be_model
        from repro_check.sources.checkpoints.reading import read_model_stream

        with open_regular(self._root / self.path) as stream:
            head = stream.read(16)
            stream.seek(0)
            return read_model_stream(stream) if may_be_model(self.path, head) else None


def may_be_checkpoint(path: str) -> bool:
    """Whether a file is worth opening, by its name."""
    return path.lower().endswith(MODEL_NAMES + _BY_CONTENT)
