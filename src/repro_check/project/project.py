"""The facts of a whole repository, read when asked for, and the indexes across files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, KeysView, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from repro_check.project.files import (
    ConfigFile,
    MarkdownFile,
    Notebook,
    PythonFile,
    RequirementsFile,
    Subject,
)
from repro_check.project.modules import Modules
from repro_check.settings import Settings
from repro_check.sources.discovery import SourceFile, Tree
from repro_check.sources.kinds import Kind, Role
from repro_check.sources.python import ModuleFacts
from repro_check.sources.state import state_folder

if TYPE_CHECKING:
    from repro_check.project.callers import Callers
    from repro_check.project.calls import CallGraph
    from repro_check.project.classes import Classes
    from repro_check.project.commands import ProjectCommand
    from repro_check.project.entries import Entry
    from repro_check.project.environment import Environment
    from repro_check.project.environment.distributions import Distributions
    from repro_check.project.environment.installs import Installs
    from repro_check.project.environment.pythons import PythonDeclaration
    from repro_check.project.experiments.experiments import Experiments
    from repro_check.project.frameworks import Frameworks
    from repro_check.project.origins import Origins
    from repro_check.project.randomness import Randomness, RandomUse
    from repro_check.project.timeline import Timeline
    from repro_check.project.versions import Versions

SubjectT = TypeVar("SubjectT", bound=Subject)
CONFIG_KINDS = frozenset({Kind.YAML, Kind.TOML, Kind.JSON, Kind.INI})


class FactsSource(Protocol):
    """Where facts come from: the engine's store, which reads each file at most once."""

    def facts(self, file: SourceFile) -> object | None:
        """The facts of a file by its kind, or None (and a note) if it cannot be read."""
        ...

    def text(self, file: SourceFile) -> str | None:
        """The decoded text of a file, or None (and a note) if it cannot be read."""
        ...

    @property
    def knows_words(self) -> bool:
        """Whether `mentioning` is cheaper than the facts of all files."""
        ...

    def mentioning(
        self, files: Iterable[SourceFile], words: Collection[str]
    ) -> Iterator[SourceFile]:
        """The files of code in which one of some words may stand."""
        ...


class LazyFiles(Mapping[str, SubjectT], Generic[SubjectT]):
    """Subjects by path, made from their facts at the first look."""

    def __init__(
        self, files: Iterator[SourceFile], make: Callable[[SourceFile], SubjectT | None]
    ) -> None:
        self._files = {file.path: file for file in files}
        self._make = make
        self._made: dict[str, SubjectT | None] = {}

    def __getitem__(self, path: str) -> SubjectT:
        """The subject of a path; KeyError if there is none or it cannot be read."""
        if path not in self._made:
            self._made[path] = self._make(self._files[path])
        made = self._made[path]
        if made is None:
            raise KeyError(path)
        return made

    def __iter__(self) -> Iterator[str]:
        """The paths, readable or not, sorted."""
        return iter(self._files)

    def __len__(self) -> int:
        """How many paths there are."""
        return len(self._files)

    @property
    def paths(self) -> KeysView[str]:
        """The paths, without reading any file."""
        return self._files.keys()

    def readable(self, role: Role | None = None) -> Iterator[SubjectT]:
        """The subjects that can be read, in the order of their paths; of one role only if given."""
        for path, file in self._files.items():
            if role is None or file.role is role:
                made = self.get(path)
                if made is not None:
                    yield made


