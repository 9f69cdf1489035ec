"""The experiments of programs that Hydra configures, and what their commands say."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.experiments.effective import Origin
from repro_check.project.experiments.experiment import Experiment, Given
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.sources.expressions import Collection, Literal
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.commands import ProjectCommand
    from repro_check.project.project import Project

_GROUPS = ("experiment", "experiments", "exp")
_WITH_VALUE = {
    "-cn": "name", "--config-name": "name", "-cp": "path", "--config-path": "path",
    "-cd": "dir", "--config-dir": "dir", "-p": "", "--package": "", "-sc": "", "--cfg": "",
    "-c": "", "--info": "", "-i": "", "--experimental-rerun": "",
}  # fmt: skip
_SWEEP = frozenset({"-m", "--multirun"})
_HELP = frozenset({"--help", "-h", "--hydra-help", "--version", "--shell-completion", "-sc"})
_ALONE = frozenset({"--resolve", "--run", "-r"})
_KEY = pattern(r"[~+]{0,2}[A-Za-z_][\w./@-]*", 16)
_OVERRIDE = pattern(r"[~+]{0,2}[^=\s]+=.*|~[\w./@]+", 16)
# a variable of the shell, or a place to be filled by the reader
PLACEHOLDER = pattern(
    r"\$|<[^>]*>|\.\.\.$|^\[|`|\{[^}]*$|^[A-Z]+_[A-Z_]*$|%\w+%|…|"
    r"(^|[=/])((experiment|config|exp|model|data|dataset|task|file)_?name|your[-_]\w+|path/to|my[-_]exp\w*)"
    r"([./]|$)"
)


class HydraWords(msgspec.Struct):
    """What a command says to Hydra.

    Attributes:
        overrides: in their order, those with a placeholder for the value too.
        name: of the primary config.
        path: of the folder of configs.
        is_sweep: whether it is a sweep.
        is_whole: whether it has no placeholder and no further folder of configs.
        is_placed: whether it has no further folder of configs.
        is_run: whether it runs the program.
    """

    overrides: list[str] = []
    name: str | None = None
    path: str | None = None
    is_sweep: bool = False
    is_whole: bool = True
    is_placed: bool = True
    is_run: bool = True


def read_words(arguments: Sequence[str]) -> HydraWords:
    """The flags of Hydra and the overrides among the words of a command."""
    said = HydraWords([])
    words = list(arguments)
    while words:
        word = words.pop(0)
        flag, equals, value = word.partition("=")
        if flag in _WITH_VALUE and word.startswith("-"):
            if not equals:
                value = words.pop(0) if words else ""
            _take(said, _WITH_VALUE[flag], value)
        elif word in _SWEEP:
            said.is_sweep = True
        elif word in _HELP:
            said.is_run = False
        elif PLACEHOLDER.search(word):
            said.is_whole = False
            said.is_run = said.is_run and "=" in word
            if _KEY.fullmatch(flag) and not flag.isupper():
                said.overrides.append(word)
        elif word in _ALONE:
            continue
        elif _OVERRIDE.fullmatch(word) and not word.startswith("-"):
            said.overrides.append(word)
        else:  # of another parser, or prose behind the command
            said.is_run = False
    return said


def _take(said: HydraWords, what: str, value: str) -> None:
    if PLACEHOLDER.search(value):
        said.is_run = False
    elif what == "name":
        said.name = value.removesuffix(".yaml")
    elif what in {"path", "dir"}:
        said.path = value
        said.is_placed = said.is_placed and what == "path"
        said.is_whole = said.is_whole and said.is_placed


class HydraPrograms:
    """The experiments of the programs that Hydra configures.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def undocumented(self, loader: Loader, others: Sequence[Loader]) -> Iterator[Experiment]:
        """The config that a program names itself, and each option of an experiment group.

        Where no program of a folder lists the group, its options are added with a plus, which no one
        says that they are for just this program: such experiments are not whole.

        Args:
            loader: the program's.
            others: all loaders of the repository.
        """
        if loader.folder is None:
            return
        if loader.kind is LoaderKind.COMPOSE:
            yield from self._composed(loader)
            return
        if loader.name is None:
            return
        primary = self.config_file(loader, loader.name)
        yield self._made(loader, loader.name, primary, ())
        group = next((name for name in _GROUPS if self._options(loader, name)), "")
        listed = primary is not None and self._lists(primary, group)
        if group and not listed and any(self._is_listed(loader, other, group) for other in others):
            return
        for option, path in self._options(loader, group) if group else ():
            origin = Origin(path, Span(1, 1, 1, 1))
            word = f"{group}={option}" if listed else f"+{group}={option}"
            made = self._made(loader, word, path, (Given(word, origin),))
            yield made if listed else msgspec.structs.replace(made, is_whole=False)

    def documented(self, loader: Loader, entry: str, command: ProjectCommand) -> Experiment | None:
        """The experiment that a command runs; None where it runs none that can be told."""
        said = read_words(command.arguments)
        if not said.is_run or (loader.folder is None and said.path is None):
            return None
        if said.path is not None:
            folder = posixpath.normpath(posixpath.join(posixpath.dirname(loader.path), said.path))
            loader = msgspec.structs.replace(loader, folder="" if folder == "." else folder)
        name = said.name or loader.name
        if name is None and loader.name is None:
            return None
        origin = Origin(command.path, Span(command.line, 1, command.line, 1))
        title = " ".join([*([f"-cn {said.name}"] if said.name else []), *said.overrides])
        return Experiment(
            name=title or str(name),
            entry=entry,
            kind=LoaderKind.HYDRA,
            loader=loader,
            origin=origin,
            config=name,
            overrides=tuple(Given(word, origin) for word in said.overrides),
            is_documented=True,
            is_sweep=said.is_sweep,
            is_whole=said.is_whole,
            is_placed=said.is_placed,
        )

    def config_file(self, loader: Loader, name: str) -> str | None:
        """The file of a primary config in the folder of a program."""
        for suffix in ("", ".yaml", ".yml"):
            path = posixpath.normpath(posixpath.join(loader.folder or "", name + suffix))
            if path in self._project.configs.paths:
                return path
        return None

    def _made(
        self, loader: Loader, name: str, path: str | None, overrides: tuple[Given, ...]
    ) -> Experiment:
        origin = Origin(path, Span(1, 1, 1, 1)) if path else Origin(loader.path, loader.span)
        return Experiment(
            name=name,
            entry=loader.path,
            kind=loader.kind,
            loader=loader,
            origin=origin,
            config=loader.name,
            overrides=overrides,
        )

    def _composed(self, loader: Loader) -> Iterator[Experiment]:
        """A call of `compose` whose overrides are all written in it."""
        call = self._project.python[loader.path].facts.calls[loader.call]
        given = call.argument(1, "overrides")
        items = given.items if isinstance(given, Collection) else ()
        texts = [item.value for item in items if isinstance(item, Literal)]
        is_seen = given is None or (isinstance(given, Collection) and len(texts) == len(items))
        if loader.name is None or not is_seen:
            return
        origin = Origin(loader.path, loader.span)
        words = tuple(Given(text, origin) for text in texts if isinstance(text, str))
        made = self._made(loader, str(loader.name), None, words)
        yield msgspec.structs.replace(made, origin=origin)

    def _options(self, loader: Loader, group: str) -> list[tuple[str, str]]:
        """(option, path) of a group, those in folders below it, too."""
        folder = posixpath.join(loader.folder or "", group) + "/"
        return [
            (path[len(folder) :].removesuffix(".yaml"), path)
            for path in self._project.configs.paths
            if path.startswith(folder) and path.endswith(".yaml")
        ]

    def _lists(self, primary: str, group: str) -> bool:
        """Whether the defaults of a primary config name a group."""
        config = self._project.configs.get(primary)
        if config is None:
            return False
        return any(
            entry.keys[:1] == ("defaults",)
            and str(entry.keys[-1]).rpartition(" ")[2].partition("@")[0].strip("/") == group
            for entry in config.facts.entries
        )

    def _is_listed(self, loader: Loader, other: Loader, group: str) -> bool:
        """Whether another program with the same configs lists a group."""
        if other.folder != loader.folder or other.name is None:
            return False
        primary = self.config_file(other, other.name)
        return primary is not None and self._lists(primary, group)
