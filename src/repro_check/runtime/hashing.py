"""Digests of data files and directories.

`md5` is the recursion that researchers paste into their scripts: for the entries of a directory
in the order of their lower-cased paths, update one MD5 with the name, then with the content of a
file, or go down into a folder. Its weaknesses are its own: neither sizes nor separators are
hashed, so moving bytes between a name and a content, or a file into a neighbouring folder, can
leave the digest as it was; empty folders count, and so does every `.DS_Store`.

`tree:sha256`, `tree:md5` and `tree:blake3` hash a manifest instead: for each file, in the order
of the UTF-8 paths, the record `<hexadecimal digest> <size> <POSIX path>` closed by a zero byte.
They depend on neither order, platform, empty folders, time stamps nor on what operating systems
drop.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

from repro_check.runtime.files import Stream, Tick, Watch, feed, hash_file, new_hash
from repro_check.runtime.junk import is_junk
from repro_check.runtime.manifest import Entry, fold_tree
from repro_check.runtime.trees import (
    ChangedTreeError,
    Node,
    Order,
    UndefinedTreeError,
    unreadable,
    utf8,
    walk,
)

ALGORITHMS = ("md5", "sha256", "tree:md5", "tree:sha256", "tree:blake3")


def digest(
    path: str | os.PathLike[str],
    algorithm: str,
    *,
    watch: Watch | None = None,
    tick: Tick | None = None,
) -> str:
    """The digest of a file or directory, as it is written down.

    Where something changes meanwhile, all is read once again.

    Args:
        path: a file or a directory.
        algorithm: one of `ALGORITHMS`; `sha256` is for single files only.
        watch: looks at the head of every file on its way through; may raise to stop.
        tick: told how many bytes were read.

    Returns:
        Hexadecimal digits for `md5` and `sha256`, `tree:sha256:<hex>` for the tree digests.

    Raises:
        UndefinedTreeError: the tree has no one digest, or changed while it was read.
        ModuleNotFoundError: `tree:blake3` without the package blake3.
        ValueError: an unknown algorithm.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError(f"unknown algorithm {algorithm!r}: use one of {', '.join(ALGORITHMS)}")
    where = str(Path(path))
    try:
        return _digest(where, algorithm, watch, tick)
    except ChangedTreeError:
        return _digest(where, algorithm, watch, tick)


def md5_of_folder(
    root: str,
    *,
    watch: Watch | None = None,
    tick: Tick | None = None,
    each: Callable[[Entry], None] | None = None,
) -> str:
    """The md5 recursion over a directory, in one pass.

    Args:
        root: the directory.
        watch: as for `digest`.
        tick: as for `digest`.
        each: given every file with an MD5 of its own, and every empty folder, in the recursion's
            order; costs a second hash.
    """
    with closing(Stream(new_hash("md5"))) as whole:
        for path, real in with_empty_folders(_names_hashed(root, whole)):
            if each is not None:
                each(_fed_twice(path, real, whole, watch, tick) if real else Entry(path, 0, ""))
            elif real:
                feed(real, whole.update, watch=watch, tick=tick)
        return whole.hexdigest()


def files_of(root: str) -> Iterator[tuple[str, str]]:
    """The files that a tree digest counts: relative path, and where the content is."""
    if not is_folder(root):
        name = Path(root).name
        utf8(name, root)
        yield name, root
        return
    for node in walk(root, order=Order.PATH, skip=_skip_junk):
        if not node.is_folder:
            yield node.path, node.real


def manifest_of(
    root: str, file_hash: str, *, watch: Watch | None = None, tick: Tick | None = None
) -> Iterator[Entry]:
    """The manifest that a tree digest folds, file by file."""
    for path, real in files_of(root):
        found, size = hash_file(real, file_hash, watch=watch, tick=tick)
        yield Entry(path, size, found)


def md5_manifest_of(root: str) -> Iterator[Entry]:
    """The manifest of what the md5 recursion counts: files, and empty folders."""
    if not is_folder(root):
        found, size = hash_file(root, "md5")
        yield Entry(Path(root).name, size, found)
        return
    for path, real in with_empty_folders(walk(root)):
        found, size = hash_file(real, "md5") if real else ("", 0)
        yield Entry(path, size, found)


def with_empty_folders(nodes: Iterable[Node]) -> Iterator[tuple[str, str]]:
    """The files of a walk, and those folders that hold nothing: path, and where the content is.

    That of a folder is "".
    """
    empty = ""
    for node in nodes:
        if empty and not node.path.startswith(empty):
            yield empty, ""
        empty = node.path if node.is_folder else ""
        if not node.is_folder:
            yield node.path, node.real
    if empty:
        yield empty, ""


def is_folder(path: str) -> bool:
    """Whether a directory is there; an `UndefinedTreeError` if nothing can be seen."""
    try:
        return stat.S_ISDIR(Path(path).stat().st_mode)
    except OSError as error:
        raise unreadable(path, error) from error


def _digest(where: str, algorithm: str, watch: Watch | None, tick: Tick | None) -> str:
    if algorithm.startswith("tree:"):
        file_hash = algorithm.removeprefix("tree:")
        return fold_tree(manifest_of(where, file_hash, watch=watch, tick=tick), file_hash)
    if not is_folder(where):
        return hash_file(where, algorithm, watch=watch, tick=tick)[0]
    if algorithm == "md5":
        return md5_of_folder(where, watch=watch, tick=tick)
    raise UndefinedTreeError(
        where, "is a directory, and a plain sha256 is defined for a file only", "use tree:sha256"
    )


def _skip_junk(path: str, _is_folder: bool) -> bool:
    return is_junk(path)


def _names_hashed(root: str, whole: Stream) -> Iterator[Node]:
    for node in walk(root):
        whole.update(node.name)
        yield node


def _fed_twice(
    path: str, real: str, whole: Stream, watch: Watch | None, tick: Tick | None
) -> Entry:
    with closing(Stream(new_hash("md5"))) as own:

        def update(block: bytes) -> None:
            whole.update(block)
            own.update(block)

        size = feed(real, update, watch=watch, tick=tick)
        return Entry(path, size, own.hexdigest())
