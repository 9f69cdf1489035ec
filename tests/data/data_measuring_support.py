"""Definitions of the digests as plain as can be, and what may happen to the files of a folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from repro_check.data import Algorithm
from repro_check.data.hashing.index import RACY_NS
from repro_check.runtime.junk import is_junk

WINDOW_NS = 20_000_000
"""Younger files are read again; longer than a tick of the kernel's clock, and soon over."""

ALGORITHMS = [
    Algorithm.MD5,
    Algorithm.TREE_MD5,
    Algorithm.TREE_SHA256,
    Algorithm.TREE_BLAKE3,
    Algorithm.DVC,
]


def soon() -> int:
    return time.time_ns() + RACY_NS - WINDOW_NS


def wait() -> None:
    """Until what was written last is old enough to be remembered."""
    time.sleep(1.5 * WINDOW_NS / 1e9)


# The definitions, as plainly as they can be written down.


def md5_from_scratch(folder: Path, state=None):
    state = state or hashlib.md5()
    for path in sorted(folder.iterdir(), key=lambda path: str(path).lower()):
        state.update(path.name.encode())
        if path.is_file():
            state.update(path.read_bytes())
        elif path.is_dir():
            md5_from_scratch(path, state)
    return state


def files_of(folder: Path, *, through_links: bool) -> Iterator[tuple[str, bytes]]:
    """The files; `tree:*` follows links to folders (a circle has no digest), DVC does not."""
    walk = os.walk(folder, followlinks=through_links)
    paths = (Path(inner) / name for inner, _folders, names in walk for name in names)
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix()):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def tree_from_scratch(folder: Path, name: str) -> str:
    blake3 = pytest.importorskip("blake3").blake3
    new = blake3 if name == "blake3" else getattr(hashlib, name)
    whole = new(b"")
    for path, content in files_of(folder, through_links=True):
        if not any(map(is_junk, path.split("/"))):
            whole.update(f"{new(content).hexdigest()} {len(content)} {path}\0".encode())
    return f"tree:{name}:{whole.hexdigest()}"


def dvc_from_scratch(folder: Path) -> str:
    records = [
        {"md5": hashlib.md5(content).hexdigest(), "relpath": path}
        for path, content in files_of(folder, through_links=False)
    ]
    return hashlib.md5(json.dumps(records).encode()).hexdigest() + ".dir"


def from_scratch(folder: Path, algorithm: Algorithm) -> str:
    if algorithm is Algorithm.MD5:
        return md5_from_scratch(folder).hexdigest()
    if algorithm is Algorithm.DVC:
        return dvc_from_scratch(folder)
    return tree_from_scratch(folder, algorithm.value.removeprefix("tree:"))


# What may happen to a file. Each takes the folder, a file in it and a number.


def change_at_the_same_size(_folder: Path, file: Path, number: int) -> None:
    content = bytearray(file.read_bytes() or b"")
    if content:
        content[number % len(content)] ^= 1
        file.write_bytes(content)


def change_at_the_same_size_and_time(folder: Path, file: Path, number: int) -> None:
    status = file.stat()
    change_at_the_same_size(folder, file, number)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def grow(_folder: Path, file: Path, number: int) -> None:
    with file.open("ab") as stream:
        stream.write(b"x" * (1 + number % 3))


def empty(_folder: Path, file: Path, _number: int) -> None:
    file.write_bytes(b"")


def remove(_folder: Path, file: Path, _number: int) -> None:
    file.unlink()


def add(folder: Path, _file: Path, number: int) -> None:
    below = folder / ["", "sub", "zz/deep"][number % 3]
    below.mkdir(parents=True, exist_ok=True)
    (below / f"n{number}").write_bytes(b"n" * (number % 4))


def add_an_empty_folder(folder: Path, _file: Path, number: int) -> None:
    (folder / f"e{number}").mkdir(exist_ok=True)


def add_junk(_folder: Path, file: Path, _number: int) -> None:
    (file.parent / ".DS_Store").write_bytes(b"j")


def rename(_folder: Path, file: Path, number: int) -> None:
    file.rename(file.with_name(f"{file.name}{number % 3}"))


def rename_in_another_case(_folder: Path, file: Path, _number: int) -> None:
    if not file.with_name(file.name.swapcase()).exists():
        file.rename(file.with_name(file.name.swapcase()))


def move_to_the_top(folder: Path, file: Path, _number: int) -> None:
    if not (folder / file.name).exists():
        file.rename(folder / file.name)


def touch(_folder: Path, file: Path, number: int) -> None:
    os.utime(file, ns=(number, number))


def change_the_mode(_folder: Path, file: Path, number: int) -> None:
    file.chmod(0o600 + number % 64)


def swap_with_another(folder: Path, file: Path, number: int) -> None:
    others = sorted(path for path in folder.rglob("*") if path.is_file())
    other = others[number % len(others)]
    if other != file:
        file.rename(folder / "swap")
        other.rename(file)
        (folder / "swap").rename(other)


def replace_by_a_copy(_folder: Path, file: Path, _number: int) -> None:
    shutil.copy2(file, f"{file}.copy")
    Path(f"{file}.copy").replace(file)


def move_a_byte_from_the_content_into_the_name(_folder: Path, file: Path, _number: int) -> None:
    content = file.read_bytes()
    name = file.name + content[:1].decode("ascii", "replace")
    if name.isalnum() and not file.with_name(name).exists():
        file.write_bytes(content[1:])
        file.rename(file.with_name(name))


def move_a_byte_from_the_name_into_the_content(_folder: Path, file: Path, _number: int) -> None:
    name, last = file.name[:-1], file.name[-1:]
    if name.strip(".") and not file.with_name(name).exists():
        file.write_bytes(last.encode() + file.read_bytes())
        file.rename(file.with_name(name))


def turn_a_file_into_a_folder_with_the_same_stream(_folder: Path, file: Path, _number: int) -> None:
    content = file.read_bytes()
    if content and content.decode("ascii", "replace").isalnum() and len(content) < 200:
        file.unlink()
        file.mkdir()
        (file / content.decode()).write_bytes(b"")


def turn_into_a_link(folder: Path, file: Path, number: int) -> None:
    others = sorted(path for path in folder.rglob("*") if path.is_file() and path != file)
    if others:
        other = others[number % len(others)].resolve()
        if other != file.resolve():
            file.unlink()
            file.symlink_to(os.path.relpath(other, file.parent))


EDITS = [
    *(change_at_the_same_size, change_at_the_same_size_and_time, grow, empty, remove, add),
    *(add_an_empty_folder, add_junk, rename, rename_in_another_case, move_to_the_top, touch),
    *(change_the_mode, swap_with_another, replace_by_a_copy, turn_into_a_link),
    move_a_byte_from_the_content_into_the_name,
    move_a_byte_from_the_name_into_the_content,
    turn_a_file_into_a_folder_with_the_same_stream,
]
SAME_STREAM = [
    move_a_byte_from_the_content_into_the_name,
    move_a_byte_from_the_name_into_the_content,
    turn_a_file_into_a_folder_with_the_same_stream,
]


START = {"a": b"1", "ab": b"", "B": b"22", "sub/c": b"333", "sub/d": b"333", "zz/x": b"q"}


def make(folder: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder
