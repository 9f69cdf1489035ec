"""Where in a tree there are only pointers to content, and by which command it is fetched."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from repro_check.runtime.pointers import LARGEST, Pointer, pointer_in

if TYPE_CHECKING:
    from collections.abc import Iterator


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
