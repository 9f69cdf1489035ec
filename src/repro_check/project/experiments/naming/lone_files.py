"""A config file that no command names, as an experiment of the program that may read it."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import TYPE_CHECKING

from repro_check.errors import UsageError
from repro_check.findings import Span
from repro_check.project.configs import is_experiment_config
from repro_check.project.experiments.effective import Origin
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.naming.meant import stem
from repro_check.project.experiments.naming.nearest import shared_depth
from repro_check.sources.kinds import Role
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.project import Project

_TRAINS = pattern(r"train|^main\.py$")
# they read data as well as configs
_ANYTHING = frozenset({LoaderKind.YAML, LoaderKind.JSON, LoaderKind.TOML})


def lone_experiment(project: Project, path: str) -> Experiment | None:
    """The experiment that a program would run with just this file; None if it is no config.

    Args:
        project: the repository.
        path: from the root.

    Raises:
        UsageError: it is a config, and Hydra makes it a part of others, or no code may read it.
    """
    if not _is_config(project, path):
        return None
    readers = project.experiments.loaders.of(path)
    every = (*readers.sure, *readers.possible)
    plain = [loader for loader in every if not loader.is_hydra]
    if not plain:
        raise _no_experiment(path, every)
    entries = {entry.path for entry in project.entries}
    loader = min(
        plain,
        key=lambda one: (
            one.kind in _ANYTHING,
            one.path not in entries,
            -shared_depth(one.path, path),
            not _TRAINS.search(posixpath.basename(one.path)),
        ),
    )
    return Experiment(
        name=path,
        entry=loader.path,
        kind=loader.kind,
        loader=loader,
        origin=Origin(path, Span(1, 1, 1, 1)),
        files=(path,),
        is_whole=loader in readers.sure,
    )


def lone_path(project: Project, name: str) -> str | None:
    """The only config file of a name without folder and suffix; None for none or several."""
    found = [
        file.path
        for file in project.configs.readable(Role.PRODUCT)
        if stem(posixpath.basename(file.path)) == name and is_experiment_config(file)
    ]
    return found[0] if len(found) == 1 else None


def _is_config(project: Project, path: str) -> bool:
    if path in project.configs.paths:
        return True
    file = project.python.get(path)
    return file is not None and project.experiments.python_configs.is_config(file)


def _no_experiment(path: str, readers: Sequence[Loader]) -> UsageError:
    for loader in readers:
        folder, option = posixpath.split(stem(path))
        group = posixpath.relpath(folder or ".", loader.folder or ".")
        if loader.folder is not None and not group.startswith("."):
            return UsageError(
                f"`{path}` alone is no experiment: Hydra composes it with others",
                fix=f"Choose it in one: `repro-check config show NAME -- {group}={option}`.",
            )
    return UsageError(
        f"`{path}` is no experiment: nothing here is known to read it",
        fix="`repro-check config list` shows what is known.",
    )
