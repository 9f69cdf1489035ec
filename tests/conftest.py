"""Builders that every test may use: real repositories in temporary folders."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

# pip-tools, uv, Poetry and others, which `make test` installs; behind all else, for it has a Python too
os.environ["PATH"] += f"{os.pathsep}{Path(sys.prefix) / 'tools' / 'bin'}"

# a shell that starts tests in the background has them ignore Ctrl-C, and all that they start
signal.signal(signal.SIGINT, signal.default_int_handler)

Files = Mapping[str, str | bytes]
IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


class Repo:
    """A git repository in a temporary folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--template=", "--initial-branch=main")

    def write(self, files: Files) -> Repo:
        """Write files, without staging them."""
        for path, content in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            data = content.encode() if isinstance(content, str) else content
            file.write_bytes(data)
        return self

    def commit(self, message: str = "Add the experiment", *, files: Files | None = None) -> str:
        """Stage everything and commit it without hooks; returns the commit's hash."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments: str, check: bool = True) -> str:
        """Run git here and return what it printed."""
        done = subprocess.run(
            ("git", "-c", "core.autocrlf=false", *arguments),
            cwd=self.root,
            env=clean_environment() | IDENTITY,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"git {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def text(self, path: str) -> str:
        """The text of a file in the work tree."""
        return (self.root / path).read_text("utf-8")


def clean_environment() -> dict[str, str]:
    """The environment without what a surrounding git or a user's settings would bring in."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "REPRO_CHECK_", "FORCE_COLOR"))
    }
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1"}


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[..., Repo]:
    """Make a repository: `make_repo({"train.py": "..."})`; committed unless `commit=False`."""
    count = 0

    def make(files: Files | None = None, *, commit: bool = True) -> Repo:
        nonlocal count
        count += 1
        repo = Repo(tmp_path / f"repo{count}")
        repo.write(files or {})
        if commit and files:
            repo.commit()
        return repo

    return make
