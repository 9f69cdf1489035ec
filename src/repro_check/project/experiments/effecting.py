"""Makes the effective config of an experiment, by the rules of its loader."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.experiments.effective import (
    FILLED_IN,
    Effective,
    Keys,
    Origin,
    Problem,
    Scalar,
    Value,
    keys_of,
)
from repro_check.project.experiments.experiment import Experiment, Given
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind, ReadsAs
from repro_check.project.experiments.loading.loaders import Loaders
from repro_check.project.experiments.programs.argparse_programs import ArgparsePrograms
from repro_check.project.experiments.programs.hydra_programs import PLACEHOLDER
from repro_check.project.experiments.programs.laid_over import mixes_options
from repro_check.project.experiments.programs.stored import stored_configs
from repro_check.project.experiments.values.plain_files import file_values, merged, scalar_text
from repro_check.project.experiments.values.python_configs import PythonConfigs

if TYPE_CHECKING:
    from repro_check.project.experiments.hydra.composer import Composer
    from repro_check.project.experiments.hydra.overrides import Override
    from repro_check.project.experiments.hydra.repository import Stored
    from repro_check.project.project import Project
    from repro_check.sources.config import ConfigFacts

_BASE = "_BASE_"
_DEEPEST = 12


class _Source:
    """The config files of a project, as the composer of Hydra asks for them."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def paths(self) -> Collection[str]:
        return self._project.configs.paths

    def facts(self, path: str) -> ConfigFacts | None:
        config = self._project.configs.get(path)
        return None if config is None else config.facts

    def text(self, path: str) -> str | None:
        return self._project.text_at(path)


class Effecting:
    """Makes effective configs.

    Args:
        project: the repository.
        loaders: where it loads configs.
        python_configs: its configs that are Python modules.
        programs: its programs that only argparse configures.
    """

    def __init__(
        self,
        project: Project,
        loaders: Loaders,
        python_configs: PythonConfigs,
        programs: ArgparsePrograms,
    ) -> None:
        self._programs = programs
        self._project = project
        self._old: dict[Loader, bool] = {}
        self._mixed: dict[tuple[str, Loader], bool] = {}
        self._loaders = loaders
        self._python_configs = python_configs

    def of(self, experiment: Experiment) -> Effective:
        """What an experiment runs with."""
        loader = experiment.loader
        if loader.is_hydra:
            return self._composed(experiment)
        if experiment.kind is LoaderKind.ARGPARSE:
            return self._programs.effective(experiment)
        layers = [self.of_file(path, loader.reads_as) for path in experiment.files]
        values = layers[0].values if len(layers) == 1 else merged(one.values for one in layers)
        is_whole = experiment.is_whole and all(layer.is_whole for layer in layers)
        given = dict(_given(loader, experiment.overrides))
        if loader.kind is LoaderKind.OMEGACONF and self._takes_dotlist(loader):
            given = dict(_pairs(list(experiment.overrides), {""}, ReadsAs.OMEGACONF))
        if given:
            values = merged([values, given])
        if loader.kind in {LoaderKind.YACS, LoaderKind.LAZY} or loader.kind is LoaderKind.LIGHTNING:
            is_whole = False  # defaults of code stand below
        is_whole = is_whole and not self._is_mixed(experiment)
        return Effective(
            values,
            tuple(problem for layer in layers for problem in layer.problems),
            tuple(dict.fromkeys(path for layer in layers for path in layer.files)),
            is_whole,
        )

    def _is_mixed(self, experiment: Experiment) -> bool:
        """Whether the options of the program add keys to its config file."""
        key = (experiment.entry, experiment.loader)
        if key not in self._mixed:
            self._mixed[key] = mixes_options(self._project, experiment)
        return self._mixed[key]

    def _takes_dotlist(self, loader: Loader) -> bool:
        """Whether the code that loads a file merges `OmegaConf.from_cli()` into it."""
        calls = self._project.python[loader.path].facts.calls
        return any(call.name.endswith(("from_cli", "from_dotlist")) for call in calls)

    def of_file(self, path: str, reads_as: ReadsAs, depth: int = 0) -> Effective:
        """What one config file says, with the bases that it names.

        Args:
            path: the file.
            reads_as: how its loader reads scalars.
            depth: how many files name it as a base, one above the other.
        """
        if path in self._project.python.paths:
            return self._python_configs.effective(path)
        config = self._project.configs.get(path)
        if config is None:
            return Effective({}, (), (path,), is_whole=False)
        values = file_values(config.facts, path, _by_format(config.facts.format, reads_as))
        base = values.pop((_BASE,), None) if reads_as is ReadsAs.YACS else None
        if base is None:
            return Effective(values, (), (path,))
        text = str(base.value)
        place = posixpath.normpath(posixpath.join(posixpath.dirname(path), text))
        if place not in self._project.configs.paths or depth > _DEEPEST:
            is_outside = "://" in text or text.startswith(("/", "~")) or place.startswith("..")
            message = f"the base `{text}` does not exist"
            problem = Problem("config-missing", message, base.origin, text)
            problems = () if is_outside or depth > _DEEPEST else (problem,)
            return Effective(values, problems, (path,), is_whole=False)
        below = self.of_file(place, reads_as, depth + 1)
        return Effective(
            merged([below.values, values]),
            below.problems,
            (*below.files, path),
            below.is_whole,
        )

    # -- Hydra ----------------------------------------------------------------------------------

    def _composed(self, experiment: Experiment) -> Effective:
        from repro_check.project.experiments.hydra.composer import is_modern_base
        from repro_check.project.experiments.hydra.search import SearchPath

        loader = experiment.loader
        overrides, problems = _read(experiment)
        folders = () if loader.folder is None else (loader.folder,)
        is_modern = loader.version_base is not None and is_modern_base(loader.version_base)
        made = self._composer.compose(
            SearchPath(folders, is_whole=experiment.is_placed and bool(folders)),
            experiment.config,
            overrides,
            stored=self.stored,
            is_modern=is_modern,
            is_sweep=experiment.is_sweep,
            origin=Origin(loader.path, loader.span),
        )
        is_whole = experiment.is_whole and not self._is_old(loader)
        return msgspec.structs.replace(
            made,
            problems=(*problems, *made.problems),
            is_whole=made.is_whole and is_whole,
            runs=made.runs if is_whole else (),
        )

    def _is_old(self, loader: Loader) -> bool:
        from repro_check.project.experiments.programs.hydra_versions import is_old

        if loader not in self._old:
            self._old[loader] = is_old(self._project, loader)
        return self._old[loader]

    @cached_property
    def stored(self) -> Stored:
        """What code registers in Hydra's ConfigStore."""
        return stored_configs(self._project)

    @cached_property
    def _composer(self) -> Composer:
        from repro_check.project.experiments.hydra.composer import Composer

        return Composer(_Source(self._project))


