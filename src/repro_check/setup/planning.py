"""Decide what a project lacks to use repro-check."""

from __future__ import annotations

from pathlib import Path

from repro_check import __version__
from repro_check.settings.loading import OWN_FILE
from repro_check.setup.files import read_text
from repro_check.setup.hooks_merge import add_hooks, uninstalled_types
from repro_check.setup.model import FileChange
from repro_check.setup.settings_table import PYPROJECT, add_settings_table, settings_file
from repro_check.setup.workflow import WORKFLOW, workflow
from repro_check.setup.yaml_nodes import CONFIG


def plan(root: Path, *, version: str = __version__) -> tuple[FileChange, ...]:
    """The files to write in the repository at `root`; none when all is set up already.

    Nothing is written; see `apply`.

    Raises:
        ReproCheckError: a file cannot be read, is not what its name says, or cannot be extended.
    """
    found = (_settings(root), _hooks(root, version), _workflow(root, version))
    return tuple(change for change in found if change and change.new != change.old)


def _settings(root: Path) -> FileChange | None:
    if read_text(root, OWN_FILE) is not None:
        return None
    note = "every setting with its default and its meaning"
    old = read_text(root, PYPROJECT)
    if old is None:
        return FileChange(OWN_FILE, None, settings_file(), note)
    return FileChange(PYPROJECT, old, add_settings_table(old), note)


def _hooks(root: Path, version: str) -> FileChange:
    old = read_text(root, CONFIG)
    new = add_hooks(old or "", version)
    note = "checks before each commit, on its message, and before each push"
    command = "pre-commit install"
    if missing := uninstalled_types(new):
        command += "".join(f" --hook-type {name}" for name in ("pre-commit", *missing))
    return FileChange(CONFIG, old, new, f"{note}; then run `{command}`")


def _workflow(root: Path, version: str) -> FileChange | None:
    if read_text(root, WORKFLOW) is not None:
        return None
    return FileChange(WORKFLOW, None, workflow(version), "the same check on GitHub")
