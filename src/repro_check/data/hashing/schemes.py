"""What each algorithm hashes: which files, by which hash, in which order, and put together how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from repro_check.data.hashing.digests import Algorithm
from repro_check.runtime.changes import order_of
from repro_check.runtime.hashing import is_folder, with_empty_folders
from repro_check.runtime.junk import is_junk
from repro_check.runtime.manifest import Entry, fold_tree
from repro_check.runtime.trees import Order, UndefinedTreeError, utf8, walk


class Scheme(NamedTuple):
    """How data become a digest.

    Attributes:
        algorithm: its name.
        file_hash: the hash of each file; see `Batch`.
        order: of the files.
        skip: relative paths that do not count, and whether they are folders.
        within: the folder that links may not lead out of; the data's own if "".
        fold: makes the digest of a manifest; None where only the contents in a row make it (the
            md5 recursion) or a folder has none (sha256).
    """

    algorithm: Algorithm
    file_hash: str
    order: Order
    skip: Callable[[str, bool], bool] | None
    within: str
    fold: Callable[[Iterable[Entry]], str] | None


class Item(NamedTuple):
    """One file of a tree: its relative path, and where its content is; "" for an empty folder."""

    path: str
    real: str


def scheme_of(algorithm: Algorithm, *, root: Path, path: Path) -> Scheme:
    """The scheme of an algorithm for the data at `path` in the repository `root`."""
    order = order_of(algorithm.value)
    if algorithm.is_tree:
        file_hash = algorithm.value.removeprefix("tree:")
        return Scheme(
            algorithm,
            file_hash,
            order,
            lambda path, _is_folder: is_junk(path),
            "",
            lambda entries: fold_tree(entries, file_hash),
        )
    if algorithm.is_dvc:
        from repro_check.data.dvc import fold, skipper

        # DVC may have put links into its cache in the place of the files
        file_hash = "md5-dos2unix" if algorithm is Algorithm.DVC_DOS2UNIX else "md5"
        return Scheme(algorithm, file_hash, order, skipper(root, path), str(root), fold)
    return Scheme(algorithm, algorithm.value, order, None, "", None)


def items(path: Path, scheme: Scheme) -> Iterator[Item]:
    """The files that count, in the scheme's order; for the md5 recursion empty folders too.

    Raises:
        UndefinedTreeError: see `runtime.trees.walk`.
    """
    where = str(path)
    if not is_folder(where):
        utf8(path.name, where)
        yield Item(path.name, where)
        return
    if scheme.algorithm is Algorithm.SHA256:
        raise UndefinedTreeError(
            where, "is a directory, and a plain sha256 is for a file only", "use tree:sha256"
        )
    nodes = walk(where, order=scheme.order, skip=scheme.skip, within=scheme.within)
    for path_in_it, real in with_empty_folders(nodes):
        if real or scheme.algorithm is Algorithm.MD5:
            yield Item(path_in_it, real)
