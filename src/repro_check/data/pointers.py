"""Files that stand in for content kept elsewhere: git-lfs and git-annex pointers.

Sources: github.com/git-lfs/git-lfs/blob/main/docs/spec.md (a pointer is shorter than 1024 bytes
and begins with the version line) and git-annex.branchable.com/internals/pointer_file (a link into
`.git/annex/objects`, or in an unlocked tree a small file that names the key).
"""

from __future__ import annotations

import enum
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def is_annex_link(target: str) -> bool:
    """Whether a link to this target leads into the object store of git-annex."""
    return "/annex/objects/" in target.replace("\\", "/")


def pointer_at(path: str) -> Pointer | None:
    """The kind of pointer at a path; a link to annexed content that is present is none."""
    try:
        if Path(path).is_symlink():
            is_absent = is_annex_link(str(Path(path).readlink())) and not Path(path).exists()
            return Pointer.ANNEX if is_absent else None
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            return None
        with Path(path).open("rb") as file:
            return pointer_in(file.read(LARGEST + 1))
    except OSError:
        return None


def find_pointers(root: Path) -> Iterator[tuple[str, Pointer]]:
    """The pointers at or below `root`, as relative POSIX paths ("." for the root itself)."""
    if not root.is_dir():
        kind = pointer_at(str(root))
        if kind:
            yield ".", kind
        return
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            kind = pointer_at(f"{folder}{os.sep}{name}")
            if kind:
                yield Path(folder, name).relative_to(root).as_posix(), kind
