"""Files that operating systems and editors drop into folders, and that are never data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = frozenset({".DS_Store", "Thumbs.db", ".ipynb_checkpoints"})


def is_junk(path: str) -> bool:
    """Whether a file or folder is junk by its name: `.DS_Store`, `._x`, `Thumbs.db` and so on.

    Args:
        path: a name, or a POSIX path.
    """
    name = path[path.rfind("/") + 1 :]
    return name[:2] == "._" or name in NAMES


def find_junk(root: str, *, limit: int = 20) -> tuple[str, ...]:
    """The first `limit` junk entries under `root`, as sorted relative POSIX paths."""
    return tuple(sorted(path for path, _ in zip(_junk_under(root), range(limit), strict=False)))


def _junk_under(root: str) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        for name in sorted(filter(is_junk, folders + files)):
            yield Path(folder, name).relative_to(root).as_posix()
        folders[:] = sorted(name for name in folders if not is_junk(name))
