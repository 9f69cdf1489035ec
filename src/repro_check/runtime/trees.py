"""The walk below every digest of a directory: a fixed order, links kept inside, nothing guessed.

Where an order or a content would depend on the machine, the walk stops with an
`UndefinedTreeError` that names the file, so that no digest is ever computed from a guess.
"""

from __future__ import annotations

import enum
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A few crossed directory links can unfold into 2**n paths; no real data set comes near this.
MAX_LINKED_FOLDERS = 10_000


class UndefinedTreeError(ValueError):
    """A tree that has no one digest.

    Attributes:
        path: the file or folder at fault.
        reason: what is wrong with it, as the end of a sentence that begins with the path.
        fix: what to do about it.
    """

    def __init__(self, path: str, reason: str, fix: str) -> None:
        self.path = path
        self.reason = reason
        self.fix = fix
        super().__init__(path, reason, fix)

    def __str__(self) -> str:
        return f"{self.path!r} {self.reason}; {self.fix}"


class ChangedTreeError(UndefinedTreeError):
    """A tree that another program changed meanwhile; trying again may help."""


class Node(NamedTuple):
    """One entry of a tree, with links already followed.

    Attributes:
        path: relative to the root, POSIX; that of a folder ends with a slash.
        name: its own name, as UTF-8.
        real: where its content is: below the root, or what the link leads to.
        is_folder: a folder (True) or a regular file (False).
    """

    path: str
    name: bytes
    real: str
    is_folder: bool


class _Folder(NamedTuple):
    """What one folder holds: names in order, and what leads where for those that are no files."""

    names: list[str]
    folders: dict[str, str]
    links: dict[str, str]


class Order(enum.Enum):
    """What siblings are sorted by."""

    LOWER_CASE = "the order of the md5 recursion: lower-cased names"
    PATH = "the order of a manifest: UTF-8 paths, a folder's slash included (as in git)"


def walk(
    root: str,
    *,
    order: Order = Order.LOWER_CASE,
    skip: Callable[[str, bool], bool] | None = None,
    within: str = "",
) -> Iterator[Node]:
    """Yield every entry below the directory `root`, each folder before what it holds.

    Siblings in the order of their lower-cased names are in that of their lower-cased whole paths
    too: the folder's part is the same, and no case rule looks across a separator. Holds the names
    of one folder a level, and nothing of what was yielded.

    Args:
        root: the directory; it may be a link itself.
        order: of siblings.
        skip: relative POSIX paths to pass over, and whether they are folders.
        within: the folder that links may not lead out of; `root` itself if "".

    Raises:
        UndefinedTreeError: names that differ only in case or are not UTF-8, a link that leads out
            of the root, in a circle or nowhere, a socket, pipe or device, or something unreadable.
    """
    top = os.path.realpath(root)
    look = _Look(os.path.realpath(within) if within else top, order, skip)
    here = look.into(root, "")
    stack = [(top, root.rstrip(os.sep), "", here, iter(here.names))]
    linked_folders = 0
    while stack:
        real_folder, folder, prefix, found, names = stack[-1]
        name = next(names, None)
        if name is None:
            stack.pop()
            continue
        path = prefix + name
        is_folder = name in found.folders
        real = found.folders[name] if is_folder else found.links.get(name, "")
        is_link = bool(real)
        where = f"{folder}{os.sep}{name}"
        if is_link and is_folder:
            linked_folders += 1
            if any(real == above for above, *_ in stack):
                raise UndefinedTreeError(
                    where, "is a link that leads round in a circle", "remove the link"
                )
            if linked_folders > MAX_LINKED_FOLDERS:
                raise UndefinedTreeError(
                    where, "is one of too many links to folders", "replace the links"
                )
        yield Node(path + "/" * is_folder, utf8(name, where), real or where, is_folder)
        if is_folder:
            below = real or f"{real_folder.rstrip(os.sep)}{os.sep}{name}"
            inside = look.into(where, path + "/")
            stack.append((below, where, path + "/", inside, iter(inside.names)))


def unreadable(path: str, error: OSError) -> UndefinedTreeError:
    """The error for a path that the system would not let us read."""
    return UndefinedTreeError(
        path, f"cannot be read ({error.strerror or error})", "make it readable, or remove it"
    )


def utf8(name: str, path: str) -> bytes:
    """The name in UTF-8; where it has none, an `UndefinedTreeError` about `path`."""
    try:
        return name.encode()
    except UnicodeEncodeError:
        raise UndefinedTreeError(path, "has a name that is not UTF-8", "rename it") from None


class _Look:
    """Looks into folders of one tree."""

    def __init__(
        self,
        within: str,
        order: Order,
        skip: Callable[[str, bool], bool] | None,
    ) -> None:
        self.within = within
        self.order = order
        self.skip = skip

    def into(self, folder: str, prefix: str) -> _Folder:
        """List a folder. Only names are kept: a `DirEntry` takes five times their room."""
        found = _Folder([], {}, {})
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._add(entry, prefix, found)
        except FileNotFoundError as error:
            raise ChangedTreeError(folder, "vanished meanwhile", "restore it") from error
        except OSError as error:
            raise unreadable(folder, error) from error
        self._sort(folder, found)
        return found

    def _add(self, entry: os.DirEntry[str], prefix: str, found: _Folder) -> None:
        name = entry.name
        real = ""
        if entry.is_file(follow_symlinks=False):
            is_folder = False
        elif entry.is_symlink():
            if self.skip is not None and self.skip(prefix + name, Path(entry.path).is_dir()):
                return
            real, is_folder = _follow(entry, self.within)
        elif entry.is_dir(follow_symlinks=False):
            is_folder = True
        else:
            raise UndefinedTreeError(
                entry.path, "is a socket, a pipe or a device, which has no content", "remove it"
            )
        if self.skip is not None and self.skip(prefix + name, is_folder):
            return
        found.names.append(name)
        if is_folder:
            found.folders[name] = real
        elif real:
            found.links[name] = real

    def _sort(self, folder: str, found: _Folder) -> None:
        names, folders = found.names, found.folders
        if self.order is Order.PATH:
            names.sort(key=(lambda name: name + "/" * (name in folders)) if folders else None)
            return
        names.sort(key=str.lower)
        before = previous = ""
        for name in names:
            key = name.lower()
            if key == before:
                raise UndefinedTreeError(
                    f"{folder}{os.sep}{name}",
                    f"and {previous!r} differ only in case, so their order depends on the file "
                    "system",
                    "rename one of them",
                )
            before, previous = key, name


def _follow(entry: os.DirEntry[str], within: str) -> tuple[str, bool]:
    try:
        real = os.path.realpath(entry.path, strict=True)
    except OSError as error:
        raise UndefinedTreeError(
            entry.path,
            f"is a link that leads nowhere ({error.strerror or error})",
            "fetch the file it leads to, or remove the link",
        ) from error
    if real != within and not real.startswith(within.rstrip(os.sep) + os.sep):
        raise UndefinedTreeError(
            entry.path,
            "is a link that leads out of the data directory",
            "put the file itself there, or declare the directory that the link leads to",
        )
    if Path(real).is_dir():
        return real, True
    if Path(real).is_file():
        return real, False
    raise UndefinedTreeError(entry.path, "is a link to a socket, a pipe or a device", "remove it")
