"""Trees of data to measure on, and the plain programs that repro-check is measured beside."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash

IN_FOLDER = 1_000
"""Files of one folder, unless a tree is flat."""


def many_files(root: Path, count: int, size: int, *, in_folder: int = IN_FOLDER) -> Path:
    """Write `count` files of `size` bytes, no two alike; returns the folder."""
    body = random.Random(0).randbytes(size)
    for number in range(count):
        folder = root / f"part_{number // in_folder:04}"
        if number % in_folder == 0:
            folder.mkdir(parents=True)
        name = f"sample_{number:07}"
        Path(folder, name).write_bytes((name.encode() + body)[:size])
    return root


def large_files(root: Path, count: int, size: int) -> Path:
    """Write `count` files of `size` bytes (a multiple of 1 MiB); returns the folder."""
    root.mkdir(parents=True)
    block = random.Random(0).randbytes(1 << 20)
    for number in range(count):
        with Path(root, f"shard_{number}.bin").open("wb") as file:
            file.writelines(place.to_bytes(8, "big") + block[8:] for place in range(size >> 20))
    return root


def walk(root: str) -> None:
    """Look at every file below a folder, and do nothing with what is seen."""
    folders = [root]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)


def reference(root: Path) -> str:
    """The md5 recursion as it is pasted into scripts: pathlib, and 4 KiB at a time."""
    return _update(root, hashlib.md5(usedforsecurity=False)).hexdigest()


def _update(folder: Path, state: _Hash) -> _Hash:
    for path in sorted(folder.iterdir(), key=lambda path: str(path).lower()):
        state.update(path.name.encode())
        if path.is_file():
            with path.open("rb") as file:
                for block in iter(lambda: file.read(4096), b""):
                    state.update(block)
        elif path.is_dir():
            state = _update(path, state)
    return state


def read_all(root: Path) -> None:
    """Read every file of a folder into one buffer, and do nothing with it."""
    buffer = bytearray(1 << 20)
    for path in root.iterdir():
        with path.open("rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def evict(root: Path) -> None:
    """Take the files of a folder out of the page cache, as far as the system does so."""
    for path in root.iterdir():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
