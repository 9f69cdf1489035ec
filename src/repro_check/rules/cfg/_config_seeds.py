"""Seeds that configs declare, by their places, with the experiments in which they are in effect."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.project.experiments.effective import Keys, Origin, Value
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.reading.reads import Reads, references, targets
from repro_check.project.project import Project
from repro_check.rules.cfg._seed_mentions import SEED


class ConfigSeed(msgspec.Struct, frozen=True):
    """A seed that a config declares.

    Attributes:
        origin: where its value is written.
        keys: its name in the effective config.
        experiments: those that run with this value.
    """

    origin: Origin
    keys: Keys
    experiments: tuple[Experiment, ...]

    @property
    def name(self) -> str:
        """Its dotted name."""
        return ".".join(map(str, self.keys))


def config_seeds(project: Project) -> Iterator[ConfigSeed]:
    """The seeds in the effective configs of all experiments, each place once."""
    found: dict[tuple[Origin, Keys], list[Experiment]] = {}
    for experiment in project.experiments.every:
        effective = project.experiments.effective(experiment)
        for keys, value in effective.values.items():
            if _is_seed(keys, value):
                found.setdefault((value.origin, keys), []).append(experiment)
    for (origin, keys), experiments in found.items():
        if origin.path in project.configs.paths:
            yield ConfigSeed(origin, keys, tuple(experiments))


def _is_seed(keys: Keys, value: Value) -> bool:
    last = keys[-1] if keys else ""
    is_number = isinstance(value.value, int) and not isinstance(value.value, bool)
    return isinstance(last, str) and is_number and SEED.fullmatch(last) is not None


class ConfigReads:
    """Whether any code may read a key of a config.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._reads = Reads(project)

    def may_read(self, seed: ConfigSeed) -> bool:
        """Whether a program that gets this seed may read it; true where that cannot be seen."""
        loaders: dict[Loader, None] = {}
        for experiment in seed.experiments:
            effective = self._project.experiments.effective(experiment)
            # another value refers to it, or an object of the config is made with it
            inside = (*references(effective), *targets(effective))
            if any(seed.keys[: len(other)] == other for other in inside):
                return True
            loaders.setdefault(experiment.loader)
        readers = self._project.experiments.loaders.of(seed.origin.path)
        for loader in (*readers.sure, *readers.possible):
            if not loader.is_hydra:
                loaders.setdefault(loader)
        return any(self._reads.of(loader).may_read(seed.keys) for loader in loaders)
