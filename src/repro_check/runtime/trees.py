"""The walk below every digest of a directory: a fixed order, links kept inside, nothing guessed.

Where an order or a content would depend on the machine, the walk stops with an
`UndefinedTreeError` that names the file, so that no digest is ever computed from a guess.
"""

from __future__ import annotations

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
        super().__init__(f"{path!r} {reason}; {fix}")


class Node(NamedTuple):
    """One entry of a tree, with links already followed.

    Attributes:
        name: its own name, as UTF-8.
        path: where it was found, below the root as the caller wrote it.
        real: where its content is: `path`, or what the link leads to.
        is_folder: a folder (True) or a regular file (False).
    """

    name: bytes
    path: str
    real: str
    is_folder: bool


def no_filter(_name: str) -> bool:
    """Skip nothing."""
    return False


def walk(
    root: str,
    *,
    skip: Callable[[str], bool] = no_filter,
    order: Callable[[str], str] = str.lower,
) -> Iterator[Node]:
    """Yield every entry below the directory `root`, each folder before what it holds.

    Siblings come in the order of their lower-cased names, which is that of their lower-cased
    whole paths too: the folder's part is the same, and no case rule looks across a separator.

    Args:
        root: the directory; it may be a link itself.
        skip: names (of files and folders) to pass over.
        order: what siblings are sorted by; two of the same key have no order.

    Raises:
        UndefinedTreeError: names that differ only in case or are not UTF-8, a link that leads out
            of the root, in a circle or nowhere, a socket, pipe or device, or something unreadable.
    """
    top = os.path.realpath(root)
    stack = [(top, iter(_sorted_entries(root, skip, order)))]
    linked_folders = 0
    while stack:
        folder, entries = stack[-1]
        entry = next(entries, None)
        if entry is None:
            stack.pop()
            continue
        if entry.is_symlink():
            real, is_folder = _follow(entry, top)
            below = real
            linked_folders += is_folder
            if any(real == above for above, _ in stack):
                raise UndefinedTreeError(
                    entry.path, "is a link that leads round in a circle", "remove the link"
                )
            if linked_folders > MAX_LINKED_FOLDERS:
                raise UndefinedTreeError(
                    entry.path, "is one of too many links to folders", "replace the links"
                )
        else:
            real, is_folder = entry.path, _is_real_folder(entry)
            below = f"{folder.rstrip(os.sep)}{os.sep}{entry.name}" if is_folder else ""
        yield Node(utf8(entry.name, entry.path), entry.path, real, is_folder)
        if is_folder:
            stack.append((below, iter(_sorted_entries(entry.path, skip, order))))


def unreadable(path: str, error: OSError) -> UndefinedTreeError:
    """The error for a path that the system would not let us read."""
    return UndefinedTreeError(
        path, f"cannot be read ({error.strerror or error})", "make it readable, or remove it"
    )


def _sorted_entries(
    folder: str, skip: Callable[[str], bool], order: Callable[[str], str]
) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            entries = [entry for entry in found if not skip(entry.name)]
    except OSError as error:
        raise unreadable(folder, error) from error
    by_key = {order(entry.name): entry for entry in entries}
    if len(by_key) < len(entries):
        for entry in entries:
            other = by_key[order(entry.name)]
            if other.name != entry.name:
                raise UndefinedTreeError(
                    entry.path,
                    f"and {other.name!r} differ only in case, so their order depends on the "
                    "file system",
                    "rename one of them",
                )
    return [by_key[key] for key in sorted(by_key)]


def utf8(name: str, path: str) -> bytes:
    """The name in UTF-8; where it has none, an `UndefinedTreeError` about `path`."""
    try:
        return name.encode()
    except UnicodeEncodeError:
        raise UndefinedTreeError(path, "has a name that is not UTF-8", "rename it") from None


def _is_real_folder(entry: os.DirEntry[str]) -> bool:
    try:
        if entry.is_dir(follow_symlinks=False):
            return True
        if entry.is_file(follow_symlinks=False):
            return False
    except OSError as error:
        raise unreadable(entry.path, error) from error
    raise UndefinedTreeError(
        entry.path, "is a socket, a pipe or a device, which has no content", "remove it"
    )


def _follow(entry: os.DirEntry[str], top: str) -> tuple[str, bool]:
    try:
        real = os.path.realpath(entry.path, strict=True)
    except OSError as error:
        raise UndefinedTreeError(
            entry.path,
            f"is a link that leads nowhere ({error.strerror or error})",
            "fetch the file it leads to, or remove the link",
        ) from error
    if real != top and not real.startswith(top.rstrip(os.sep) + os.sep):
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
