"""The manifest of a directory: what is in it, one entry a file, in the order of its walk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from repro_check.runtime.files import new_hash


class Entry(NamedTuple):
    """One line of a manifest.

    Attributes:
        path: relative to the directory, POSIX. A manifest of a single file has one entry, whose
            path is the file's name. That of an empty folder (only the md5 recursion counts them)
            ends with a slash.
        size: in bytes; 0 for an empty folder.
        digest: of the content, hexadecimal; "" for an empty folder.
    """

    path: str
    size: int
    digest: str


def fold_tree(entries: Iterable[Entry], file_hash: str) -> str:
    """The tree digest of a manifest, with its prefix (`tree:sha256:<hex>`).

    Each file adds the record `<hexadecimal digest> <size> <POSIX path>` closed by a zero byte.

    Args:
        entries: files in the order of their UTF-8 paths.
        file_hash: the hash of the files and of the manifest.
    """
    manifest = new_hash(file_hash)
    for path, size, digest in entries:
        manifest.update(f"{digest} {size} {path}\0".encode())
    return f"tree:{file_hash}:{manifest.hexdigest()}"
