"""The config files that stand for experiments: one experiment, one file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import msgspec

from repro_check.project.configs import is_experiment_config
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.project import Project
from repro_check.rules.experiment_names import named
from repro_check.sources.kinds import Role

_BY_OPTION = frozenset({LoaderKind.YAML, LoaderKind.OMEGACONF, LoaderKind.RUAMEL})
_GROUPS = frozenset({"experiment", "experiments", "exp"})


class ExperimentFile(msgspec.Struct, frozen=True):
    """A config file that stands for an experiment.

    Attributes:
        loader: what reads it.
        runs: how messages name what is run with it.
    """

    path: str
    loader: Loader
    runs: str


def experiment_files(project: Project) -> tuple[ExperimentFile, ...]:
    """The files that describe one experiment each, in the order of paths.

    Of Hydra these are the options of the experiment group, and the primary config where there is none;
    of other loaders the file that is read, where it is one, and the configs that an option may name.
    """
    if not project.experiments.loaders.every:
        return ()
    found: dict[str, ExperimentFile] = {}
    for experiment in project.experiments.every:
        path = _file(project, experiment)
        config = project.configs.get(path) if path else None
        if config is not None and config.role is Role.PRODUCT:
            runs = f"`{experiment.entry}`" if experiment.files else named(experiment)
            made = ExperimentFile(config.path, experiment.loader, runs)
            found.setdefault(config.path, made)
    for made in _optional(project):
        found.setdefault(made.path, made)
    return tuple(found[path] for path in sorted(found))


def _optional(project: Project) -> Iterator[ExperimentFile]:
    """The files in config folders that only an option of one loader can name."""
    loaders = project.experiments.loaders
    if not any(loader.options and loader.kind in _BY_OPTION for loader in loaders.every):
        return
    for config in project.configs.readable(Role.PRODUCT):
        if is_experiment_config(config):
            readers = loaders.of(config.path)
            for loader in readers.possible if len(readers.possible) == 1 else ():
                if loader.options and loader.kind in _BY_OPTION:
                    yield ExperimentFile(config.path, loader, f"`{loader.path}`")


def _file(project: Project, experiment: Experiment) -> str | None:
    if experiment.kind is LoaderKind.ARGPARSE:
        return None
    if not experiment.loader.is_hydra:
        return experiment.files[0] if len(experiment.files) == 1 else None
    folder = experiment.loader.folder
    if folder is None:
        return None
    for given in experiment.overrides:
        group, _, option = given.text.lstrip("+").partition("=")
        if group in _GROUPS:
            return _existing(project, folder, f"{group}/{option}")
    return _existing(project, folder, experiment.config or "")


def _existing(project: Project, folder: str, name: str) -> str | None:
    for suffix in (".yaml", ".yml", ""):
        path = posixpath.join(folder, name.removesuffix(".yaml") + suffix)
        if path in project.configs.paths:
            return path
    return None
