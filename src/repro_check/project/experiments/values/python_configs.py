"""Configs that are Python modules: mmengine's and Detectron2's, and `get_config` of ml_collections.

mmengine: https://mmengine.readthedocs.io/en/latest/advanced_tutorials/config.html
(`_base_`, `read_base`); ml_collections: `def get_config()`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.experiments.effective import Effective, Origin, Problem
from repro_check.project.experiments.values.python_merging import BASE, DELETE, fill_in, merged
from repro_check.project.experiments.values.python_trees import Items, Leaf, Map, Node, flat
from repro_check.project.experiments.values.python_values import Reading
from repro_check.sources.expressions import CallRef, Name
from repro_check.sources.python import MODULE

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_TOP = Span(1, 1, 1, 1)
_DEEPEST = 12


class _Read(msgspec.Struct, frozen=True):
    """What a module or a function gives, and the files that this is made of."""

    tree: Map
    files: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


class PythonConfigs:
    """The Python configs of a repository, each read once.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._read: dict[str, _Read] = {}
        self._functions: dict[tuple[str, int], _Read] = {}
        self._open: list[str | tuple[str, int]] = []

    def effective(self, path: str) -> Effective:
        """What a config module gives, its bases merged in.

        Args:
            path: the module.
        """
        read = self._module(path)
        found = flat(read.tree, without=DELETE)
        values = {
            value.keys: value
            for value in found.values
            if not str(value.keys[0]).startswith("_") or value.keys[0] == "_target_"
        }
        return Effective(values, read.problems, read.files, found.is_whole)

    def bases(self, path: str) -> tuple[str, ...]:
        """The config files that a config names as its bases, those that exist."""
        file = self._project.python.get(path)
        if file is None or not self._names_base(file):
            return ()
        reading = Reading(file)
        reading.read(MODULE)
        return tuple(
            place for place, _ in self._base_paths(path, reading.names) if place is not None
        )

    def is_config(self, file: PythonFile) -> bool:
        """Whether a module looks like a config: it assigns values, and defines and runs nothing."""
        facts = file.facts
        if file.notebook is not None or facts.functions or facts.classes or not facts.assignments:
            return False
        return self._names_base(file) or not any(call.use == "dropped" for call in facts.calls)

    def _names_base(self, file: PythonFile) -> bool:
        return any(
            isinstance(target, Name) and target.name == BASE
            for item in file.facts.assignments
            for target in item.targets
        )

    @contextmanager
    def _opened(self, what: str | tuple[str, int]) -> Iterator[None]:
        self._open.append(what)
        try:
            yield
        finally:
            self._open.pop()

    def _may_open(self, what: str | tuple[str, int]) -> bool:
        return what not in self._open and len(self._open) <= _DEEPEST

    def _module(self, path: str) -> _Read:
        if path not in self._read:
            with self._opened(path):
                self._read[path] = self._made(path)
        return self._read[path]

    def _made(self, path: str) -> _Read:
        origin = Origin(path, _TOP)
        file = self._project.python.get(path)
        if file is None or not file.is_known:
            return _Read(Map({}, origin, is_whole=False), (path,))
        function = next((f for f in file.facts.functions if f.qualname == "get_config"), None)
        if function is not None:
            return self._function(file, function.block)
        reading = self._imported(file)
        reading.read(MODULE)
        names, made = reading.names, Map({}, origin)
        files: list[str] = []
        problems: list[Problem] = []
        for place, written in self._base_paths(path, names):
            if place is None:
                made.is_whole = False
                if written is not None:
                    text = str(written.value)
                    message = f"the base `{text}` does not exist"
                    problems.append(Problem("config-missing", message, written.origin, text))
            elif self._may_open(place):
                base = self._module(place)
                made = merged(made, base.tree)
                files += base.files
                problems += base.problems
            else:
                message = f"the base `{place}` is a base of itself"
                problems.append(Problem("circular", message, origin, place))
        fill_in(names, made)
        made = merged(made, names)
        made.children.pop(BASE, None)
        # bases that share a base say the same
        return _Read(made, tuple(dict.fromkeys([*files, path])), tuple(dict.fromkeys(problems)))

    def _function(self, file: PythonFile, block: int) -> _Read:
        """What a function returns: the map of the name that its `return` names."""
        key = (file.path, block)
        if key not in self._functions:
            with self._opened(key):
                self._functions[key] = self._returned(file, block)
        return self._functions[key]

    def _returned(self, file: PythonFile, block: int) -> _Read:
        reading = self._imported(file)
        reading.read(MODULE)
        files = self._start(file, block, reading)
        reading.read(block)
        returned = [
            item.value
            for item in file.facts.returns
            if file.facts.function_of(item.block) == file.facts.function_of(block)
        ]
        name = returned[0].name if len(returned) == 1 and isinstance(returned[0], Name) else ""
        made = reading.names.children.get(name)
        unknown = Map({}, Origin(file.path, _TOP), is_whole=False)
        return _Read(made if isinstance(made, Map) else unknown, files)

    def _start(self, file: PythonFile, block: int, reading: Reading) -> tuple[str, ...]:
        """`config = get_default_configs()` of the repository: what that function returns."""
        files = [file.path]
        for item in file.facts.assignments:
            if item.block != block or not isinstance(item.value, CallRef):
                continue
            call = file.facts.calls[item.value.index]
            symbol = self._project.modules.resolve(file, call.name, call.block)
            if symbol is None or symbol.kind != "function" or not symbol.path or call.args:
                continue
            function = self._project.modules.function(symbol)
            if function is None or not self._may_open((symbol.path, function.block)):
                continue
            inner = self._function(self._project.python[symbol.path], function.block)
            reading.returned[call.name] = inner.tree
            files = [*inner.files, *files]
        return tuple(dict.fromkeys(files))

    def _imported(self, file: PythonFile) -> Reading:
        """A module with the names that `from .base import *` and `... import model` bring it."""
        reading = Reading(file)
        brought: dict[str, Node | None] = {}
        for item in file.facts.imports:
            if not item.name or not item.module.startswith("."):
                continue
            path = self._project.modules.find(item.module, file.path)
            if path is None or not self._may_open(path):
                continue
            if path not in brought and self.is_config(self._project.python[path]):
                brought[path] = reading.own(self._module(path).tree)
            tree = brought.get(path)
            if not isinstance(tree, Map):
                continue
            if item.name == "*":
                reading.names.children.update(tree.children)
                reading.names.is_whole = reading.names.is_whole and tree.is_whole
            elif item.name in tree.children:
                reading.names.children[item.alias] = tree.children[item.name]
        return reading

    def _base_paths(self, path: str, names: Map) -> list[tuple[str | None, Leaf | None]]:
        written = names.children.get(BASE)
        if written is None:
            return []
        listed = written.children if isinstance(written, Items) else [written]
        found: list[tuple[str | None, Leaf | None]] = []
        for item in listed:
            if not isinstance(item, Leaf) or not isinstance(item.value, str) or "::" in item.value:
                found.append((None, None))
                continue
            place = posixpath.normpath(posixpath.join(posixpath.dirname(path), item.value))
            is_outside = place.startswith("..") or not place.endswith(".py")
            if place in self._project.python.paths:
                found.append((place, item))
            else:
                found.append((None, None if is_outside else item))
        return found
