"""What a function or a class of the repository may be called with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.modules import Symbol
from repro_check.project.signature_fields import Maker, fields, maker
from repro_check.sources.expressions import Expression, Name
from repro_check.sources.python import MODULE, Class, Function, Parameter
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_METACLASS = pattern(r"\bmetaclass\s*=\s*(?!(abc\.)?ABCMeta\b)")
# these add no parameters, and none of them takes any (of Module: torch/nn/modules/module.py)
_BARE = frozenset(
    "builtins.object abc.ABC typing.Generic typing.Protocol typing_extensions.Protocol "
    "torch.nn.Module".split()
)
_TYPING = frozenset({"typing.final", "typing_extensions.final", "typing.runtime_checkable"})
_KEPT = frozenset({"builtins.staticmethod", "builtins.classmethod"})
_DEEPEST = 12


class Signature(msgspec.Struct, frozen=True):
    """What a call may give.

    Attributes:
        names: the parameters that may be given by name, in their order.
        positional: those of them that may be given by position.
        required: those of them that have no default.
        takes_any: whether `**kwargs` takes other names, too.
        path: the file of the definition.
        span: the name of the function, or of the class whose fields these are.
    """

    names: tuple[str, ...]
    positional: tuple[str, ...]
    required: tuple[str, ...]
    takes_any: bool
    path: str
    span: Span


class Signatures:
    """The signatures of a repository; None for all that decorators, metaclasses or others may change.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[Symbol, Signature | None] = {}

    def of(self, symbol: Symbol) -> Signature | None:
        """What a function, a static or class method, or a class takes; None where that is not sure."""
        if symbol not in self._known:
            self._known[symbol] = None
            if symbol.kind == "function":
                self._known[symbol] = self._of_function(symbol)
            elif symbol.kind == "class" and not self._is_made_otherwise(symbol):
                self._known[symbol] = self._of_class(symbol, 0)
        return self._known[symbol]

    def _of_function(self, symbol: Symbol) -> Signature | None:
        file = self._project.python[symbol.path]
        found = tuple(self._project.modules.functions(symbol))
        if len(found) != 1 or not self.is_settled(file, symbol.name):
            return None
        function = found[0]
        outer = file.facts.blocks[function.block].parent
        decorators = [self._decorator(file, item, outer) for item in function.decorators]
        if file.facts.blocks[outer].kind == "class":
            if len(decorators) != 1 or decorators[0] not in _KEPT:
                return None
            skipped = int(decorators[0] == "builtins.classmethod")
        elif decorators or outer != MODULE:
            return None
        else:
            skipped = 0
        return _signature(file.path, function, skipped)

    def _of_class(self, symbol: Symbol, depth: int) -> Signature | None:
        """By its own `__init__`, its fields, or the first of its bases that has either."""
        file, item = self._project.python[symbol.path], self._project.classes.definition(symbol)
        if item is None or depth > _DEEPEST or not self.is_settled(file, symbol.name):
            return None
        outer = file.facts.blocks[item.block].parent
        decorators = [self._decorator(file, each, outer) for each in item.decorators]
        made = [maker(name) for name in decorators if name not in _TYPING]
        if any(each is Maker.UNKNOWN for each in made) or len(made) > 1:
            return None
        init = Symbol("function", symbol.path, f"{symbol.name}.__init__")
        own = tuple(self._project.modules.functions(init))
        if own:
            is_plain = len(own) == 1 and not own[0].decorators
            return _signature(file.path, own[0], 1) if is_plain else None
        if made:
            return self._of_fields(symbol, item)
        empty: Signature | None = None
        for base in self._bases(file, item):
            if base is None or (base.kind == "external" and base.name not in _BARE):
                return None
            if base.kind == "external":
                continue
            found = self._of_class(base, depth + 1) if base.kind == "class" else None
            if found is None or found.names or found.takes_any:
                return found if empty is None else None
            empty = found
        return empty or Signature((), (), (), False, file.path, _name_span(item))

    def _of_fields(self, symbol: Symbol, item: Class) -> Signature | None:
        found = fields(self._project, symbol)
        if found is None:
            return None
        names = tuple(each.name for each in found)
        required = tuple(each.name for each in found if not each.has_default)
        return Signature(names, names, required, False, symbol.path, _name_span(item))

    def _bases(self, file: PythonFile, item: Class) -> Iterable[Symbol | None]:
        outer = file.facts.blocks[item.block].parent
        for base in item.bases:
            written = getattr(base, "base", base)  # `Generic[T]`
            name = written.name if isinstance(written, Name) else ""
            yield self._project.modules.resolve(file, name, outer)

    def _is_made_otherwise(self, symbol: Symbol) -> bool:
        """Whether a metaclass, `__new__`, or an `__init__` that is no function makes its objects."""
        for owner in self._project.classes.lineage(symbol).own:
            file = self._project.python[owner.path]
            item = self._project.classes.definition(owner)
            if item is None:
                return True
            names = {
                function.qualname.rpartition(".")[2]
                for function in file.facts.functions
                if file.facts.blocks[function.block].parent == item.block
            }
            bindings = self._project.classes.bindings(file)
            bound = {name for name, _ in bindings.fields(item.block)}
            if names & {"__new__", "__init_subclass__"} or bound & {"__new__", "__init__"}:
                return True
            if _METACLASS.search(self._head(file, item)):
                return True
        return False

    def _head(self, file: PythonFile, item: Class) -> str:
        lines = (self._project.text_at(file.path) or "").splitlines()
        body = file.facts.blocks[item.block].body
        return "\n".join(lines[item.span.line - 1 : max(body.line - 1, item.span.line)])

    def is_settled(self, file: PythonFile, name: str) -> bool:
        """Whether the top-level name before the first dot is defined once, and bound to nothing else."""
        root = name.partition(".")[0]
        facts = file.facts
        defined = [item.qualname for item in facts.functions]
        defined += [item.qualname for item in facts.classes]
        return (
            file.is_known
            and defined.count(root) == 1
            and not file.scopes.assignments(root, MODULE)
            and not any(
                item.alias == root and file.scopes.scope(item.block) == MODULE
                for item in facts.imports
            )
        )

    def _decorator(self, file: PythonFile, item: Expression, block: int) -> str:
        """What a decorator, called or not, stands for outside of the repository; "" for any other."""
        index = getattr(item, "index", None)
        name = getattr(item, "name", "")
        if isinstance(index, int):
            call = file.facts.calls[index]
            name = "" if call.receiver is not None else call.name
        symbol = self._project.modules.resolve(file, name, block) if name else None
        return symbol.name if symbol is not None and symbol.kind == "external" else ""


def _signature(path: str, function: Function, skipped: int) -> Signature | None:
    parameters = function.parameters[skipped:]
    if skipped and (not function.parameters or function.parameters[0].kind):
        return None
    named = [item for item in parameters if item.kind in {"", "keyword"}]
    return Signature(
        tuple(item.name for item in named),
        tuple(item.name for item in named if not item.kind),
        tuple(item.name for item in named if item.default is None),
        any(item.kind == "**" for item in parameters),
        path,
        _place(function, parameters),
    )


def _place(function: Function, parameters: tuple[Parameter, ...]) -> Span:
    """From the function's name to its last parameter."""
    start, end = function.name_span, function.name_span
    if parameters and parameters[-1].span.line == start.line:
        end = parameters[-1].span
    return Span(start.line, start.column, end.end_line, end.end_column)


def _name_span(item: Class) -> Span:
    """The line of a class, from its start."""
    start = item.span
    end = start.column + len("class ") + len(item.qualname.rpartition(".")[2])
    return Span(start.line, start.column, start.line, end)
