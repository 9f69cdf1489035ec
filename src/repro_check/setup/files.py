"""Read and write the few files that setting up touches, inside the root and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from repro_check.atomic import write_atomic
from repro_check.bounded import read_bounded
from repro_check.errors import ReproCheckError
from repro_check.setup.model import FileChange

MAX_BYTES = 1_000_000


def read_text(root: Path, path: str) -> str | None:
    """The text of a file with its line ends as they are; None if there is no such file.

    Raises:
        ReproCheckError: it is not a file, leads out of the root, is too large or is not UTF-8.
    """
    target = _inside(root, path)
    try:
        return read_bounded(target, limit=MAX_BYTES).decode()
    except FileNotFoundError:
        return None
    except OSError as error:
        what = f"cannot read the file: {error.strerror}"
        raise ReproCheckError(what, where=path, fix="check what it is and its rights") from error
    except UnicodeDecodeError as error:
        raise ReproCheckError("it is not UTF-8", where=path, fix="save it as UTF-8") from error


def apply(changes: Sequence[FileChange], root: Path) -> None:
    """Write the changes, each file at once and completely; modes and links inside are kept.

    Nothing is written unless every file is still what it was when the change was planned.

    Raises:
        ReproCheckError: a file has changed since, leads out of the root, or cannot be written.
    """
    for change in changes:
        _refuse_if_stale(change, root)
    for change in changes:
        _refuse_if_stale(change, root)
        target = _inside(root, change.path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = f"cannot write the file: {error.strerror}"
            fix = "check the rights of the folder"
            raise ReproCheckError(what, where=change.path, fix=fix) from error
        write_atomic(target, change.new.encode())


def _inside(root: Path, path: str) -> Path:
    """The file itself, behind any link, as long as it lies inside the root."""
    root = root.resolve()
    try:
        target = (root / path).resolve()
    except (OSError, RuntimeError) as error:
        what = "its link leads in a circle"
        raise ReproCheckError(what, where=path, fix="remove the link") from error
    if not target.is_relative_to(root):
        raise ReproCheckError(
            "it is a link that leads out of the repository",
            where=path,
            fix="replace the link by the file itself",
        )
    return target


def _refuse_if_stale(change: FileChange, root: Path) -> None:
    if read_text(root, change.path) != change.old:
        raise ReproCheckError(
            "the file has changed since the change was planned",
            where=change.path,
            fix="run this again",
        )
