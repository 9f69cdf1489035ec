"""The folder whose dependencies are frozen; what leads out of the repository is not read."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from pathlib import Path

import msgspec

from repro_check.bounded import read_bounded
from repro_check.errors import ReproCheckError

MAX_BYTES = 50_000_000


class Folder(msgspec.Struct, frozen=True):
    """A folder of a repository.

    Attributes:
        root: the top of the repository, without links.
        path: the folder, relative to the root with forward slashes; "" is the root.
    """

    root: Path
    path: str = ""

    def at(self, name: str) -> str:
        """A file of this folder, relative to the root; begins with `..` where it leaves the root."""
        return posixpath.normpath(posixpath.join(self.path, name))

    def has(self, name: str) -> bool:
        """Whether there is such a file, inside the root."""
        place = self._place(name)
        return place is not None and place.is_file()

    def read(self, name: str) -> bytes | None:
        """The bytes of a file of this folder; None if there is none.

        Raises:
            ReproCheckError: it leads out of the repository, is too large, or may not be read.
        """
        path = self.at(name)
        place = self._place(name)
        if place is None:
            raise ReproCheckError(
                "it lies outside of the repository, where nobody else has it",
                where=path,
                fix="Put a copy into the repository.",
            )
        try:
            return read_bounded(place, limit=MAX_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            what = f"cannot read the file: {error.strerror}"
            raise ReproCheckError(
                what, where=path, fix="Check what it is and its rights."
            ) from error

    def text(self, name: str) -> str | None:
        """The text of a file of this folder; None if there is none.

        Raises:
            ReproCheckError: it cannot be read, or is not UTF-8.
        """
        data = self.read(name)
        try:
            return None if data is None else data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ReproCheckError(
                "it is not UTF-8", where=self.at(name), fix="Save it as UTF-8."
            ) from error

    def names(self, inner: str = "") -> Iterator[str]:
        """The files right in this folder, or in one inside it, sorted, relative to this folder."""
        place = self._place(inner or ".")
        if place is None or not place.is_dir():
            return
        for name in sorted(os.listdir(place)):
            if (place / name).is_file():
                yield posixpath.join(inner, name)

    def _place(self, name: str) -> Path | None:
        try:
            place = (self.root / self.path / name).resolve()
        except (OSError, RuntimeError, ValueError):
            return None
        return place if place.is_relative_to(self.root) else None
