"""A copy of what the tools read, so that they touch nothing of the user's."""

from __future__ import annotations

import posixpath
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from repro_check.deps.freeze.folder import Folder
from repro_check.errors import ReproCheckError
from repro_check.text import pattern

# of a workspace, the other members count too; code that builds is never among them
_MANIFESTS = pattern(
    r"(?:.*/)?(?:pyproject\.toml|setup\.cfg|uv\.(?:toml|lock)|poetry\.(?:toml|lock)|pdm\.(?:toml|lock)|"
    r"pixi\.(?:toml|lock)|conda-lock\.yml|\.python-versions?|[\w.-]*requirements[\w.-]*\.(?:txt|in)|"
    r"(?:conda[-_.]?)?env(?:ironment)?[\w.-]*\.ya?ml|README(?:\.md|\.rst|\.txt)?|LICEN[CS]E\S*)"
)


@contextmanager
def workplace() -> Iterator[Path]:
    """A fresh folder, with its links resolved, which is gone at the end, also after Ctrl-C."""
    folder = Path(tempfile.mkdtemp(prefix="repro-check-freeze-")).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def copy_manifests(folder: Folder, paths: Iterable[str], to: Path) -> None:
    """Copy what declares dependencies, each file to its place; of code nothing is copied.

    Args:
        folder: gives the root.
        paths: the files of the repository, relative to its root.
        to: the folder that stands for the root.
    """
    top = Folder(folder.root)
    (to / folder.path).mkdir(parents=True, exist_ok=True)
    for path in paths:

        if not (path.endswith(".whl") or _MANIFESTS.fullmatch(path)):
            continue
        try:
            data = top.read(path)
        except ReproCheckError:
            continue  # it is missed only by a tool that needs it, and that says so
        if data is not None:
            put(to, path, data)


def put(root: Path, path: str, data: bytes) -> None:
    """Write one file of the copy.

    Args:
        root: the folder that stands for the root.
        path: relative to the root, inside it.
        data: its content.
    """
    if posixpath.normpath(path).startswith(".."):
        raise ReproCheckError("it lies outside of the repository", where=path)
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
