"""Where a version can be looked up that a conda-style `pip freeze` lost."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.deps.freeze.choosing import conda_environments
from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.installed import Installed
from repro_check.deps.freeze.repairing import Known
from repro_check.sources.requirement_item import normal_name
from repro_check.text import pattern

# `  - numpy=1.24.3=py311_0`, as `conda env export` writes it, and `  - numpy==1.24.3` below `pip:`
_EXPORTED = pattern(
    r"^\s*-\s*['\"]?(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_.-]+)={1,2}(?P<version>\d[\w.!+]*)"
)


def known_versions(folder: Folder, installed: Installed | None) -> tuple[Known, ...]:
    """The environment that is active, then the conda environments that stand in the folder."""
    found = [Known(f"the environment {installed.label}", installed.versions)] if installed else []
    of_conda = conda_environments(folder)
    found += [Known(name, dict(_exported(folder.text(name) or ""))) for name in of_conda]
    return tuple(found)


def _exported(text: str) -> Iterator[tuple[str, str]]:
    for line in text.split("\n"):
        if len(line) < 500 and (match := _EXPORTED.match(line)):
            yield normal_name(match["name"]), match["version"]
