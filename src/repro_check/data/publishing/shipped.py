"""The data that a repository ships: files under git that hold data, by the folder of each data set.

Which these are is told by their names (see `shipped_names`), and of tables by their first line.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from repro_check.data.publishing.shipped_names import folder_of, is_picture

if TYPE_CHECKING:
    from repro_check.sources.discovery import Tree

_OTHER_LANGUAGES = frozenset({"Cargo.toml", "go.mod", "package.json", "pom.xml", "build.gradle"})
"""What makes a folder (but not the top one) a program in which data are tables of its own."""

_MEASURES = frozenset(
    "epoch epochs step steps iteration loss accuracy acc reward episode return seed run lr f1 "
    "auc precision recall experiment".split()
)
"""Words in the head of a table; three of them make it a learning curve or a list of results."""

_FEWEST_PICTURES = 10
_HEAD = 4096
_LFS_LARGEST = 1024
_LFS = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n"
)


class DataFile(msgspec.Struct, frozen=True):
    """A file of data.

    Attributes:
        path: relative to the repository's root.
        size: in bytes; of the content itself where git-lfs left a pointer.
        sha256: hexadecimal digits of the content; "" if it was not read and no pointer names it.
    """

    path: str
    size: int
    sha256: str = ""


class ShippedData(msgspec.Struct, frozen=True):
    """The data files of one data folder, sorted by path."""

    folder: str
    files: tuple[DataFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


def shipped_data(tree: Tree) -> tuple[ShippedData, ...]:
    """The data under git in the product part of a repository, sorted by folder.

    The folder of a data set is the first on the way to it that is called data or the like, or else
    the one that the file lies in. Costs a `stat` a data file.
    """
    programs = tuple(
        f"{folder}/"
        for folder, _, name in (file.path.rpartition("/") for file in tree.files)
        if folder and name in _OTHER_LANGUAGES
    )
    found: dict[str, list[DataFile]] = {}
    inside: dict[str, bool] = {}
    for source in tree.files:
        is_asked = source.is_tracked and not source.path.startswith(programs)
        folder = folder_of(source) if is_asked else None
        if folder is None:
            continue
        parent = source.path.rpartition("/")[0]
        if parent not in inside:
            inside[parent] = _is_inside(tree.root, parent)
        file = _measured(tree.root, source.path) if inside[parent] else None
        if file is not None:
            found.setdefault(folder, []).append(file)
    shipped = ((folder, _without_illustrations(files)) for folder, files in sorted(found.items()))
    return tuple(ShippedData(folder, files) for folder, files in shipped if files)


def _without_illustrations(files: list[DataFile]) -> tuple[DataFile, ...]:
    pictures = sum(is_picture(file.path) for file in files)
    return tuple(
        file for file in files if pictures >= _FEWEST_PICTURES or not is_picture(file.path)
    )


def _is_of_results(head: bytes) -> bool:
    """Whether the first line of a table names what training measures."""
    line = head.partition(b"\n")[0].decode("utf-8", errors="replace").lower()
    return len(_MEASURES.intersection(re.findall(r"[a-z]+\d?", line))) > 2


def _is_inside(root: Path, folder: str) -> bool:
    """Whether a folder still lies in the repository when its links are followed."""
    top, real = os.path.realpath(root), os.path.realpath(root / folder)
    return real == top or real.startswith(top + os.sep)


def _measured(root: Path, path: str) -> DataFile | None:
    """The size of a regular file, or what a pointer of git-lfs says; None for results and the unseen."""
    file = root / path
    try:
        status = os.lstat(file)
        if not stat.S_ISREG(status.st_mode):
            return None
        is_table = path.lower().endswith((".csv", ".tsv"))
        if is_table or status.st_size < _LFS_LARGEST:
            with open(file, "rb") as stream:
                head = stream.read(_HEAD)
            pointer = _LFS.match(head) if status.st_size < _LFS_LARGEST else None
            if pointer:
                return DataFile(path, int(pointer[2]), pointer[1].decode())
            if is_table and _is_of_results(head):
                return None
    except OSError:
        return None
    return DataFile(path, status.st_size)
