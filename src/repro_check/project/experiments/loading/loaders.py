"""Where code loads configs, by what, and from which files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.calls import Node
from repro_check.project.experiments.loading.hydra_places import HydraPlaces
from repro_check.project.experiments.loading.loader import Loader, NamedFile, Readers
from repro_check.project.experiments.loading.loader_kinds import (
    FORMATS,
    LAST_NAMES,
    Known,
    LoaderKind,
    known_loader,
)
from repro_check.project.experiments.loading.path_files import PathFiles
from repro_check.project.experiments.loading.path_text import ANY, PathText
from repro_check.project.experiments.loading.path_texts import PathTexts
from repro_check.sources.expressions import CallRef, Expression, Name
from repro_check.sources.kinds import Kind, Role
from repro_check.sources.python import MODULE, Call

if TYPE_CHECKING:
    from repro_check.project.commands import ProjectCommand
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project


class Loaders:
    """All places where the product's code loads configs.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self.texts = PathTexts(project)
        self.files = PathFiles(project.tree)
        self._places = HydraPlaces(self.texts, self.files)
        self._readers: dict[str, Readers] = {}
        self._words: dict[tuple[str, ...], tuple[tuple[int, str, str], ...]] = {}

    @cached_property
    def every(self) -> tuple[Loader, ...]:
        """All of them, in the order of files and calls."""
        return tuple(
            loader
            for file in self._project.python.readable(Role.PRODUCT)
            for loader in self._in_file(file)
        )

    def of_file(self, path: str) -> tuple[Loader, ...]:
        """Those whose call stands in one file."""
        return self._by_path.get(path, ())

    @cached_property
    def _by_path(self) -> dict[str, tuple[Loader, ...]]:
        table: dict[str, tuple[Loader, ...]] = {}
        for loader in self.every:
            table[loader.path] = (*table.get(loader.path, ()), loader)
        return table

    def of(self, path: str) -> Readers:
        """The loaders that read, or may read, the config file of a path."""
        if path not in self._readers:
            self._readers[path] = Readers(
                tuple(loader for loader in self.every if self._is_read(loader, path)),
                tuple(loader for loader in self.every if self._may_be_read(loader, path)),
            )
        return self._readers[path]

    def _is_read(self, loader: Loader, path: str) -> bool:
        if loader.is_hydra:
            if loader.folder is None or not path.endswith((".yaml", ".yml")):
                return False
            return not loader.folder or path.startswith(f"{loader.folder}/")
        return path in self._named.get(loader, loader.files)

    def _may_be_read(self, loader: Loader, path: str) -> bool:
        if self._is_read(loader, path):
            return True
        file = self._project.tree.get(path)
        kind = Kind.OTHER if file is None else file.kind
        if loader.is_closed or kind not in FORMATS[loader.kind]:
            return False
        if loader.is_hydra:
            return loader.folder is None and loader.name is not None
        return not loader.patterns or self.files.matches(path, loader.patterns)

    @cached_property
    def _named(self) -> dict[Loader, tuple[str, ...]]:
        """The files of the loaders that documented commands name another file for."""
        found: dict[Loader, tuple[str, ...]] = {}
        takers = [loader for loader in self.every if loader.options]
        for command in self._project.commands if takers else ():
            for loader in takers:
                read = tuple(found.path for found in self.given(loader, command))
                if read:
                    found[loader] = (*found.get(loader, loader.files), *read)
        return found

    def given(self, loader: Loader, command: ProjectCommand) -> Iterator[NamedFile]:
        """The files that the words of a command name for a loader."""
        if not loader.options:
            return
        if command.arguments not in self._words:
            self._words[command.arguments] = tuple(command_words(command.arguments))
        for index, option, value in self._words[command.arguments]:
            if _means(option, loader):
                wanted = [value, *(text.replace(ANY, value) for text in loader.patterns)]
                for text in wanted:
                    for place in self.files.of(PathText(text), command.script):
                        if self._can_read(loader, place):
                            yield NamedFile(index, option, place)

    def _can_read(self, loader: Loader, path: str) -> bool:
        file = self._project.tree.get(path)
        return file is not None and file.kind in FORMATS[loader.kind]

    # -- one file -------------------------------------------------------------------------------

    def _in_file(self, file: PythonFile) -> Iterator[Loader]:
        own = self._own_clis
        for index, call in enumerate(file.facts.calls):
            last = call.name.rpartition(".")[2]
            if last in LAST_NAMES or last in own:
                known = self._known(file, call)
                if known is not None:
                    yield self._made(file, index, call, known)

    def _known(self, file: PythonFile, call: Call) -> Known | None:
        target = call.target
        if call.receiver is not None:
            inner = call.receiver
            if isinstance(inner, CallRef):
                target = f"{file.facts.calls[inner.index].target}().{call.name}"
        elif not target or self._project.modules.may_be_own(target):
            symbol = self._project.modules.resolve(file, call.name, call.block)
            if symbol is None:
                target = call.name
            elif symbol.kind == "external":
                target = symbol.name
            elif symbol.kind == "class" and symbol.name in self._own_clis:
                target = "lightning.LightningCLI"
            else:
                return None
        if target in {"compose", "main"}:
            return None
        return known_loader(target)

    @cached_property
    def _own_clis(self) -> frozenset[str]:
        """The names of the repository's own subclasses of LightningCLI."""
        return frozenset(
            item.qualname
            for file in self._project.python.readable(Role.PRODUCT)
            for item in file.facts.classes
            if any(isinstance(base, Name) and base.name.endswith("CLI") for base in item.bases)
        )

    def _made(self, file: PythonFile, index: int, call: Call, known: Known) -> Loader:
        loader = Loader(
            known.kind,
            known.reads_as,
            file.path,
            call.span,
            _node_of(file, index, call),
            index,
        )
        if known.kind is LoaderKind.HYDRA:
            return self._places.main(file, call, loader)
        if known.kind is LoaderKind.COMPOSE:
            return self._places.compose(file, call, loader)
        given = self._path(call, known)
        if known.kind is LoaderKind.ML_COLLECTIONS:
            flag = file.constants.text(call.argument(0, "name"), call.block)
            loader = msgspec.structs.replace(loader, options=(flag,) if flag else ())
        if given is None:
            options = ("config",) if known.kind is LoaderKind.LIGHTNING else loader.options
            return msgspec.structs.replace(loader, options=options)
        texts = self.texts.of(file, given, call.block)
        # an option that is empty unless given may name any file
        texts = [
            item if item.text else msgspec.structs.replace(item, text=ANY)
            for item in texts
            if item.text or item.option
        ]
        return self._with_files(loader, texts)

    def _path(self, call: Call, known: Known) -> Expression | None:
        if 0 <= known.at < len(call.args):
            return call.args[known.at]
        return next(
            (
                keyword.value
                for name in known.names
                for keyword in call.keywords
                if keyword.name == name
            ),
            None,
        )

    def _with_files(self, loader: Loader, texts: list[PathText]) -> Loader:
        files: list[str] = []
        patterns: list[str] = []
        for item in texts:
            if ANY in item.text:
                patterns.append(item.text)
            else:
                files += self.files.of(item, loader.path)
        named = [item.option for item in texts if item.option]
        options = tuple(dict.fromkeys([*loader.options, *named]))
        is_any = any(item.option and ANY not in item.text for item in texts)
        is_any = is_any or any(not text.strip("*./") for text in patterns)
        return msgspec.structs.replace(
            loader,
            files=tuple(dict.fromkeys(files)),
            patterns=() if is_any else tuple(dict.fromkeys(patterns)),
            options=options,
            is_closed=bool(texts) and not options and not patterns,
        )


