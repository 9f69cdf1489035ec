"""Repositories to freeze, and an index of tiny wheels that the real tools take for the only one."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from commanding import Done, repro_check
from locking import make_wheel

WHEELS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("rc-alpha", "1.0", ("rc-beta>=1",)),
    ("rc-alpha", "1.1", ("rc-beta>=1",)),
    ("rc-alpha", "2.0", ("rc-beta>=1",)),
    ("rc-beta", "1.0", ()),
    ("rc-beta", "1.5", ()),
    ("rc-gamma", "1.0", ("rc-beta<1.2", "rc-delta; extra == 'fast'")),
    ("rc-delta", "3.0", ()),
    ("rc-windows", "1.0", ()),
)


def installed(program: str) -> str:
    """The path of a program; the test is skipped where it is not installed."""
    found = shutil.which(program) or shutil.which(program, path=Path(sys.executable).parent)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def wheels(folder: Path) -> Path:
    """A folder with all of `WHEELS`."""
    for name, version, requires in WHEELS:
        make_wheel(folder, name, version, requires)
    return folder


def surroundings(tmp_path: Path, *programs: str) -> dict[str, str]:
    """Variables with which the tools see the wheels of `tmp_path` and nothing else.

    Args:
        tmp_path: where everything lies.
        programs: tools that the test needs; they come first on the PATH.
    """
    house = tmp_path / "house"
    if not house.exists():
        wheels(house)
    places = [str(Path(installed(program)).parent) for program in programs]
    return {
        "PATH": os.pathsep.join([*places, os.environ["PATH"]]),
        "HOME": str(tmp_path / "home"),
        "VIRTUAL_ENV": "",
        "CONDA_PREFIX": "",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(house),
        "PIP_TOOLS_CACHE_DIR": str(tmp_path / "cache" / "pip-tools"),
        "PIP_CACHE_DIR": str(tmp_path / "cache" / "pip"),
        "UV_NO_CONFIG": "1",
        "UV_OFFLINE": "1",
        "UV_FIND_LINKS": str(house),
        "UV_CACHE_DIR": str(tmp_path / "cache" / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PYTHON": sys.executable,
        "POETRY_CACHE_DIR": str(tmp_path / "cache" / "poetry"),
        "PDM_CACHE_DIR": str(tmp_path / "cache" / "pdm"),
    }


def freeze(root: Path, *words: str, tmp_path: Path, **more: str) -> Done:
    """Run `repro-check deps freeze` with pip-tools and uv at hand."""
    env = {**surroundings(tmp_path, "pip-compile", "uv"), **more}
    return repro_check("deps", "freeze", *words, cwd=root, env=env)


def installs(requirements: Path, tmp_path: Path) -> str:
    """What pip would install, if it takes the file with all its hashes."""
    done = subprocess.run(
        (
            *(sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"),
            *("--require-hashes", "--no-index", "--no-deps", "-r", str(requirements)),
        ),
        cwd=requirements.parent,
        env={**os.environ, **surroundings(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pins(text: str) -> dict[str, str]:
    """The versions that a frozen file pins."""
    lines = (line.split(" ")[0] for line in text.splitlines() if line[:1].isalpha())
    return dict(line.split("==") for line in lines if "==" in line)


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        pass


@contextmanager
def index(tmp_path: Path) -> Iterator[str]:
    """A package index (PEP 503) on loopback that holds the wheels; gives its URL."""
    house, root = wheels(tmp_path / "house"), tmp_path / "index"
    links: dict[str, list[str]] = {}
    for wheel in sorted(house.iterdir()):
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        name = wheel.name.partition("-")[0].replace("_", "-")
        links.setdefault(name, []).append(
            f'<a href="{wheel.name}#sha256={digest}">{wheel.name}</a>'
        )
        (root / "simple" / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(wheel, root / "simple" / name)
    for name, lines in links.items():
        page = f"<!DOCTYPE html><html><body>{'<br>'.join(lines)}</body></html>"
        (root / "simple" / name / "index.html").write_text(page)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple/"
    finally:
        server.shutdown()
        server.server_close()