class Project:
    """One repository under check.

    Args:
        tree: its files.
        settings: the user's settings.
        source: where facts come from.
    """

    def __init__(self, tree: Tree, settings: Settings, source: FactsSource) -> None:
        self.tree = tree
        self.settings = settings
        self._source = source

    @property
    def root(self) -> Path:
        """The top of the repository."""
        return self.tree.root

    @property
    def state_folder(self) -> Path:
        """Where indexes are kept between runs."""
        return state_folder(self.tree.root)

    def text(self, file: SourceFile) -> str | None:
        """The decoded text of a file."""
        return self._source.text(file)

    def text_at(self, path: str) -> str | None:
        """The decoded text of the file of a path, or None."""
        file = self.tree.get(path)
        return None if file is None else self._source.text(file)

    @cached_property
    def python(self) -> LazyFiles[PythonFile]:
        """Modules and the code of notebooks; a file that cannot be read has no facts."""
        kinds = {Kind.PYTHON, Kind.NOTEBOOK}
        return LazyFiles(self._of(*kinds), self._python_file)

    @cached_property
    def notebooks(self) -> LazyFiles[Notebook]:
        """Notebooks and their cells."""
        return LazyFiles(self._of(Kind.NOTEBOOK), self._maker(Notebook))

    @cached_property
    def configs(self) -> LazyFiles[ConfigFile]:
        """YAML, TOML and JSON files, and setup.cfg."""
        return LazyFiles(self._of(*CONFIG_KINDS), self._maker(ConfigFile))

    @cached_property
    def requirements(self) -> LazyFiles[RequirementsFile]:
        """Pip requirement files."""
        return LazyFiles(self._of(Kind.REQUIREMENTS), self._maker(RequirementsFile))

    @cached_property
    def markdown(self) -> LazyFiles[MarkdownFile]:
        """Markdown files."""
        return LazyFiles(self._of(Kind.MARKDOWN), self._maker(MarkdownFile))

    @cached_property
    def modules(self) -> Modules:
        """Import resolution."""
        return Modules(self.python)

    @cached_property
    def calls(self) -> CallGraph:
        """The call graph."""
        from repro_check.project.calls import CallGraph
        from repro_check.project.configs import instantiated_names

        names = instantiated_names(self.configs)
        return CallGraph(self.python, self.modules, names)

    @cached_property
    def callers(self) -> Callers:
        """Who calls what, with which arguments."""
        from repro_check.project.callers import Callers

        mentioning = self._mentioning if self._source.knows_words else None
        return Callers(self.python, self.calls, self.classes, mentioning)

    @cached_property
    def timeline(self) -> Timeline:
        """What runs in which order."""
        from repro_check.project.timeline import Timeline

        return Timeline(self)

    @cached_property
    def classes(self) -> Classes:
        """The classes, their bases and their instances."""
        from repro_check.project.classes import Classes

        return Classes(self.python, self.modules, self.calls)

    @cached_property
    def origins(self) -> Origins:
        """Where values come from."""
        from repro_check.project.origins import Origins

        return Origins(self)

    @cached_property
    def commands(self) -> tuple[ProjectCommand, ...]:
        """The commands that README files, scripts, Makefiles and CI run."""
        from repro_check.project.commands import find_commands

        return tuple(find_commands(self))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entry points of the product."""
        from repro_check.project.entries import find_entries

        files = list(self.python.readable(Role.PRODUCT))
        scripts = {command.script for command in self.commands}
        scripts.update(self.settings.entry_points)
        imported = frozenset().union(*map(self.modules.imports, files))
        return tuple(
            find_entries(
                files,
                graph=self.calls,
                named=frozenset(scripts),
                installed=self._installed_functions(),
                imported=imported,
            )
        )

    @cached_property
    def notebook_entries(self) -> tuple[Entry, ...]:
        """The notebooks of the product, which are run cell by cell."""
        from repro_check.project.entries import find_notebook_entries

        return tuple(find_notebook_entries(self.python.readable(Role.PRODUCT)))

    @cached_property
    def randomness(self) -> Randomness:
        """Which generators are drawn from and seeded along the calls from any entry point."""
        from repro_check.project.randomness import Randomness

        return Randomness(self.python, self.calls, self.settings.seeders)

    @cached_property
    def experiments(self) -> Experiments:
        """The experiments, and the config that each of them runs with."""
        from repro_check.project.experiments.experiments import Experiments

        return Experiments(self)

    @cached_property
    def environment(self) -> Environment:
        """Declared and locked dependencies."""
        from repro_check.project.environment import Environment

        return Environment(self)

    @cached_property
    def distributions(self) -> Distributions:
        """The outside imports, and the distributions that ship them."""
        from repro_check.project.environment.distributions import Distributions

        return Distributions(self)

    @cached_property
    def installs(self) -> Installs:
        """The commands that install, in READMEs, scripts, containers, CI and notebooks."""
        from repro_check.project.environment.installs import Installs

        return Installs(self)

    @cached_property
    def pythons(self) -> tuple[PythonDeclaration, ...]:
        """The places that say which versions of Python the work is for."""
        from repro_check.project.environment.pythons import find_pythons

        return tuple(find_pythons(self))

    @cached_property
    def versions(self) -> Versions:
        """Which versions of its dependencies the work may run with."""
        from repro_check.project.versions import Versions

        return Versions(self)

    @cached_property
    def frameworks(self) -> Frameworks:
        """The training frameworks that the work uses."""
        from repro_check.project.frameworks import Frameworks

        return Frameworks(self)

    def random_use(self, entry: Entry) -> RandomUse:
        """What an entry point does with randomness."""
        return self.randomness.of(entry)

    def _installed_functions(self) -> dict[str, frozenset[str]]:
        from repro_check.project.commands import console_scripts

        found: dict[str, set[str]] = {}
        for declaring, script in console_scripts(self):
            path = self.modules.find(script.module, declaring)
            if path is not None:
                found.setdefault(path, set()).add(script.function)
        return {path: frozenset(names) for path, names in found.items()}

    def mentioning(self, words: Collection[str]) -> Iterator[SourceFile]:
        """The modules and notebooks of the product in which one of some words may stand.

        Where nothing is known of words without reading, that is all of them.
        """
        files = (self.tree.get(path) for path in self.python.paths)
        product = (file for file in files if file is not None and file.role is Role.PRODUCT)
        return self._source.mentioning(product, words) if self._source.knows_words else product

    def _mentioning(self, words: Collection[str]) -> dict[str, PythonFile]:
        return {file.path: self.python[file.path] for file in self.mentioning(words)}

    def _of(self, *kinds: Kind) -> Iterator[SourceFile]:
        wanted = frozenset(kinds)
        return (
            file
            for file in self.tree.files
            if file.kind in wanted and file.role is not Role.VENDORED
        )

    def _maker(self, subject: type[SubjectT]) -> Callable[[SourceFile], SubjectT | None]:
        def make(file: SourceFile) -> SubjectT | None:
            facts = self._source.facts(file)
            return None if facts is None else subject(file, facts)  # type: ignore[call-arg]

        return make

    def _python_file(self, file: SourceFile) -> PythonFile:
        facts = self._source.facts(file)
        if file.kind is Kind.NOTEBOOK:
            from repro_check.sources.notebook import NotebookFacts

            if isinstance(facts, NotebookFacts):
                return PythonFile(file, facts.code, facts)
        return PythonFile(file, facts if isinstance(facts, ModuleFacts) else None)
