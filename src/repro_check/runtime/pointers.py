"""Files that stand in for content kept elsewhere: git-lfs and git-annex pointers.

Sources: github.com/git-lfs/git-lfs/blob/main/docs/spec.md (a pointer is shorter than 1024 bytes
and begins with the version line) and git-annex.branchable.com/internals/pointer_file (a link into
`.git/annex/objects`, or in an unlocked tree a small file that names the key).
"""

from __future__ import annotations

import enum

LARGEST = 32 * 1024
_LFS_LARGEST = 1024
_LFS_HEADS = (
    b"version https://git-lfs.github.com/spec/v",
    b"version https://hawser.github.com/spec/v",
)
_ANNEX_HEAD = b"/annex/objects/"


class Pointer(enum.Enum):
    """What kind of pointer; the value is the command that brings the content."""

    LFS = "git lfs pull"
    ANNEX = "git annex get"


class PointerMet(Exception):  # noqa: N818 - a signal to stop hashing, not a fault
    """A file that was to be hashed is only a pointer; its argument is the path."""


def pointer_in(content: bytes | memoryview) -> Pointer | None:
    """The kind of pointer that a file with this content (or first block) is, if any."""
    if len(content) < _LFS_LARGEST and bytes(content[:64]).startswith(_LFS_HEADS):
        return Pointer.LFS
    if len(content) <= LARGEST and bytes(content[: len(_ANNEX_HEAD)]) == _ANNEX_HEAD:
        return Pointer.ANNEX
    return None


def stop_at_pointer(path: str, block: bytes) -> None:
    """Raise `PointerMet` if the first block of a file says that it is only a pointer."""
    if len(block) <= LARGEST and pointer_in(block):
        raise PointerMet(path)
