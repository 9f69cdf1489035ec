"""The call graph: which code may run when an entry point runs.

Edges are sure (a function is called, a method is called on an object whose class is known) or merely
possible (a constructed class may have any method called, a function passed by name may be called). For
"is a seed ever set?" too many edges mean silence, so all count; for "does this train?" too many mean a
false alarm, so only the sure ones do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.modules import Modules, Symbol
from repro_check.sources.expressions import Expression, Name, parts
from repro_check.sources.python import MODULE, Call

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile


# calls that run the function they are given
_STARTER = re.compile(r"(^|\.)(run|spawn|Fire|launch|launch_job|start_processes|Process|Thread|main|cli|map)$")


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
        self._edges: dict[str, dict[int, dict[Node, bool]]] = {}
        self._outside: dict[str, dict[int, list[OutsideCall]]] = {}
        self._calls: dict[str, dict[int, list[Call]]] = {}
        self._nodes: dict[Symbol, tuple[Node, ...]] = {}

    def reachable(self, *entries: Node, surely: bool = False) -> tuple[Node, ...]:
        """The nodes that may run when the entries run, themselves included, sorted.

        Args:
            entries: where to begin.
            surely: follow only edges that are sure.
        """
        seen = set(entries)
        waiting = list(entries)
        while waiting:
            for following, is_sure in self.edges(waiting.pop()).items():
                if following not in seen and (is_sure or not surely):
                    seen.add(following)
                    waiting.append(following)
        return tuple(sorted(seen))

    def is_known(self, node: Node) -> bool:
        """Whether the file of a node could be read."""
        return self._files[node.path].is_known

    def edges(self, node: Node) -> Mapping[Node, bool]:
        """The nodes that may run directly from this one, and whether that is sure."""
        self._read(node.path)
        return self._edges[node.path].get(node.block, {})

    def outside_calls(self, node: Node) -> Iterable[OutsideCall]:
        """The calls of this node whose target is known and not of this repository."""
        self._read(node.path)
        return self._outside[node.path].get(node.block, ())

    def calls(self, node: Node) -> Iterable[Call]:
        """All calls that stand in this node's own code."""
        self._read(node.path)
        return self._calls[node.path].get(node.block, ())

    def _read(self, path: str) -> None:
        if path in self._edges:
            return
        edges: dict[int, dict[Node, bool]] = {}
        outside: dict[int, list[OutsideCall]] = {}
        calls: dict[int, list[Call]] = {}
        self._edges[path], self._outside[path], self._calls[path] = edges, outside, calls
        file = self._files[path]
        owners = self._owners(file)
        resolved: dict[tuple[str, int], Symbol | None] = {}

        def resolve(name: str, block: int) -> Symbol | None:
            key = (name, file.scopes.scope(block))
            if key not in resolved:
                resolved[key] = self._modules.resolve(file, name, block)
            return resolved[key]

        def link(owner: int, nodes: Iterable[Node], *, surely: bool) -> None:
            mine = edges.setdefault(owner, {})
            for node in nodes:
                mine[node] = mine.get(node, False) or surely

        roots = {item.alias for item in file.facts.imports} | {"self", "cls"}
        roots.update(f.qualname.rpartition(".")[2] for f in file.facts.functions)
        roots.update(c.qualname.rpartition(".")[2] for c in file.facts.classes)

        def may_be_code(name: str) -> bool:
            return name.partition(".")[0] in roots or file.scopes.has_star

        def mention(owner: int, value: Expression, block: int, *, surely: bool = False) -> None:
            for name in _names(value):
                if may_be_code(name.name):
                    passed = resolve(name.name, block)
                    if passed is not None and passed.kind in {"function", "class"}:
                        link(owner, self._nodes_of(passed), surely=surely)

        for call in file.facts.calls:
            owner = owners[call.block]
            calls.setdefault(owner, []).append(call)
            symbol = resolve(call.name, call.block) if call.receiver is None else None
            if symbol is not None and symbol.kind == "external":
                outside.setdefault(owner, []).append(OutsideCall(path, call, symbol.name))
                if symbol.name.endswith(".instantiate"):
                    link(owner, self._instantiated_nodes(file), surely=False)
            elif symbol is not None:
                link(owner, self._nodes_of(symbol), surely=symbol.kind == "function")
                link(owner, self._initialiser(symbol), surely=True)
            elif call.receiver is None and may_be_code(call.name):
                # `train.remote(cfg)`, `cli.main()`: what is done to a function may run it
                holder = resolve(call.name.rpartition(".")[0], call.block)
                if holder is not None and holder.kind == "function":
                    link(owner, self._nodes_of(holder), surely=False)
            starts = bool(_STARTER.search(call.name))
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                mention(owner, argument, call.block, surely=starts)
        for binding in file.facts.assignments:
            if binding.value is not None:
                mention(owners[binding.block], binding.value, binding.block)
        for handed in file.facts.returns:
            mention(owners[handed.block], handed.value, handed.block)
        for function in file.facts.functions:
            outer = file.facts.blocks[function.block].parent
            if file.facts.function_of(outer) is not None:
                # a function made inside another one is made to be called
                link(owners[outer], [Node(path, function.block)], surely=True)
            for decorator in function.decorators:
                mention(function.block, decorator, outer)
            for parameter in function.parameters:
                if parameter.default is not None:
                    mention(function.block, parameter.default, outer)
        for item in file.facts.imports:
            for module in self._imported_files(file, item.module, item.name):
                link(owners[item.block], [Node(module, MODULE)], surely=False)

    def _initialiser(self, symbol: Symbol) -> Iterator[Node]:
        if symbol.kind == "class":
            for path, method in self._modules.methods(symbol):
                if method.qualname.rpartition(".")[2] == "__init__":
                    yield Node(path, method.block)
                    return

    def _nodes_of(self, symbol: Symbol) -> tuple[Node, ...]:
        known = self._nodes.get(symbol)
        if known is None:
            known = self._nodes[symbol] = tuple(self._find_nodes(symbol))
        return known

    def _find_nodes(self, symbol: Symbol) -> Iterator[Node]:
        if symbol.kind == "function":
            for function in self._modules.functions(symbol):
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
        """The files whose top levels an import runs: those of the packages around it, too."""
        names = module.lstrip(".").split(".") if module.strip(".") else []
        dots = module[: len(module) - len(module.lstrip("."))]
        if name and name != "*":
            names.append(name)
        for end in range(0 if dots else 1, len(names) + 1):
            found = self._modules.find(dots + ".".join(names[:end]), file.path)
            if found and found != file.path:
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
