"""Write what a freeze found: all files or none, and nothing that has changed meanwhile."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from repro_check.atomic import create, write_atomic
from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.model import Change
from repro_check.errors import ReproCheckError


def write_changes(changes: Sequence[Change], root: Path) -> None:
    """Write the files in their order; if one cannot be written, those before it are put back.

    Raises:
        ReproCheckError: a file has changed since it was read, is protected, leads out of the root, or
            cannot be written. Nothing is changed then.
    """
    folder = Folder(root.resolve())
    for change in changes:
        _refuse(change, folder)
    done: list[Change] = []
    try:
        for change in changes:
            place = _place(change, folder)
            if change.old is None:
                _make_folder(place.parent, change)
                create(place, change.new)
            else:
                write_atomic(place, change.new)
            done.append(change)
    except BaseException:
        for change in reversed(done):
            _put_back(change, folder)
        raise


def _refuse(change: Change, folder: Folder) -> None:
    if folder.read(change.path) != change.old:  # which also refuses what leads out of the root
        raise ReproCheckError(
            "the file has changed since it was read; nothing was written",
            where=change.path,
            fix="Run this again.",
        )
    if change.old is not None and not os.access(_place(change, folder), os.W_OK):
        raise ReproCheckError(
            "the file is protected against writing; nothing was written",
            where=change.path,
            fix="Make it writable if it may be replaced, or name another one with `--output`.",
        )


def _make_folder(folder: Path, change: Change) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReproCheckError(
            f"the folder cannot be made ({error.strerror})",
            where=change.path,
            fix="Check the rights of the folder above.",
        ) from error


def _put_back(change: Change, folder: Folder) -> None:
    place = _place(change, folder)
    if change.old is None:
        place.unlink(missing_ok=True)
    else:
        write_atomic(place, change.old)


def _place(change: Change, folder: Folder) -> Path:
    return (folder.root / change.path).resolve()
