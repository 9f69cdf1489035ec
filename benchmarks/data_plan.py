"""Where data are measured, how much of them, and the repository that declares them."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from data_trees import IN_FOLDER, large_files, many_files
from measure import environment, git, tool

_SETTLED = 2.05
"""Seconds after which a file that was written is no longer racy; see `repro_check.data.hashing.index`."""


class Plan(NamedTuple):
    """What a run measures.

    Attributes:
        scratch: a git repository to work in; everything below `data/` is ignored by git.
        rounds: of each comparison.
        scale: how many of the usual files, and bytes of large ones, are made.
        is_large: whether a million files are measured too.
    """

    scratch: Path
    rounds: int
    scale: float
    is_large: bool

    def count(self, usual: int) -> int:
        """So many files, at this scale."""
        return max(IN_FOLDER, int(usual * self.scale))

    def small(self, usual: int, size: int, *, is_flat: bool = False) -> Path:
        """A tree of many files of `size` bytes; made once."""
        count = self.count(usual)
        root = self.scratch / "data" / f"{'flat' if is_flat else 'small'}_{count}_{size}"
        if not root.exists():
            many_files(root, count, size, in_folder=count if is_flat else IN_FOLDER)
        return root

    def large(self, count: int, size: int) -> Path:
        """A folder of large files; made once."""
        root = self.scratch / "data" / f"large_{count}_{size}"
        if not root.exists():
            large_files(root, count, max(64, int((size >> 20) * self.scale)) << 20)
        return root

    def fresh(self) -> Path:
        """An empty folder for an index."""
        folder = self.scratch / "index"
        shutil.rmtree(folder, ignore_errors=True)
        return folder


class Declared(NamedTuple):
    """A config of one data set in the scratch repository, and the command that checks it."""

    folder: Path
    config: Path
    tree: Path
    algorithm: str

    @property
    def lock(self) -> tuple[str, ...]:
        """The command that records the digest."""
        return self._command("lock", "--algo", self.algorithm)

    @property
    def verify(self) -> tuple[str, ...]:
        """The command that compares."""
        return self._command("verify")

    def _command(self, *words: str) -> tuple[str, ...]:
        return (tool("repro-check") or "", "data", *words, self.config.name)

    def forget(self) -> None:
        """Record nothing and remember nothing."""
        below = self.tree.relative_to(self.folder).as_posix()
        self.config.write_text(f"data:\n  dir: {below}\n  digest:\n", encoding="utf-8")
        shutil.rmtree(self.folder / ".git" / "repro-check", ignore_errors=True)
        Path(self.folder, "repro-data.lock").unlink(missing_ok=True)


def declared(folder: Path, tree: Path, algorithm: str) -> Declared:
    """Declare a tree by a config of its own, with no digest yet."""
    config = folder / f"{tree.name}_{algorithm.replace(':', '_')}.yaml"
    found = Declared(folder, config, tree, algorithm)
    found.forget()
    return found


def repository(folder: Path) -> Path:
    """An empty git repository that keeps data out of git."""
    folder.mkdir(parents=True, exist_ok=True)
    git("init", "--quiet", folder=folder)
    Path(folder, ".gitignore").write_text("/data/\n/index/\n", encoding="utf-8")
    return folder


def run(command: tuple[str, ...], folder: Path) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)


def settle(*before: Callable[[], object]) -> None:
    """Do something to files, and wait until that can no longer hide a change."""
    for function in before:
        function()
    time.sleep(_SETTLED)
