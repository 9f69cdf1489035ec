"""What a module is built of: the outside layers that its methods make, directly or through own ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.calls import Node
from repro_check.project.modules import Symbol
from repro_check.project.outside import canonical, makes_module
from repro_check.sources.expressions import Name, parts
from repro_check.sources.python import Call
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.calls import CallGraph
    from repro_check.project.classes import Classes
    from repro_check.project.files import PythonFile
    from repro_check.project.modules import Modules

_MOST = 400
_MAKING = pattern(
    r"(__init__|setup|__post_init__|configure_model)$|_?(make|build|init|create|get)_?"
)
_CONDITIONAL = frozenset({"if", "else", "case", "try", "except"})


class Part(msgspec.Struct, frozen=True):
    """A layer that a module makes.

    Attributes:
        name: the canonical name of the outside class.
        path: the file of the call.
        call: what makes it, or what it is handed to by its name (`norm_layer=nn.BatchNorm2d`).
        is_sure: made whenever the module is: called, and not inside a branch.
    """

    name: str
    path: str
    call: Call
    is_sure: bool


class Parts:
    """The layers of modules, found once for each class.

    Args:
        files: Python files by path.
        modules: their names.
        graph: their calls.
        classes: their classes.
    """

    def __init__(
        self,
        files: Mapping[str, PythonFile],
        modules: Modules,
        graph: CallGraph,
        classes: Classes,
    ) -> None:
        self._files = files
        self._modules = modules
        self._graph = graph
        self._classes = classes
        self._known: dict[Symbol, tuple[Part, ...]] = {}

    def of(self, symbol: Symbol) -> tuple[Part, ...]:
        """The layers that a module of this repository makes, those of nested own modules too."""
        known = self._known.get(symbol)
        if known is None:
            known = self._known[symbol] = tuple(self._find(symbol))
        return known

    def _find(self, symbol: Symbol) -> Iterator[Part]:
        waiting = [(node, True) for node in self._nodes(symbol)]
        seen = dict(waiting)
        for node, is_sure in waiting:  # grows while it is walked
            if len(waiting) > _MOST:
                return
            file = self._files[node.path]
            for call in self._graph.calls(node):
                sure = is_sure and not _is_conditional(file, call, node.block)
                for part, following in self._made(file, call, is_sure=sure):
                    if part is not None:
                        yield part
                    for each in following:
                        if each not in seen:
                            seen[each] = sure
                            waiting.append((each, sure))

    def _nodes(self, symbol: Symbol) -> Iterator[Node]:
        """Every method but those that run later: a module is made by `__init__` and its helpers."""
        for path, method in self._modules.methods(symbol):
            if _MAKING.match(method.qualname.rpartition(".")[2]):
                yield Node(path, method.block)

    def _made(
        self, file: PythonFile, call: Call, *, is_sure: bool
    ) -> Iterator[tuple[Part | None, list[Node]]]:
        symbol = None
        if call.receiver is None:
            symbol = self._modules.resolve(file, call.name, call.block)
        if symbol is not None:
            yield self._followed(file, call, symbol, is_sure=is_sure)
        for value in (*call.args, *(keyword.value for keyword in call.keywords)):
            for part in parts(value):
                if isinstance(part, Name):
                    named = self._modules.resolve(file, part.name, call.block)
                    if named is not None and named.kind in {"external", "class"}:
                        yield self._followed(file, call, named, is_sure=False)

    def _followed(
        self, file: PythonFile, call: Call, symbol: Symbol, *, is_sure: bool
    ) -> tuple[Part | None, list[Node]]:
        if symbol.kind == "external":
            name = canonical(symbol.name)
            is_layer = name.rpartition(".")[2][:1].isupper() and "()" not in name
            is_layer |= makes_module(name)
            return (Part(name, file.path, call, is_sure) if is_layer else None), []
        if symbol.kind == "class" and self._classes.is_a(symbol, "torch.nn.Module") is not False:
            return None, list(self._nodes(symbol))
        if symbol.kind == "function" and "." not in symbol.name:
            return None, [Node(symbol.path, each.block) for each in self._modules.functions(symbol)]
        return None, []


def _is_conditional(file: PythonFile, call: Call, owner: int) -> bool:
    for block in file.facts.ancestors(call.block):
        if block == owner:
            return False
        if file.facts.blocks[block].kind in _CONDITIONAL:
            return True
    return False