def _node_of(file: PythonFile, index: int, call: Call) -> Node:
    """The function around a call, or the one that it decorates."""
    for function in file.facts.functions:
        if any(isinstance(item, CallRef) and item.index == index for item in function.decorators):
            return Node(file.path, function.block)
    around = file.facts.function_of(call.block)
    return Node(file.path, MODULE if around is None else around.block)


def command_words(arguments: tuple[str, ...]) -> Iterator[tuple[int, str, str]]:
    """The words of a command: (index, dest name of the option or "", value).

    `--config-file a.yaml` is ("config_file", "a.yaml"); an option of several words gives each.
    """
    name = ""
    for index, word in enumerate(arguments):
        if word.startswith("-") and not _is_number(word):
            flag, equals, value = word.partition("=")
            name = flag.lstrip("-").replace("-", "_")
            if equals:
                yield index, name, value
                name = ""
        else:
            yield index, name, word


def _means(option: str, loader: Loader) -> bool:
    """Whether a word with this option, or with none, may name the file of a loader."""
    if not option:  # a positional argument, `sys.argv[1]`
        return bool(loader.options) and not loader.files
    if len(option) == 1:  # the short form: `-c` of `--config`
        return any(name.startswith(option) for name in loader.options)
    return option in loader.options


def _is_number(word: str) -> bool:
    return word[1:2].isdigit() or (word[1:2] == "." and word[2:3].isdigit())