def _read(experiment: Experiment) -> tuple[list[Override], list[Problem]]:
    """The overrides of a Hydra program, and what of them Hydra could not read.

    A placeholder stands for a value only where a manual or a script has it.
    """
    from repro_check.project.experiments.hydra.grammar import read_override

    overrides: list[Override] = []
    problems: list[Problem] = []
    for given in experiment.overrides:
        is_documented = experiment.is_documented and given.origin == experiment.origin
        is_filled_in = is_documented and PLACEHOLDER.search(given.text) is not None
        text = given.text.partition("=")[0] + "=null" if is_filled_in else given.text
        read = read_override(text, given.origin)
        if isinstance(read, Problem):
            problems.append(read)
        elif is_filled_in:
            overrides.append(msgspec.structs.replace(read, text=given.text, note=FILLED_IN))
        else:
            overrides.append(read)
    return overrides, problems


def _by_format(name: str, reads_as: ReadsAs) -> ReadsAs:
    """JSON and TOML files are read as such by all that can read them."""
    return {"json": ReadsAs.JSON, "toml": ReadsAs.TOML}.get(name, reads_as)


def _given(loader: Loader, words: Iterable[Given]) -> Iterator[tuple[Keys, Value]]:
    """What the words of a command set in a config, where the loader's own rules say so."""
    listed = list(words)
    if loader.kind is LoaderKind.LIGHTNING:
        yield from _flags(listed)
    elif loader.kind is LoaderKind.MMENGINE:
        yield from _pairs(listed, {"--cfg-options", "--options"})
    elif loader.kind is LoaderKind.LAZY:
        yield from _pairs(listed, {""})
    elif loader.kind is LoaderKind.YACS:
        yield from _columns(listed)


def _flags(words: list[Given]) -> Iterator[tuple[Keys, Value]]:
    """`--trainer.max_epochs 3` or `--trainer.max_epochs=3`."""
    for at, word in enumerate(words):
        name, equals, text = word.text.partition("=")
        if not name.startswith("--") or name in {"--config", "--help"}:
            continue
        if not equals:
            following = words[at + 1].text if at + 1 < len(words) else "--"
            if following.startswith("--"):
                continue
            text = following
        yield _value(name[2:], text, word.origin, ReadsAs.JSONARGPARSE)


def _pairs(
    words: list[Given], flags: set[str], reads_as: ReadsAs = ReadsAs.YACS
) -> Iterator[tuple[Keys, Value]]:
    """`--cfg-options a.b=1 c=2`."""
    is_open = "" in flags
    for word in words:
        if word.text.startswith("-"):
            is_open = word.text in flags
        elif is_open and "=" in word.text:
            name, _, text = word.text.partition("=")
            yield _value(name, text, word.origin, reads_as)


def _columns(words: list[Given]) -> Iterator[tuple[Keys, Value]]:
    """`MODEL.DEPTH 50 SOLVER.LR 0.1`, as yacs takes what is left of a command."""
    at = 0
    while at + 1 < len(words):
        name = words[at].text
        if name.replace(".", "").replace("_", "").isalnum() and name[:1].isupper():
            yield _value(name, words[at + 1].text, words[at].origin, ReadsAs.YACS)
            at += 1
        at += 1


def _value(name: str, text: str, origin: Origin, reads_as: ReadsAs) -> tuple[Keys, Value]:
    keys = keys_of(name)
    is_filled_in = PLACEHOLDER.search(text) is not None
    is_known = not is_filled_in and text[:1] not in "[{("
    value: Scalar = scalar_text(text, reads_as) if is_known else None
    note = FILLED_IN if is_filled_in else ""
    return keys, Value(keys, "scalar", value, origin, is_known=is_known, note=note)
