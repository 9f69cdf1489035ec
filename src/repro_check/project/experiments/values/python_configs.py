"""Configs that are Python modules: mmengine's and Detectron2's, and `get_config` of ml_collections.

mmengine: https://mmengine.readthedocs.io/en/latest/advanced_tutorials/config.html
(`_base_`, `_delete_`, `{{_base_.name}}`, `read_base`); ml_collections: `def get_config()`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from repro_check.findings import Span
from repro_check.project.experiments.effective import Effective, Keys, Origin, Problem, Value
from repro_check.project.experiments.values.python_values import (
    Items,
    Leaf,
    Map,
    Node,
    copied,
    flat,
    is_whole,
    read_block,
    returned_name,
)
from repro_check.sources.expressions import CallRef, Name
from repro_check.sources.python import MODULE

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_TOP = Span(1, 1, 1, 1)
_DEEPEST = 12
_BASE = "_base_"
_DELETE = "_delete_"


class PythonConfigs:
    """The Python configs of a repository, each read once.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._read: dict[str, Map] = {}
        self._files: dict[str, tuple[str, ...]] = {}
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self._open: list[str] = []

    def effective(self, path: str) -> Effective:
        """What a config module gives, its bases merged in.

        Args:
            path: the module.
        """
        tree = self._tree(path)
        values: dict[Keys, Value] = {
            value.keys: value
            for value in flat(tree)
            if not str(value.keys[0]).startswith("_") or value.keys[0] == "_target_"
        }
        return Effective(values, self._problems[path], self._files[path], is_whole(tree))

    def bases(self, path: str) -> tuple[str, ...]:
        """The config files that a config names as its bases, those that exist."""
        file = self._project.python.get(path)
        if file is None or not self._names_base(file):
            return ()
        names = Map({}, Origin(path, _TOP))
        read_block(file, MODULE, names)
        return tuple(place for place, _ in self._base_paths(path, names) if place is not None)

    def is_config(self, file: PythonFile) -> bool:
        """Whether a module looks like a config: it assigns values, and defines and runs nothing."""
        facts = file.facts
        if file.notebook is not None or facts.functions or facts.classes or not facts.assignments:
            return False
        return self._names_base(file) or not any(call.use == "dropped" for call in facts.calls)

    def _names_base(self, file: PythonFile) -> bool:
        return any(
            isinstance(target, Name) and target.name == _BASE
            for item in file.facts.assignments
            for target in item.targets
        )

    def _tree(self, path: str) -> Map:
        if path not in self._read:
            self._open.append(path)
            try:
                self._read[path] = self._made(path)
            finally:
                self._open.pop()
        return self._read[path]

    def _made(self, path: str) -> Map:
        origin = Origin(path, _TOP)
        file = self._project.python.get(path)
        if file is None or not file.is_known:
            self._files[path], self._problems[path] = (path,), ()
            return Map({}, origin, is_whole=False)
        function = next((f for f in file.facts.functions if f.qualname == "get_config"), None)
        if function is not None:
            return self._returned(file, function.block)
        names = self._imported(file)
        read_block(file, MODULE, names)
        made = Map({}, origin)
        files: list[str] = []
        problems: list[Problem] = []
        for place, written in self._base_paths(path, names):
            if place is None:
                if written is None:
                    made.is_whole = False
                else:
                    text = str(written.value)
                    message = f"the base `{text}` does not exist"
                    problems.append(Problem("config-missing", message, written.origin, text))
                    made.is_whole = False
                continue
            if place in self._open or len(self._open) > _DEEPEST:
                message = f"the base `{place}` is a base of itself"
                problems.append(Problem("circular", message, origin, place))
                continue
            _merge(made, self._tree(place))
            files += self._files[place]
            problems += self._problems[place]
        _fill_in(names, made)
        _merge(made, names)
        made.children.pop(_BASE, None)
        self._files[path] = tuple(dict.fromkeys([*files, path]))
        self._problems[path] = tuple(problems)
        return made

    def _returned(self, file: PythonFile, block: int) -> Map:
        """What `get_config` returns: the map of the name that its `return` names."""
        self._files[file.path], self._problems[file.path] = (file.path,), ()
        names = self._imported(file)
        read_block(file, MODULE, names)
        self._start(file, block, names)
        read_block(file, block, names)
        returned = [
            item.value
            for item in file.facts.returns
            if file.facts.function_of(item.block) == file.facts.function_of(block)
        ]
        name = returned[0].name if len(returned) == 1 and isinstance(returned[0], Name) else ""
        made = names.children.get(name)
        unknown = Map({}, Origin(file.path, _TOP), is_whole=False)
        return made if isinstance(made, Map) else unknown

    def _start(self, file: PythonFile, block: int, names: Map) -> None:
        """`config = get_default_configs()` of the repository: what that function returns."""
        for item in file.facts.assignments:
            if item.block != block or not isinstance(item.value, CallRef):
                continue
            call = file.facts.calls[item.value.index]
            symbol = self._project.modules.resolve(file, call.name, call.block)
            if symbol is None or symbol.kind != "function" or not symbol.path or call.args:
                continue
            function = self._project.modules.function(symbol)
            if function is None or len(self._open) > _DEEPEST:
                continue
            other = self._project.python[symbol.path]
            self._open.append(symbol.path)
            inner = self._returned(other, function.block)
            self._open.pop()
            self._files[file.path] = (symbol.path, *self._files.get(file.path, (file.path,)))
            names.children[returned_name(call)] = inner

    def _imported(self, file: PythonFile) -> Map:
        """The names that `from .base import *` and `from .base import model` bring from configs."""
        names = Map({}, Origin(file.path, _TOP))
        for item in file.facts.imports:
            if not item.name or not item.module.startswith("."):
                continue
            path = self._project.modules.find(item.module, file.path)
            if path is None or path in self._open or len(self._open) > _DEEPEST:
                continue
            other = self._project.python[path]
            if not self.is_config(other):
                continue
            tree = self._tree(path)
            if item.name == "*":
                _merge(names, tree)
            elif item.name in tree.children:
                names.children[item.alias] = copied(tree.children[item.name])
        return names

    def _base_paths(self, path: str, names: Map) -> list[tuple[str | None, Leaf | None]]:
        written = names.children.get(_BASE)
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


