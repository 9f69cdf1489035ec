"""Which experiments a repository has, and the effective config of each."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.findings import Span
from repro_check.project.calls import Node
from repro_check.project.configs import is_experiment_config, is_tool_config
from repro_check.project.experiments.effecting import Effecting
from repro_check.project.experiments.effective import Effective, Origin
from repro_check.project.experiments.experiment import Experiment, Given
from repro_check.project.experiments.loading.loader import Loader, NamedFile
from repro_check.project.experiments.loading.loader_kinds import FORMATS, LoaderKind
from repro_check.project.experiments.loading.loaders import Loaders
from repro_check.project.experiments.naming.nearest import nearest_readers
from repro_check.project.experiments.programs.argparse_programs import ArgparsePrograms
from repro_check.project.experiments.programs.hydra_programs import PLACEHOLDER, HydraPrograms
from repro_check.project.experiments.values.python_configs import PythonConfigs
from repro_check.project.libraries import is_training
from repro_check.sources.expressions import Name
from repro_check.sources.kinds import Kind, Role
from repro_check.sources.python import MODULE

if TYPE_CHECKING:
    from repro_check.project.commands import ProjectCommand
    from repro_check.project.entries import Entry
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_TOP = Span(1, 1, 1, 1)
_NO_PROGRAMS = frozenset({"setup.py", "conf.py", "noxfile.py", "__init__.py"})
# one file of these is one experiment, by their libraries' convention
_PLAIN = frozenset({LoaderKind.YAML, LoaderKind.JSON})
_ONE_FILE = frozenset(
    {LoaderKind.MMENGINE, LoaderKind.LAZY, LoaderKind.YACS, LoaderKind.ML_COLLECTIONS}
)


class Experiments:
    """The experiments of a repository. Answers are made when asked for, and kept.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self.loaders = Loaders(project)
        self.python_configs = PythonConfigs(project)
        self._hydra = HydraPrograms(project)
        self._programs = ArgparsePrograms(project)
        self._effecting = Effecting(project, self.loaders, self.python_configs, self._programs)
        self._effective: dict[Experiment, Effective] = {}

    @cached_property
    def every(self) -> tuple[Experiment, ...]:
        """All experiments: the documented ones first, and each only once."""
        found: dict[tuple[object, ...], Experiment] = {}
        configured = (*self._documented(), *self._undocumented())
        for experiment in (*configured, *self._of_options(configured)):
            texts = tuple(given.text for given in experiment.overrides)
            key = (
                experiment.entry,
                experiment.config,
                experiment.files,
                texts,
                experiment.is_whole,
            )
            found.setdefault(key, experiment)
        return tuple(found.values())

    def effective(self, experiment: Experiment) -> Effective:
        """What an experiment runs with."""
        if experiment not in self._effective:
            self._effective[experiment] = self._effecting.of(experiment)
        return self._effective[experiment]

    def loaders_from(self, script: str) -> tuple[Loader, ...]:
        """The loaders in a script, and those in other files that running it surely reaches."""
        own = self.loaders.of_file(script)
        if not self.loaders.every:
            return ()
        reached = {(node.path, node.block) for node in self._reached(script)}
        others = tuple(
            loader
            for loader in self.loaders.every
            if loader.path != script and (loader.function.path, loader.function.block) in reached
        )
        # yacs' files are often read once more, for a key that names their base
        return tuple(sorted((*own, *others), key=lambda loader: loader.kind in _PLAIN))

    def _reached(self, script: str) -> tuple[Node, ...]:
        nodes = next((entry.nodes for entry in self._project.entries if entry.path == script), None)
        if nodes is None:
            nodes = (Node(script, 0),) if script in self._project.python.paths else ()
        return self._project.calls.reachable(*nodes, surely=True) if nodes else ()

    def _of_options(self, configured: Iterable[Experiment]) -> Iterator[Experiment]:
        """The runs of programs that no config configures, only options."""
        taken = {experiment.entry for experiment in configured}
        makers: dict[str, Loader] = {}
        for script in sorted({entry.path for entry in self._project.entries} - taken):
            loader = self._programs.loader(script)
            if loader is not None and not self._takes_config(script):
                makers[script] = loader
        for command in self._project.commands:
            if command.script in makers:
                yield self._programs.run(makers[command.script], command)
        for script, loader in makers.items():
            yield self._programs.defaults(loader, script)

    def _takes_config(self, script: str) -> bool:
        """Whether a script loads a config that no one tells, so that its options are not all."""
        if all(loader.kind is LoaderKind.JSON for loader in self.loaders.every):
            return False
        return any(loader.kind is not LoaderKind.JSON for loader in self.loaders_from(script))

    # -- documented -----------------------------------------------------------------------------

    def _documented(self) -> Iterator[Experiment]:
        loaders = [loader for loader in self.loaders.every if FORMATS[loader.kind]]
        known: dict[str, tuple[Loader, ...]] = {}
        for command in self._project.commands if loaders else ():
            # the way from a script to its loaders is long: ask first whether they take anything
            taking = {
                loader
                for loader in loaders
                if loader.kind is LoaderKind.HYDRA or any(self.loaders.given(loader, command))
            }
            if taking and command.script not in known:
                known[command.script] = self.loaders_from(command.script)
            for loader in known[command.script] if taking else ():
                if loader in taking:
                    yield from self._of_command(loader, command)

    def _of_command(self, loader: Loader, command: ProjectCommand) -> Iterator[Experiment]:
        if loader.kind is LoaderKind.HYDRA:
            made = self._hydra.documented(loader, command.script, command)
            if made is not None:
                yield made
            return
        if loader.is_hydra or not FORMATS[loader.kind]:
            return
        named: dict[str, list[NamedFile]] = {}
        for found in self.loaders.given(loader, command):
            named.setdefault(found.option, []).append(found)
        for files in named.values():
            if not any(self._is_listing(found.path) for found in files):
                yield self._run(loader, command, files)

    def _is_listing(self, path: str) -> bool:
        """Whether a file is a list of records: data."""
        config = self._project.configs.get(path) if path.endswith(".json") else None
        return config is not None and any(entry.keys == (0,) for entry in config.facts.entries[:2])

    def _run(self, loader: Loader, command: ProjectCommand, named: list[NamedFile]) -> Experiment:
        taken = {found.index for found in named}
        origin = Origin(command.path, Span(command.line, 1, command.line, 1))
        rest = [word for at, word in enumerate(command.arguments) if at not in taken]
        files = tuple(dict.fromkeys(found.path for found in named))
        return Experiment(
            name=" ".join(files),
            entry=command.script,
            kind=loader.kind,
            loader=loader,
            origin=origin,
            files=files,
            overrides=tuple(Given(word, origin) for word in rest),
            is_documented=True,
            is_whole=not any(PLACEHOLDER.search(word) for word in command.arguments),
        )

    # -- the others -----------------------------------------------------------------------------

    def _undocumented(self) -> Iterator[Experiment]:
        every = self.loaders.every
        reading: dict[Loader, tuple[str, ...]] = {}
        for loader in every:
            if loader.is_hydra:
                yield from self._hydra.undocumented(loader, every)
            else:
                paths = tuple(self._read_alone(loader))
                if paths:
                    reading[loader] = paths
        reached = self._reached_from_entries() if reading else ()
        for reader in nearest_readers(reached, reading, self._training, self._mentions):
            yield self._of_file(reader.loader, reader.entry, reader.path, is_sure=reader.is_sure)

    def _of_file(self, loader: Loader, entry: str, path: str, *, is_sure: bool) -> Experiment:
        return Experiment(
            name=path,
            entry=entry,
            kind=loader.kind,
            loader=loader,
            origin=Origin(path, _TOP),
            files=(path,),
            is_whole=is_sure,
        )

    def _reached_from_entries(self) -> list[tuple[Loader, str]]:
        """The loaders that entries surely reach, with each such entry; training before all."""
        found = [
            (loader, entry.path)
            for entry in sorted(self._project.entries, key=self._order)
            for loader in self.loaders_from(entry.path)
            if not loader.is_hydra
        ]
        return [*found, *self._at_the_top({loader.path for loader, _ in found})]

    def _at_the_top(self, known: Collection[str]) -> Iterator[tuple[Loader, str]]:
        """Scripts without a guard that load the config that they name, and that no other imports."""
        loaders = [
            loader
            for loader in self.loaders.every
            if loader.function == Node(loader.path, MODULE)
            and loader.is_closed
            and loader.kind is not LoaderKind.JSON
            and loader.path not in known
            and self._project.python[loader.path].notebook is None
            and posixpath.basename(loader.path) not in _NO_PROGRAMS
        ]
        imported = {
            path
            for file in (self._project.python.readable(Role.PRODUCT) if loaders else ())
            for path in self._project.modules.imports(file)
        }
        yield from ((loader, loader.path) for loader in loaders if loader.path not in imported)

    def _mentions(self, entry: str, path: str) -> bool:
        """Whether the own code of an entry names a file."""
        file, name = self._project.python.get(entry), posixpath.basename(path)
        return file is not None and any(
            posixpath.basename(literal.value) == name for literal in file.facts.path_literals
        )

    def _order(self, entry: Entry) -> bool:
        return entry.path not in self._training

    @cached_property
    def _training(self) -> frozenset[str]:
        """The entries that train."""
        return frozenset(entry.path for entry in self._project.entries if self._trains(entry))

    def _trains(self, entry: Entry) -> bool:
        calls = self._project.calls
        return "train" in posixpath.basename(entry.path) or any(
            is_training(call)
            for node in calls.reachable(*entry.nodes, surely=True)
            for call in calls.calls(node)
        )

    def _read_alone(self, loader: Loader) -> Iterator[str]:
        """The files that a loader surely reads, or that its convention or pattern means."""
        surely = dict.fromkeys(loader.files)
        for path in self._candidates(loader):
            by_pattern = bool(loader.patterns) and self.loaders.files.matches(path, loader.patterns)
            if by_pattern or (loader.kind in _ONE_FILE and not loader.patterns):
                surely.setdefault(path)
        for path in surely:
            if self._is_config(path):
                yield path

    def _candidates(self, loader: Loader) -> Iterator[str]:
        kinds = FORMATS[loader.kind]
        if loader.is_closed or not (loader.patterns or loader.options):
            return
        if loader.kind is LoaderKind.ML_COLLECTIONS and loader.files:
            return  # each program has its own kind of config
        for path in self._config_paths:
            file = self._project.tree.get(path)
            if file is not None and file.kind in kinds:
                yield path
        if loader.kind is LoaderKind.ML_COLLECTIONS:
            yield from self._functional_paths
        elif Kind.PYTHON in kinds and loader.kind is not LoaderKind.YACS:
            yield from self._python_paths

    @cached_property
    def _functional_paths(self) -> tuple[str, ...]:
        """The Python configs of ml_collections: modules in config folders with a `get_config`."""
        return tuple(
            file.path
            for file in self._project.python.readable(Role.PRODUCT)
            if "config" in file.path
            and any(function.qualname == "get_config" for function in file.facts.functions)
        )

    @cached_property
    def _config_paths(self) -> tuple[str, ...]:
        return tuple(
            file.path
            for file in self._project.configs.readable(Role.PRODUCT)
            if is_experiment_config(file)
        )

    @cached_property
    def _python_paths(self) -> tuple[str, ...]:
        """The Python configs that no other config has as a base."""
        configs = [
            file.path
            for file in self._project.python.readable(Role.PRODUCT)
            if self.python_configs.is_config(file) and _assigns(file, {"_base_"})
        ]
        bases = {base for path in configs for base in self.python_configs.bases(path)}
        return tuple(path for path in configs if path not in bases and "/_base_/" not in path)

    def _is_config(self, path: str) -> bool:
        """Whether a file that is read is a config and no data."""
        if is_tool_config(path):
            return False
        config = self._project.configs.get(path)
        if config is None or not config.is_product:
            return path in self._project.python.paths
        return not path.endswith(".json") or is_experiment_config(config)


def _assigns(file: PythonFile, names: set[str]) -> bool:
    return any(
        isinstance(target, Name) and target.name in names
        for item in file.facts.assignments
        for target in item.targets
    )
