"""What DVC leaves out of a directory that it tracks.

Source: `dvc/ignore.py` (DVC 3.67) and https://dvc.org/doc/user-guide/project-structure/dvcignore-files.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from repro_check.bounded import read_bounded
from repro_check.data.hashing.digests import UndefinedDigest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pathspec import Pattern

IGNORE_FILE = ".dvcignore"
_LARGEST = 1 << 20


class _Rule(NamedTuple):
    """One line of a .dvcignore; `start` is where its paths begin in those from DVC's top."""

    start: int
    pattern: Pattern
    only_folders: bool


def skipper(root: Path, folder: Path) -> Callable[[str, bool], bool]:
    """What DVC passes over below a directory, to be asked during a walk from its top down.

    That is: `.git` (a folder or the file of a submodule), `.hg` and `.dvc`; links to folders,
    which DVC does not enter; a folder that is a DVC repository of its own; and what the
    .dvcignore files say from the DVC repository's top down to the directory. In the directory
    itself DVC refuses a .dvcignore, so none is read there. DVC ignores neither what git ignores
    nor what operating systems drop, and outside of the repository it ignores nothing.

    Args:
        root: the repository; the DVC repository is the nearest folder with a `.dvc` in it.
        folder: the directory.

    Returns:
        A function of a path (relative to `folder`, POSIX) and whether it is a folder. It takes
        for granted that the folders above the path were not passed over.

    Raises:
        UndefinedDigest: a .dvcignore cannot be read as DVC reads it, or leaves out all.
    """
    top = Path(os.path.realpath(root))
    # The directory itself may be a link; it is tracked where it stands.
    place = Path(os.path.realpath(folder.parent), folder.name) if folder != root else top
    if not place.is_relative_to(top):
        return lambda path, is_folder: is_folder and (place / path).is_symlink()
    dvc_top = _dvc_top(top, place)
    prefix = f"{place.relative_to(dvc_top).as_posix()}/" if place != dvc_top else ""
    rules = _rules(dvc_top, prefix)
    if any(_verdict(rules, prefix[:end], is_folder=True) for end in _slashes(prefix)):
        raise UndefinedDigest(
            "is left out by a .dvcignore, so that DVC does not see it",
            where=str(folder),
            fix=f"take it out of {IGNORE_FILE}",
        )

    def skip(path: str, is_folder: bool) -> bool:
        if is_folder:
            here = os.path.join(place, path)
            if os.path.islink(here) or os.path.lexists(f"{here}{os.sep}.dvc"):
                return True
        verdict = _verdict(rules, prefix + path, is_folder=is_folder)
        return _is_tool(path, is_folder=is_folder) if verdict is None else verdict

    return skip


def _dvc_top(top: Path, place: Path) -> Path:
    above = (folder for folder in place.parents if folder.is_relative_to(top))
    return next((folder for folder in above if (folder / ".dvc").is_dir()), top)


def _is_tool(path: str, *, is_folder: bool) -> bool:
    name = path.rpartition("/")[2]
    return name == ".git" or (is_folder and name in {".hg", ".dvc"})


def _rules(top: Path, prefix: str) -> list[_Rule]:
    """The rules of the folders above, from the top down: the last one that matches decides."""
    rules: list[_Rule] = []
    for start in [0, *(end + 1 for end in _slashes(prefix))][:-1]:
        file = prefix[:start] + IGNORE_FILE
        if not _verdict(rules, file, is_folder=False):
            rules.extend(_Rule(start, *parsed) for parsed in _read(top / file))
    return rules


def _slashes(prefix: str) -> list[int]:
    return [match.start() for match in re.finditer("/", prefix)]


def _verdict(rules: list[_Rule], path: str, *, is_folder: bool) -> bool | None:
    for start, pattern, only_folders in reversed(rules):
        if (only_folders and not is_folder) or len(path) < start:
            continue
        seen = path[start:]
        # As DVC: with and without the slash, so that `a/**` leaves out the folder `a` as well.
        if pattern.match_file(seen) or (is_folder and pattern.match_file(f"{seen}/")):
            return pattern.include
    return None


def _read(file: Path) -> Iterator[tuple[Pattern, bool]]:
    """The patterns of a .dvcignore, and whether each is for folders only."""
    import pathspec

    try:
        text = read_bounded(file, limit=_LARGEST).decode()
        for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
            written = line.strip()
            if written and not written.startswith("#"):
                for pattern in pathspec.GitIgnoreSpec.from_lines([written]).patterns:
                    if pattern.include is not None:
                        yield pattern, written.endswith("/")
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise UndefinedDigest(
            f"depends on this file, which cannot be read ({_reason(error)})",
            where=str(file),
            fix="make it a plain text file of patterns in UTF-8",
        ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return getattr(error, "strerror", None) or str(error)
