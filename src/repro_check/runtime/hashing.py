"""Digests of data files and directories, streamed through one buffer.

`md5` is the recursion that researchers paste into their scripts: for the entries of a directory
in the order of their lower-cased paths, update one MD5 with the name, then with the content of a
file, or go down into a folder. Its weaknesses are its own: neither sizes nor separators are
hashed, so moving bytes between a name and a content, or a file into a neighbouring folder, can
leave the digest as it was; empty folders count, and so does every `.DS_Store`.

`tree:sha256` and `tree:md5` hash a manifest instead: for each file, in the order of the UTF-8
paths, the record `<hexadecimal digest> <size> <POSIX path>` closed by a zero byte. They depend
on neither order, platform, empty folders, time stamps nor on what operating systems drop.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import TypeAlias

from repro_check.runtime.junk import is_junk
from repro_check.runtime.trees import UndefinedTreeError, unreadable, utf8, walk

BLOCK = 1 << 20
_SMALL = 1 << 16
# A pipe put in a file's place must not make us wait for its writer; Windows must not touch \r\n.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
ALGORITHMS = ("md5", "sha256", "tree:md5", "tree:sha256")

Block: TypeAlias = "bytes | memoryview"
Watch: TypeAlias = Callable[[str, Block], None]
"""Called with the path and the first block (up to 1 MiB) of each file."""


def digest(path: str | os.PathLike[str], algorithm: str, *, watch: Watch | None = None) -> str:
    """The digest of a file or directory, as it is written down.

    Args:
        path: a file or a directory.
        algorithm: one of `ALGORITHMS`; `sha256` is for single files only.
        watch: looks at the head of every file on its way through; may raise to stop.

    Returns:
        Hexadecimal digits for `md5` and `sha256`, `tree:sha256:<hex>` for the tree digests.

    Raises:
        UndefinedTreeError: the tree has no one digest, or changed while it was read.
        ValueError: an unknown algorithm.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError(f"unknown algorithm {algorithm!r}: use one of {', '.join(ALGORITHMS)}")
    where = str(Path(path))
    if algorithm.startswith("tree:"):
        return f"{algorithm}:{_tree_digest(where, algorithm.removeprefix('tree:'), watch)}"
    if not _is_folder(where):
        return _file_digest(where, where, algorithm, memoryview(bytearray(BLOCK)), watch)[0]
    if algorithm == "md5":
        return _md5_of_folder(where, watch)
    raise UndefinedTreeError(
        where, "is a directory, and a plain sha256 is defined for a file only", "use tree:sha256"
    )


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(Path(path).stat().st_mode)
    except OSError as error:
        raise unreadable(path, error) from error


def _md5_of_folder(root: str, watch: Watch | None) -> str:
    md5 = hashlib.md5(usedforsecurity=False)
    buffer = memoryview(bytearray(BLOCK))
    for node in walk(root):
        md5.update(node.name)
        if not node.is_folder:
            _feed(node.real, node.path, md5.update, buffer, watch)
    return md5.hexdigest()


def _tree_digest(root: str, algorithm: str, watch: Watch | None) -> str:
    buffer = memoryview(bytearray(BLOCK))
    if _is_folder(root):
        prefix = len(root.rstrip(os.sep)) + 1
        files = [
            (utf8(node.path[prefix:].replace(os.sep, "/"), node.path), node.real, node.path)
            for node in walk(root, skip=is_junk, order=str)
            if not node.is_folder
        ]
    else:
        files = [(utf8(Path(root).name, root), root, root)]
    manifest = hashlib.new(algorithm, usedforsecurity=False)
    for name, real, path in sorted(files):
        file_digest, size = _file_digest(real, path, algorithm, buffer, watch)
        manifest.update(b"%b %d %b\0" % (file_digest.encode(), size, name))
    return manifest.hexdigest()


def _file_digest(
    real: str, path: str, algorithm: str, buffer: memoryview, watch: Watch | None
) -> tuple[str, int]:
    state = hashlib.new(algorithm, usedforsecurity=False)
    size = _feed(real, path, state.update, buffer, watch)
    return state.hexdigest(), size


def _feed(
    real: str, path: str, update: Callable[[Block], None], buffer: memoryview, watch: Watch | None
) -> int:
    """Pass the content of the file `real` to `update`; returns its size in bytes."""
    total = 0
    try:
        descriptor = os.open(real, _FLAGS)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UndefinedTreeError(path, "is not a regular file", "declare a file")
            for block in _blocks(descriptor, status.st_size, buffer):
                if watch is not None and not total:
                    watch(path, block)
                update(block)
                total += len(block)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unreadable(path, error) from error
    if status.st_size != total:
        raise UndefinedTreeError(path, "changed while it was read", "wait until it is written")
    return total


def _blocks(descriptor: int, size: int, buffer: memoryview) -> Iterator[Block]:
    if size < _SMALL:
        # One byte more than the file had tells that it grew; two calls fewer than readinto.
        yield os.read(descriptor, size + 1)
        return
    with FileIO(descriptor, closefd=False) as file:
        while count := file.readinto(buffer):
            yield buffer[:count]
