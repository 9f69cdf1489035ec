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

from repro_check.project.code import FileCode
from repro_check.project.modules import Modules, Symbol
from repro_check.sources.expressions import CallRef, Expression, Literal, Name, parts
from repro_check.sources.python import MODULE, Call

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile


# calls that run the function they are given
_STARTER = re.compile(
    r"(^|\.)(run|spawn|Fire|launch|launch_job|start_processes|Process|Thread|main|cli|map)$"
)


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
    """Edges between the functions of a repository, made function by function when asked for.

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
        self._codes: dict[str, FileCode] = {}
        self._edges: dict[Node, dict[Node, bool]] = {}
        self._outside: dict[Node, list[OutsideCall]] = {}
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
        self._read(node)
        return self._edges[node]

    def outside_calls(self, node: Node) -> Iterable[OutsideCall]:
        """The calls of this node whose target is known and not of this repository."""
        self._read(node)
        return self._outside[node]

    def calls(self, node: Node) -> Iterable[Call]:
        """All calls that stand in this node's own code."""
        return self._code_of(node.path).calls.get(node.block, ())

    def _read(self, node: Node) -> None:
        if node in self._edges:
            return
        code = self._code_of(node.path)
        links = _Links(self._edges.setdefault(node, {}))
        outside = self._outside.setdefault(node, [])
        for call in code.calls.get(node.block, ()):
            self._follow_call(code, call, links, outside)
            is_starter: bool | None = None
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                passed = self._mentioned(code, argument, call.block)
                if passed and is_starter is None:
                    is_starter = bool(_STARTER.search(call.name))
                links.add(passed, surely=bool(is_starter))
        for value, block in code.values.get(node.block, ()):
            links.add(self._mentioned(code, value, block), surely=False)
        # a function made inside another one is made to be called
        links.add([Node(node.path, block) for block in code.inner.get(node.block, ())], surely=True)
        for item in code.imports.get(node.block, ()):
            paths = self._modules.imported(code.file.path, item)
            links.add([Node(path, MODULE) for path in paths], surely=False)

    def _follow_call(
        self, code: FileCode, call: Call, links: _Links, outside: list[OutsideCall]
    ) -> None:
        symbol = self._called(code, call)
        if symbol is not None and symbol.kind == "external":
            outside.append(OutsideCall(code.file.path, call, symbol.name))
            if symbol.name.endswith(".instantiate"):
                links.add(self._instantiated_nodes(code.file), surely=False)
        elif symbol is not None:
            links.add(self._nodes_of(symbol), surely=symbol.kind == "function")
            links.add(self._initialiser(symbol), surely=True)

    def _called(self, code: FileCode, call: Call) -> Symbol | None:
        """What is called: a name, or a method of what a named class makes (`Loop(cfg).run()`)."""
        if call.receiver is None:
            return self._resolve(code, call.name, call.block)
        if not isinstance(call.receiver, CallRef):
            return None
        maker = code.file.facts.calls[call.receiver.index]
        made = self._resolve(code, maker.name, maker.block) if maker.receiver is None else None
        return self._modules.method(made, call.name) if made and made.kind == "class" else None

    def _mentioned(self, code: FileCode, value: Expression, block: int) -> list[Node]:
        """The functions, and the methods of the classes, whose names stand in an expression."""
        if isinstance(value, Literal):
            return []
        found: list[Node] = []
        for part in (value,) if isinstance(value, Name) else parts(value):
            if isinstance(part, Name) and code.may_be_code(part.name):
                symbol = self._resolve(code, part.name, block)
                if symbol is not None and symbol.kind in {"function", "class", "attribute"}:
                    found.extend(self._nodes_of(symbol))
        return found

    def _resolve(self, code: FileCode, name: str, block: int) -> Symbol | None:
        key = (name, code.file.scopes.scope(block))
        if key not in code.resolved:
            code.resolved[key] = self._modules.resolve(code.file, name, block)
        return code.resolved[key]

    def _code_of(self, path: str) -> FileCode:
        if path not in self._codes:
            self._codes[path] = FileCode(self._files[path])
        return self._codes[path]

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
        for function in self._modules.functions(symbol):
            yield Node(symbol.path, function.block)
        if symbol.kind in {"class", "instance", "attribute"}:
            for path, method in self._modules.methods(symbol):
                yield Node(path, method.block)

    def _instantiated_nodes(self, file: PythonFile) -> Iterator[Node]:
        for dotted in self._instantiated:
            symbol = self._modules.resolve_dotted(file, dotted)
            if symbol is not None and symbol.kind in {"function", "class"}:
                yield Node(symbol.path, MODULE)
                yield from self._nodes_of(symbol)


class _Links:
    """The edges of one node while they are collected; a sure one outweighs a possible one."""

    def __init__(self, edges: dict[Node, bool]) -> None:
        self._edges = edges

    def add(self, nodes: Iterable[Node], *, surely: bool) -> None:
        for node in nodes:
            self._edges[node] = self._edges.get(node, False) or surely
