"""The digests that a configuration may record, with errors for people.

The hashing itself is `repro_check.runtime.hashing`, which training code shares; its module text
describes the algorithms and their weaknesses.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING

from repro_check.errors import ReproCheckError
from repro_check.runtime.hashing import digest
from repro_check.runtime.trees import UndefinedTreeError
from repro_check.runtime.verification import parse_digest

if TYPE_CHECKING:
    from pathlib import Path

    from repro_check.runtime.files import Watch


class Algorithm(str, enum.Enum):
    """How data become a digest."""

    MD5 = "md5"
    SHA256 = "sha256"
    TREE_MD5 = "tree:md5"
    TREE_SHA256 = "tree:sha256"
    TREE_BLAKE3 = "tree:blake3"
    DVC = "dvc"
    DVC_DOS2UNIX = "dvc:md5-dos2unix"

    @property
    def is_tree(self) -> bool:
        """Whether it hashes a manifest, so that junk files do not count."""
        return self.value.startswith("tree:")

    @property
    def is_dvc(self) -> bool:
        """Whether DVC defines it: the MD5 of a file, or of the JSON that lists a directory."""
        return self.value.startswith("dvc")


class UndefinedDigest(ReproCheckError):  # noqa: N818 - it names a state, and callers read it so
    """A tree that has no one digest: it would depend on the machine, or cannot be read.

    Attributes:
        reason: what is wrong with `where`, as the end of a sentence that begins with the path.
    """

    def __init__(self, reason: str, *, where: str, fix: str) -> None:
        self.reason = reason
        super().__init__(f"the digest is undefined: it {reason}", where=where, fix=fix)


def digest_of(path: Path, algorithm: Algorithm, *, watch: Watch | None = None) -> str:
    """The digest of a file or directory, as it is written down.

    Args:
        path: a file or a directory.
        algorithm: `SHA256` is for single files only.
        watch: called with path and first block of every file; may raise to stop the reading.

    Raises:
        UndefinedDigest: names that differ only in case (md5) or are not UTF-8, links that lead
            out, round or nowhere, sockets and devices, what cannot be read or changes meanwhile.
    """
    try:
        return digest(path, algorithm.value, watch=watch)
    except UndefinedTreeError as error:
        raise UndefinedDigest(error.reason, where=error.path, fix=error.fix) from error


def agree(first: str, second: str) -> bool:
    """Whether two digests made by the same algorithm are the same, however they are written."""
    return _digits(first) == _digits(second)


def fault_of(text: str, algorithm: Algorithm) -> str:
    """What keeps a text from being a digest of this kind, as a sentence's end; "" if nothing."""
    digits = text.strip().rpartition(":")[2]
    if algorithm.is_dvc:
        return ""
    needed = 32 if algorithm in {Algorithm.MD5, Algorithm.TREE_MD5} else 64
    if not re.fullmatch("[0-9a-fA-F]*", digits):
        return "it is no digest: only the digits 0 to 9 and a to f may stand in one"
    if len(digits) != needed:
        return f"it is no digest: it has {len(digits)} digits, and {needed} are needed"
    return ""


def _digits(text: str) -> str:
    try:
        return parse_digest(text)[1]
    except ValueError:
        return text.lower()


def md5_reference(path: Path) -> str:
    """The md5 of a directory by the usual recursion over sorted entries, or of a file's content.

    Returns:
        32 hexadecimal digits.

    Raises:
        UndefinedDigest: see `digest_of`.
    """
    return digest_of(path, Algorithm.MD5)


def tree_digest(path: Path, algorithm: Algorithm = Algorithm.TREE_SHA256) -> str:
    """The digest of the sorted manifest (path, size, file digest) of a directory.

    Returns:
        `tree:sha256:<64 digits>` or `tree:md5:<32 digits>`.

    Raises:
        UndefinedDigest: see `digest_of`.
        ValueError: `algorithm` is not a tree digest.
    """
    if not algorithm.is_tree:
        raise ValueError(f"{algorithm.value} is not a tree digest")
    return digest_of(path, algorithm)
