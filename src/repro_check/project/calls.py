"""The call graph: which code may run when an entry point runs.

Edges are sure (a function is called, a method is called on an object whose class is known) or merely
possible (a constructed class may have any method called, a function passed by name may be called). For
"is a seed ever set?" too many edges mean silence, so all count; for "does this train?" too many mean a
false alarm, so only the sure ones do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.called import Callables
from repro_check.project.code import FileCode
from repro_check.project.modules import Modules, Symbol
from repro_check.sources.python import MODULE, Call, Import

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile


STARTERS = frozenset(
    "run spawn Fire launch launch_job start_processes Process Thread main cli map".split()
)
"""The last names of calls that run the function they are given."""


class Node(msgspec.Struct, frozen=True, order=True, cache_hash=True):
    """A function of the repository, or a module's top level (`block` 0)."""

    path: str
    block: int


class OutsideCall(msgspec.Struct, frozen=True):
    """A call that leaves the repository, with what its name stands for."""

    path: str
    call: Call
    target: str


class Target(msgspec.Struct, frozen=True):
    """A function that a call runs.

    Attributes:
        node: the function.
        is_sure: whether that is known; else it is handed over by name, or a method of a class that
            is made.
        call: the call with the arguments that the function sees; None where others choose them.
        is_bound: whether an object or a class fills its first parameter.
    """

    node: Node
    is_sure: bool
    call: Call | None = None
    is_bound: bool = False


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
        self._sure: dict[Symbol, Sequence[Node]] = {}
        self._reached: dict[tuple[tuple[Node, ...], bool], tuple[Node, ...]] = {}
        self._named: dict[tuple[str, frozenset[str]], Mapping[int, Sequence[Call]]] = {}
        self._callables = Callables(files, modules)

    def reachable(self, *entries: Node, surely: bool = False) -> tuple[Node, ...]:
        """The nodes that may run when the entries run, themselves included, sorted.

        Args:
            entries: where to begin.
            surely: follow only edges that are sure.
        """
        known = self._reached.get((entries, surely))
        if known is not None:
            return known
        seen = set(entries)
        waiting = list(entries)
        while waiting:
            edges = self.edges(waiting.pop())
            new = [node for node in edges if node not in seen and (edges[node] or not surely)]
            seen.update(new)
            waiting += new
        return self._reached.setdefault((entries, surely), tuple(sorted(seen)))

    def walk(self, *entries: Node) -> Iterator[Node]:
        """The same nodes as they are found, the nearest first: for who may stop on the way."""
        seen = set(entries)
        waiting = list(entries)
        for node in waiting:  # grows while it is walked
            yield node
            new = [each for each in self.edges(node) if each not in seen]
            seen.update(new)
            waiting += new

    def is_known(self, node: Node) -> bool:
        """Whether the file of a node could be read."""
        return self._files[node.path].is_known

    def edges(self, node: Node) -> Mapping[Node, bool]:
        """The nodes that may run directly from this one, and whether that is sure."""
        if node not in self._edges:
            self._read(node)
        return self._edges[node]

    def outside_calls(self, node: Node) -> Iterable[OutsideCall]:
        """The calls of this node whose target is known and not of this repository."""
        if node not in self._outside:
            self._read(node)
        return self._outside[node]

    def calls(self, node: Node) -> Iterable[Call]:
        """All calls that stand in this node's own code."""
        return self._code_of(node.path).calls.get(node.block, ())

    def targets(self, path: str, call: Call) -> tuple[Target, ...]:
        """The functions of this repository that one call runs, the sure ones first.

        Args:
            path: the file of the call.
            call: one of its calls.
        """
        code = self._code_of(path)
        called = self._callables.of(code, call)
        found: dict[Node, Target] = {}
        if called is not None and called.symbol.kind != "external":
            is_bound = self._callables.is_bound(code, called)
            for node in self._surely_run(called.symbol):
                found.setdefault(node, Target(node, True, called.call, is_bound))
        for node in self._handed_over(code, call):
            found.setdefault(node, Target(node, _is_starter(call)))
        if called is not None and called.symbol.kind != "external":
            for node in self._nodes_of(called.symbol):
                found.setdefault(node, Target(node, False))
        return tuple(sorted(found.values(), key=lambda target: not target.is_sure))

    def outside_target(self, path: str, call: Call) -> str:
        """What a call stands for that leaves the repository, dotted; "" for any other."""
        called = self._callables.of(self._code_of(path), call)
        is_outside = called is not None and called.symbol.kind == "external"
        return called.symbol.name if called is not None and is_outside else ""

    def is_outside(self, call: Call) -> bool:
        """Whether an import or a builtin brings what is called, and nothing of this repository can."""
        return bool(call.target) and not self._modules.may_be_own(call.target)

    def method_targets(self, owner: Symbol, name: str, call: Call) -> Iterator[Target]:
        """What a call runs on an object of a class of this repository.

        Args:
            owner: the class.
            name: the method; "" if the object itself is called.
            call: the call.
        """
        method = self._modules.method(owner, name) if name else self._callables.runner(owner)
        for node in self._nodes_of(method) if method else ():
            yield Target(node, True, call, True)

    def calls_named(self, node: Node, lasts: frozenset[str]) -> Iterable[Call]:
        """The calls in this node's own code of what is written with one of these last parts."""
        key = (node.path, lasts)
        if key not in self._named:
            code = self._code_of(node.path)
            self._named[key] = code.by_owner(code.file.calls_named(*lasts))
        return self._named[key].get(node.block, ())

    def is_generator(self, node: Node) -> bool:
        """Whether a function yields, so that calling it alone runs nothing."""
        return node.block in self._code_of(node.path).generators

    def imports(self, node: Node) -> Iterable[Import]:
        """All imports that stand in this node's own code."""
        return self._code_of(node.path).imports.get(node.block, ())

    def _read(self, node: Node) -> None:
        code = self._code_of(node.path)
        edges = self._edges.setdefault(node, {})
        outside = self._outside.setdefault(node, [])
        # a name that was looked up in a block adds nothing the second time
        known: set[tuple[str, int]] = set()
        for call in code.calls.get(node.block, ()):
            self._follow_call(code, call, edges, outside)
            names = code.names_given(call)
            if names:
                surely = _is_starter(call)
                new = names if surely else _unknown(names, call.block, known)
                if new:
                    _link(edges, self._meant(code, new, call.block), surely=surely)
        for value, block in code.values.get(node.block, ()):
            names = _unknown(code.names(value), block, known)
            if names:
                _link(edges, self._meant(code, names, block), surely=False)
        # a function made inside another one is made to be called
        inner = code.inner.get(node.block, ())
        _link(edges, [Node(node.path, block) for block in inner], surely=True)
        for item in code.imports.get(node.block, ()):
            paths = self._modules.imported(code.file.path, item)
            _link(edges, [Node(path, MODULE) for path in paths], surely=False)

    def _follow_call(
        self, code: FileCode, call: Call, edges: dict[Node, bool], outside: list[OutsideCall]
    ) -> None:
        target = call.target
        if not self.is_outside(call):
            called = self._callables.of(code, call)
            if called is None:
                return
            if called.symbol.kind != "external":
                _link(edges, self._nodes_of(called.symbol), surely=False)
                _link(edges, self._surely_run(called.symbol), surely=True)
                return
            target, call = called.symbol.name, called.call
        outside.append(OutsideCall(code.file.path, call, target))
        if target.endswith(".instantiate"):
            _link(edges, self._instantiated_nodes(code.file), surely=False)

    def _surely_run(self, symbol: Symbol) -> Sequence[Node]:
        """What runs when a symbol is called: the function, or methods of the class behind it."""
        if symbol.kind == "function":
            return self._nodes_of(symbol)
        known = self._sure.get(symbol)
        if known is None:
            methods: Iterable[Symbol | None] = ()
            if symbol.kind == "class":
                methods = self._callables.makers(symbol)
            elif symbol.kind == "instance":
                methods = [self._callables.runner(Symbol("class", symbol.path, symbol.name))]
            known = self._sure[symbol] = [
                node for method in methods if method for node in self._nodes_of(method)
            ]
        return known

    def _handed_over(self, code: FileCode, call: Call) -> list[Node]:
        """The functions whose names stand in the arguments of a call."""
        given = code.names_given(call)
        return self._meant(code, given, call.block) if given else []

    def _meant(self, code: FileCode, names: Iterable[str], block: int) -> list[Node]:
        """The functions, and the methods of the classes, that some names stand for."""
        found: list[Node] = []
        for name in names:
            symbol = self._callables.resolve(code, name, block)
            if symbol is not None and symbol.kind in {"function", "class", "attribute"}:
                found.extend(self._nodes_of(symbol))
        return found

    def _code_of(self, path: str) -> FileCode:
        if path not in self._codes:
            self._codes[path] = FileCode(self._files[path], self._modules)
        return self._codes[path]

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


def _is_starter(call: Call) -> bool:
    return call.name.rpartition(".")[2] in STARTERS


def _unknown(names: Sequence[str], block: int, known: set[tuple[str, int]]) -> Sequence[str]:
    """Those of some names of a block that are new; they are known then."""
    if not names:
        return names
    new = [name for name in names if (name, block) not in known]
    known.update((name, block) for name in new)
    return new


def _link(edges: dict[Node, bool], nodes: Iterable[Node], *, surely: bool) -> None:
    """Add edges to those of a node; a sure one outweighs a possible one."""
    for node in nodes:
        edges[node] = surely or edges.get(node, False)