def _merge(into: Map, new: Map) -> None:
    """Mmengine's merge: maps deeply unless they say `_delete_`, everything else replaced."""
    for key, node in new.children.items():
        old = into.children.get(key)
        deletes = isinstance(node, Map) and _is_true(node.children.get(_DELETE))
        if isinstance(node, Map) and isinstance(old, Map) and not deletes:
            _merge(old, node)
            old.is_whole = old.is_whole and node.is_whole
        else:
            made = copied(node)
            _undelete(made)
            into.children[key] = made
    into.is_whole = into.is_whole and new.is_whole


def _is_true(node: Node | None) -> bool:
    return isinstance(node, Leaf) and node.value is True


def _undelete(node: Node) -> None:
    if isinstance(node, Map):
        node.children.pop(_DELETE, None)
    for child in (
        node.children.values() if isinstance(node, Map) else getattr(node, "children", ())
    ):
        _undelete(child)


def _fill_in(node: Node, bases: Map) -> None:
    """Put what the bases have in the place of `{{_base_.name}}`."""
    if isinstance(node, Leaf):
        return
    pairs = list(node.children.items() if isinstance(node, Map) else enumerate(node.children))
    for key, child in pairs:
        if isinstance(child, Leaf) and isinstance(child.value, str) and "{{" in child.value:
            name = child.value.strip("{} ")
            found: Node | None = bases if name.startswith(f"{_BASE}.") else None
            for part in name.split(".")[1:]:
                found = found.children.get(part) if isinstance(found, Map) else None
            made = copied(found) if found is not None else Leaf(None, child.origin, is_known=False)
            node.children[key] = made  # type: ignore[index]
        else:
            _fill_in(child, bases)
