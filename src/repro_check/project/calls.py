"""The call graph: which code may run when an entry point runs.

It leans towards more edges: a constructed class may have all its methods called, a function passed by
name may be called, an imported module runs its top level. For the question "is a seed ever set?" too
many edges mean silence, too few a false alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.modules import Modules, Symbol
from repro_check.sources.expressions import Expression, Name, parts
from repro_check.sources.python import MODULE, Call

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile


class Node(msgspec.Struct, frozen=True, order=True):
    """A function of the repository, or a module's top level (`block` 0)."""

    path: str
    block: int


class OutsideCall(msgspec.Struct, frozen=True):
    """A call that leaves the repository, with what its name stands for."""

    path: str
    call: Call
    target: str


class CallGraph:
    """Edges between the functions of a repository, made file by file when asked for.

    Args:
        files: Python files by path.
        modules: their names.
        instantiated: dotted names that configs hand to Hydra's `instantiate`.
    """

    def __init__(
        self,
        files: Mapping[str, PythonFile],
        modules: Modules,
        instantiated: Iterable[str] = (),
    ) -> None:
        self._files = files
        self._modules = modules
        self._instantiated = tuple(instantiated)
        self._edges: dict[str, dict[int, set[Node]]] = {}
        self._outside: dict[str, dict[int, list[OutsideCall]]] = {}

    def reachable(self, entry: Node) -> tuple[Node, ...]:
        """The nodes that may run when `entry` runs, itself included, sorted."""
        seen = {entry}
        waiting = [entry]
        while waiting:
            node = waiting.pop()
            for following in self.edges(node):
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
        return tuple(sorted(seen))

    def edges(self, node: Node) -> Iterable[Node]:
        """The nodes that may run directly from this one."""
        self._read(node.path)
        return self._edges[node.path].get(node.block, ())

    def outside_calls(self, node: Node) -> Iterable[OutsideCall]:
        """The calls of this node whose target is known and not of this repository."""
        self._read(node.path)
        return self._outside[node.path].get(node.block, ())

    def calls(self, node: Node) -> Iterator[Call]:
        """All calls that stand in this node's own code."""
        file = self._files[node.path]
        owners = self._owners(file)
        return (call for call in file.facts.calls if owners[call.block] == node.block)

    def _read(self, path: str) -> None:
        if path in self._edges:
            return
        edges: dict[int, set[Node]] = {}
        outside: dict[int, list[OutsideCall]] = {}
        self._edges[path], self._outside[path] = edges, outside
        file = self._files[path]
        owners = self._owners(file)
        resolved: dict[tuple[str, int], Symbol | None] = {}

        def resolve(name: str, block: int) -> Symbol | None:
            key = (name, file.scopes.scope(block))
            if key not in resolved:
                resolved[key] = self._modules.resolve(file, name, block)
            return resolved[key]

        for call in file.facts.calls:
            owner = owners[call.block]
            mine = edges.setdefault(owner, set())
            if call.receiver is None:
                symbol = resolve(call.name, call.block)
                if symbol is not None and symbol.kind == "external":
                    outside.setdefault(owner, []).append(OutsideCall(path, call, symbol.name))
                    if symbol.name.endswith(".instantiate"):
                        mine.update(self._instantiated_nodes(file))
                elif symbol is not None:
                    mine.update(self._nodes_of(symbol))
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                for name in _names(argument):
                    passed = resolve(name.name, call.block)
                    if passed is not None and passed.kind in {"function", "class"}:
                        mine.update(self._nodes_of(passed))
        for function in file.facts.functions:
            outer = file.facts.blocks[function.block].parent
            if file.facts.function_of(outer) is not None:
                # a function made inside another one is made to be called
                edges.setdefault(owners[outer], set()).add(Node(path, function.block))
            mine = edges.setdefault(function.block, set())
            for decorator in function.decorators:
                for name in _names(decorator):
                    symbol = resolve(name.name, outer)
                    if symbol is not None and symbol.kind in {"function", "class"}:
                        mine.update(self._nodes_of(symbol))
        for item in file.facts.imports:
            for module in self._imported_files(file, item.module, item.name):
                edges.setdefault(owners[item.block], set()).add(Node(module, MODULE))

    def _nodes_of(self, symbol: Symbol) -> Iterator[Node]:
        if symbol.kind == "function":
            function = self._modules.function(symbol)
            if function is not None:
                yield Node(symbol.path, function.block)
        elif symbol.kind in {"class", "instance"}:
            for path, method in self._modules.methods(symbol):
                yield Node(path, method.block)

    def _instantiated_nodes(self, file: PythonFile) -> Iterator[Node]:
        for dotted in self._instantiated:
            symbol = self._modules.resolve_dotted(file, dotted)
            if symbol is not None and symbol.kind in {"function", "class"}:
                yield Node(symbol.path, MODULE)
                yield from self._nodes_of(symbol)

    def _imported_files(self, file: PythonFile, module: str, name: str) -> Iterator[str]:
        found = self._modules.find(module, file.path) if module.strip(".") else None
        if found:
            yield found
        if name and name != "*":
            separator = "" if module.endswith(".") else "."
            found = self._modules.find(f"{module}{separator}{name}", file.path)
            if found and module:
                yield found

    @staticmethod
    def _owners(file: PythonFile) -> list[int]:
        """For each block the function (or the module) in whose call it runs."""
        owners: list[int] = []
        for index, block in enumerate(file.facts.blocks):
            is_own = block.kind in {"module", "function"}
            owners.append(index if is_own else owners[block.parent])
        return owners


def _names(expression: Expression) -> Iterator[Name]:
    return (part for part in parts(expression) if isinstance(part, Name))
