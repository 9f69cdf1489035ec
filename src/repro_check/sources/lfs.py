"""Pointers of git-lfs, and the contents behind them (github.com/git-lfs/git-lfs/blob/main/docs/spec.md)."""

from __future__ import annotations

import os
import re
from pathlib import Path

from repro_check.text import pattern

_HEAD = b"version https://git-lfs.github.com/spec/v"
_LARGEST = 1024
_DIGEST = pattern(r"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def is_pointer(data: bytes) -> bool:
    """Whether a content is a pointer."""
    return len(data) < _LARGEST and data.startswith(_HEAD)


def is_behind(data: bytes, pointer: bytes) -> bool:
    """Whether what is staged is a pointer that stands for a content."""
    if not is_pointer(pointer):
        return False
    from hashlib import sha256

    return sha256(data).hexdigest() == _digest(pointer)


def content_behind(pointer: bytes, git_folder: Path, *, limit: int) -> bytes | None:
    """The content that git-lfs keeps for a pointer; None if it is not here, too large or damaged.

    Args:
        pointer: that is staged.
        git_folder: of the repository.
        limit: how many bytes are read at most.
    """
    digest = _digest(pointer)
    if not digest:
        return None
    place = git_folder / "lfs" / "objects" / digest[:2] / digest[2:4] / digest
    try:
        with open(os.open(place, os.O_RDONLY | _NO_FOLLOW), "rb") as stream:
            data = stream.read(limit + 1)
    except OSError:
        return None
    return data if len(data) <= limit and is_behind(data, pointer) else None


def _digest(pointer: bytes) -> str:
    found = _DIGEST.search(pointer.decode("ascii", "replace"))
    return found[1] if found else ""
