"""DVC's records, read and recomputed without DVC."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from repro_check.data.dvc.digests import Dos2UnixMD5, fold
from repro_check.data.dvc.ignored import IGNORE_FILE, skipper
from repro_check.data.dvc.outs import is_dvc_file, outs
from repro_check.data.dvc.stages import pipeline_of
from repro_check.data.hashing.digests import Algorithm, UndefinedDigest
from repro_check.runtime.files import feed
from repro_check.runtime.manifest import Entry
from repro_check.runtime.trees import UndefinedTreeError, utf8

if TYPE_CHECKING:
    from repro_check.runtime.files import Hash

__all__ = [
    "Dos2UnixMD5",
    "digest_of_dvc",
    "fold",
    "is_dvc_file",
    "outs",
    "pipeline_of",
    "skipper",
]


def digest_of_dvc(path: Path, algorithm: Algorithm, *, root: Path) -> str:
    """The digest that DVC would record for a file or directory.

    Args:
        path: the file or directory.
        algorithm: `DVC`, or `DVC_DOS2UNIX` for a record of DVC before 3.0.
        root: the repository, which no link may leave; DVC's own cache inside of it is fine.

    Returns:
        32 hexadecimal digits, and `.dir` after those of a directory.

    Raises:
        UndefinedDigest: where DVC itself stops (a .dvcignore inside the directory, a link that
            leads nowhere, a name that is not UTF-8, a pipe), a link that leads out of the root,
            and what cannot be read or changes meanwhile.
    """
    try:
        if not path.is_dir():
            return _file(path, algorithm, root)
        files = sorted(_files(path, root))
        return fold(Entry(name, 0, _file(path / name, algorithm, root)) for name in files)
    except UndefinedTreeError as error:
        raise UndefinedDigest(error.reason, where=error.path, fix=error.fix) from error


def _files(folder: Path, root: Path) -> Iterator[str]:
    skip = skipper(root, folder)
    open_folders = [""]
    while open_folders:
        prefix = open_folders.pop()
        with os.scandir(folder / prefix) as found:
            for entry in found:
                name, is_folder = prefix + entry.name, entry.is_dir()
                if skip(name, is_folder):
                    continue
                utf8(name, entry.path)
                if is_folder:
                    open_folders.append(f"{name}/")
                elif entry.name == IGNORE_FILE:
                    raise UndefinedTreeError(
                        entry.path,
                        "lies inside of the directory, where DVC refuses it",
                        "move its lines to the .dvcignore of a folder above",
                    )
                else:
                    yield name


def _file(path: Path, algorithm: Algorithm, root: Path) -> str:
    real = os.path.realpath(path)
    if path.is_symlink() and not Path(real).is_relative_to(os.path.realpath(root)):
        raise UndefinedTreeError(
            str(path), "is a link that leads out of the repository", "put the file itself there"
        )
    is_dos = algorithm is Algorithm.DVC_DOS2UNIX
    state: Hash = Dos2UnixMD5() if is_dos else hashlib.md5(usedforsecurity=False)
    feed(real, state.update, path=str(path))
    return state.hexdigest()
