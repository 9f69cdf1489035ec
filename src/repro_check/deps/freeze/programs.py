"""Where the tools are on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from repro_check.deps.freeze.model import Way
from repro_check.errors import ReproCheckError

_INSTALL = {
    "pip-compile": "`pip install 'repro-check-hooks[freeze]'` or `pipx install pip-tools`",
    "uv": "`pip install 'repro-check-hooks[freeze]'` or `pipx install uv`",
    "poetry": "`pipx install poetry`",
    "pdm": "`pipx install pdm`",
    "conda-lock": "`pipx install conda-lock`, beside conda, mamba or micromamba",
    "pixi": "what https://pixi.sh says",
}


def find_program(name: str, root: Path) -> str | None:
    """The path of a program on the PATH or beside this Python; None if there is none.

    A program that lies in the repository itself is not taken, unless in a virtual environment: nobody
    expects that freezing runs the repository's code.
    """
    import shutil

    folders = [*os.get_exec_path(), str(Path(sys.executable).parent)]
    for folder in folders:
        place = Path(folder)
        if not place.is_absolute() or not (found := shutil.which(name, path=folder)):
            continue
        is_ours = Path(found).absolute().is_relative_to(root)
        if not is_ours or (place.parent / "pyvenv.cfg").is_file():
            return found
    return None


def program_for(way: Way, root: Path, *, is_asked: bool) -> tuple[Way, str]:
    """The way that can be gone on this machine, and the program for it.

    Where pip-tools is missing and was not asked for, uv compiles the same kind of file.

    Args:
        way: how to freeze.
        root: the repository.
        is_asked: whether the user or the repository wants this tool and no other.

    Raises:
        ReproCheckError: the program is not installed.
    """
    if found := find_program(way.program, root):
        return way, found
    if way is Way.PIP_COMPILE and not is_asked and (found := find_program("uv", root)):
        return Way.UV_COMPILE, found
    raise ReproCheckError(
        f"`{way.program}` is not installed, and `{way.value}` is what would freeze this folder",
        fix=f"Install it with {_INSTALL[way.program]}; or choose another one with `--tool`.",
    )
