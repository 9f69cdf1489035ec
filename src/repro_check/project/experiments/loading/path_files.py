"""Which files of the repository a path means that code or a command names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.project.experiments.loading.path_text import ANY, PathText

if TYPE_CHECKING:
    from repro_check.sources.discovery import Tree


class PathFiles:
    """The files and folders of a repository, asked by path texts.

    Args:
        tree: its files.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def of(self, item: PathText, near: str) -> tuple[str, ...]:
        """The file that a wholly known path means, if there is one.

        A relative path is looked up where programs run: at the root, beside the code that names it,
        and in the folders between.

        Args:
            item: the path.
            near: the path of the file that names it, or that runs.
        """
        if ANY in item.text or not item.text or item.text.startswith("/"):
            return ()
        folders = [""] if item.is_rooted else ["", *_folders(near)]
        for folder in folders:
            place = posixpath.normpath(posixpath.join(folder, item.text))
            if place in self._tree:
                return (place,)
        return ()

    def matches(self, path: str, patterns: Iterable[str]) -> bool:
        """Whether a path may be meant by one of some patterns."""
        return any(_fits(path, text) for text in patterns)

    def folder(self, end: str) -> str | None:
        """The only folder whose path ends with these names, or None."""
        end = posixpath.normpath(end).strip("/")
        found = [name for name in self._folders if name == end or name.endswith(f"/{end}")]
        return found[0] if len(found) == 1 and end not in {"", "."} else None

    def has_folder(self, folder: str) -> bool:
        """Whether there is such a folder with files in or below it."""
        return not folder or folder in self._folders

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(folder for file in self._tree.files for folder in _folders(file.path))


def _fits(path: str, text: str) -> bool:
    """Whether the end of a path, from the start of a name on, is a text with `*` for anything.

    Piece by piece, each as early as it can be: a regular expression would try all places of all.
    """
    first, *others = posixpath.normpath(text).lstrip("./").split(ANY)
    whole, first = f"/{path}", f"/{first}"
    if not others:
        return whole.endswith(first)
    at = 0
    for piece in (first, *others[:-1]):
        at = whole.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return whole.endswith(others[-1], at)


def _folders(path: str) -> Iterator[str]:
    """The folders around a file, the innermost first."""
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
