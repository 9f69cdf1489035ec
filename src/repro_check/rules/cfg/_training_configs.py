"""The programs that train from configs, and what these declare."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import msgspec

from repro_check.project.configs import SEED_KEY, is_experiment_config, seed_entries
from repro_check.project.entries import Entry
from repro_check.project.experiments.effective import Effective
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.files import ConfigFile
from repro_check.project.project import Project

# a command that does not fit its config, or a group's option that is not here, hides no seed
_NO_SEED = frozenset({"option-missing", "override-unmatched", "key-unknown", "key-exists"})


class TrainingConfigs(msgspec.Struct, frozen=True):
    """The configs that a training program starts from, none of which declares a seed.

    Attributes:
        entry: the program.
        loader: what loads them.
        config: the one that a reader would open first.
        count: how many there are.
    """

    entry: Entry
    loader: Loader
    config: ConfigFile
    count: int


def unseeded_configs(project: Project, entry: Entry) -> Iterator[TrainingConfigs]:
    """What a program starts from, where no config of any of its experiments has a seed.

    Nothing where a config cannot be seen to its end: what is not seen may be the seed.

    Args:
        project: the repository.
        entry: the program.
    """
    loaders = set(project.experiments.loaders_from(entry.path))
    started = [
        one for one in project.experiments.every if one.entry == entry.path or one.loader in loaders
    ]
    if not started or _is_seed_elsewhere(project, started):
        return
    by_loader: dict[tuple[str, object], list[Experiment]] = {}
    for experiment in started:
        if not _is_seedless(project, experiment):
            return
        place = (experiment.loader.path, experiment.loader.span)
        by_loader.setdefault(place, []).append(experiment)
    for experiments in by_loader.values():
        configs = {}
        for experiment in experiments:
            config = _primary(project, experiment)
            if config is not None:
                configs[config.path] = config
        if configs:
            first = min(configs.values(), key=_rank)
            yield TrainingConfigs(entry, experiments[0].loader, first, len(configs))
            return


def _is_seedless(project: Project, experiment: Experiment) -> bool:
    """Whether an experiment's config is known to its end, and neither it nor a file of it has a seed.

    A file that is read but whose key is not in effect shows that the authors think of the seed.
    """
    each = project.experiments.effective(experiment).each
    return all(_has_no_seed(project, effective) for effective in each)


def _has_no_seed(project: Project, effective: Effective) -> bool:
    if not effective.is_whole or any(item.kind not in _NO_SEED for item in effective.problems):
        return False
    if any(_is_seed(key) for keys in effective.values for key in keys):
        return False
    files = (project.configs.get(path) for path in effective.files)
    return not any(config is not None and any(seed_entries(config.facts)) for config in files)


def _is_seed_elsewhere(project: Project, started: list[Experiment]) -> bool:
    """Whether a config declares a seed that may be one of the program's, by a way that is not seen.

    Those that surely belong to other programs alone do not count.
    """
    effective = project.experiments.effective
    own = {experiment.entry for experiment in started}
    of_others = {
        path
        for one in project.experiments.every
        if one.entry not in own
        for path in effective(one).files
    }
    return any(
        is_experiment_config(config) and any(seed_entries(config.facts))
        for config in project.configs.readable()
        if config.path not in of_others
    )


def _is_seed(key: object) -> bool:
    return isinstance(key, str) and SEED_KEY.search(key) is not None


def _primary(project: Project, experiment: Experiment) -> ConfigFile | None:
    """The config that an experiment starts from."""
    loader = experiment.loader
    if loader.is_hydra:
        if loader.folder is None or experiment.config is None:
            return None
        place = posixpath.normpath(posixpath.join(loader.folder, experiment.config))
        paths = [place, f"{place}.yaml", f"{place}.yml"]
    else:
        paths = [path for path in experiment.files if path in project.configs.paths][-1:]
    found = (project.configs.get(path) for path in paths if path in project.configs.paths)
    config = next(found, None)
    is_config = config is not None and (loader.is_hydra or is_experiment_config(config))
    return config if is_config else None


def _rank(config: ConfigFile) -> tuple[int, bool, str]:
    return config.path.count("/"), "config" not in config.path, config.path
