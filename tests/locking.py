"""Locks made by the real tools from tiny wheels, without a network."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

WHEELS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("alpha", "1.0", ("beta>=1", "gamma; sys_platform == 'win32'")),
    ("alpha", "2.0", ("beta>=2", "gamma; sys_platform == 'win32'")),
    ("beta", "1.5", ()),
    ("beta", "2.1", ("delta",)),
    ("gamma", "0.3", ()),
    ("delta", "4.0", ("epsilon; extra == 'speed'",)),
    ("epsilon", "5.0.post1", ()),
    ("zeta.tools", "0.1", ("delta[speed]",)),
)


def make_wheel(folder: Path, name: str, version: str, requires: Iterable[str] = ()) -> Path:
    """A wheel of one empty module."""
    stem = f"{name.replace('-', '_').replace('.', '_')}-{version}"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: >=3.8"]
    metadata += [f"Requires-Dist: {one}" for one in requires]
    extras = {one.split("extra == ")[1].strip("'") for one in requires if "extra ==" in one}
    metadata += [f"Provides-Extra: {extra}" for extra in sorted(extras)]
    files = {
        f"{stem.partition('-')[0]}.py": "",
        f"{stem}.dist-info/METADATA": "\n".join(metadata) + "\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items())
    files[f"{stem}.dist-info/RECORD"] = record + f"{stem}.dist-info/RECORD,,\n"
    path = folder / f"{stem}-py3-none-any.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(zipfile.ZipInfo(inside, (2024, 1, 1, 0, 0, 0)), text)
    return path


def wheel_house(folder: Path) -> Path:
    """A folder with all of `WHEELS`."""
    for name, version, requires in WHEELS:
        make_wheel(folder, name, version, requires)
    return folder


def run_tool(tool: str, *words: str, at: Path, house: Path) -> str:
    """What a tool prints; the test is skipped where it is not installed.

    Args:
        tool: its command.
        words: its arguments.
        at: the folder in which it runs.
        house: where it finds wheels.
    """
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed")
    home = house.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "UV_FIND_LINKS": str(house),
        "UV_PYTHON": sys.executable,
        "UV_NO_CONFIG": "1",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(house),
        "PIP_CONFIG_FILE": os.devnull,
        "PIPENV_IGNORE_VIRTUALENVS": "1",
        "PIPENV_PYTHON": sys.executable,
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        [found, *words],
        cwd=at,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{tool} {' '.join(words)}: {done.stdout}\n{done.stderr}"
    return done.stdout


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
