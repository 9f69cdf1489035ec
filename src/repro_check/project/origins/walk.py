"""The way from an expression back to where its value may come from.

An answer asks for the value of an expression, or for a part of it by keys (`cfg.train.seed` asks `cfg`
for `train` and `seed`), so that namespaces, mappings, objects and configs are all one: something that is
asked by keys. Depth, the number of steps and cycles are bounded; what lies beyond is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.findings import Span
from repro_check.project.origins import calls, names
from repro_check.project.origins.bindings import Bindings, Keys, key_of
from repro_check.project.origins.config_keys import ConfigKeys
from repro_check.project.origins.guards import Guard, guard_of
from repro_check.project.origins.model import Origin, OriginKind
from repro_check.project.origins.options import Declared, Options
from repro_check.project.origins.places import At
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
    Subscript,
)
from repro_check.sources.kinds import Role
from repro_check.sources.python import Comprehension, Function

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_DEEPEST = 48
_MOST_STEPS = 600
_MOST_ORIGINS = 24
_COMPARISONS = frozenset("== != < <= > >= is in not chain".split()) | {"is not", "not in"}
_NO_ARITHMETIC = _COMPARISONS | {"if", "or", "and", "await", "f-string"}


class Tools:
    """What the walks of one project share, made at the first need.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.options = Options(project.python, project.modules)
        self.configs = ConfigKeys(project)
        self._bindings: dict[str, Bindings] = {}
        self._functions: dict[str, dict[int, Function]] = {}
        self._lambdas: dict[str, dict[Span, Function | Comprehension]] = {}

    def bindings(self, file: PythonFile) -> Bindings:
        """The bindings of a file."""
        if file.path not in self._bindings:
            self._bindings[file.path] = Bindings(file)
        return self._bindings[file.path]

    def function(self, file: PythonFile, block: int) -> Function | None:
        """The function or lambda of a block."""
        if file.path not in self._functions:
            self._functions[file.path] = {item.block: item for item in file.facts.functions}
        return self._functions[file.path].get(block)

    @cached_property
    def config_functions(self) -> tuple[tuple[str, Function], ...]:
        """The functions that make a config, as `ml_collections.config_flags` finds them."""
        return tuple(
            (file.path, function)
            for file in self.project.python.readable(Role.PRODUCT)
            for function in file.facts.functions
            if function.qualname == "get_config"
        )[:_MOST_ORIGINS]

    def opaque(self, file: PythonFile, span: Span) -> Function | Comprehension | None:
        """The lambda or the comprehension at a span."""
        if file.path not in self._lambdas:
            table: dict[Span, Function | Comprehension] = {
                item.span: item for item in file.facts.functions if not item.qualname
            }
            table.update((item.span, item) for item in file.facts.comprehensions)
            self._lambdas[file.path] = table
        return self._lambdas[file.path].get(span)


class Walk:
    """One question, with its bounds and the names that the value went through.

    Attributes:
        trail: (path, scope, dotted name) of the variables that held the value.
    """

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.project = tools.project
        self.trail: set[tuple[str, int, str]] = set()
        self._open: set[tuple[object, ...]] = set()
        self._steps = 0

    def value(self, at: At, expression: Expression | None, keys: Keys = ()) -> list[Origin]:
        """The origins of an expression, or of the part of it under some keys."""
        if expression is None:
            return []
        key = (at.key, expression.span, type(expression), keys)
        if key in self._open:
            return []
        self._steps += 1
        if len(self._open) >= _DEEPEST or self._steps > _MOST_STEPS:
            return [self.unknown(at, expression.span)]
        self._open.add(key)
        try:
            return merged(self._of(at, expression, keys))
        finally:
            self._open.discard(key)

    def unknown(self, at: At, span: Span, note: str = "") -> Origin:
        """Nothing is known of what stands here."""
        return Origin(OriginKind.UNKNOWN, None, at.file.path, span, note)

    def mark(self, kind: OriginKind, at: At, span: Span) -> Origin:
        """A mark of how the value is made."""
        return Origin(kind, None, at.file.path, span)

    def option(self, declared: Declared, kind: OriginKind = OriginKind.OPTION) -> list[Origin]:
        """The origins of an option or a field: its default, as one of that kind."""
        file = self.project.python[declared.path]
        if declared.default is None:
            return [Origin(kind, None, declared.path, declared.span, declared.note)]
        return [
            (
                Origin(kind, found.value, declared.path, declared.span, declared.note)
                if found.kind is OriginKind.LITERAL
                else found
            )
            for found in self.value(At(file, declared.block), declared.default)
        ]

    def either(self, first: list[Origin], second: list[Origin], mark: Origin) -> list[Origin]:
        """What `first if first is not None else second` may be."""
        if not any(origin.is_unset or origin.is_unknown for origin in first):
            return first
        given = [origin for origin in first if not origin.is_unset]
        return [*given, *second, mark]

    def item(self, at: At, iterated: Expression, keys: Keys) -> list[Origin]:
        """The origins of what a loop over a value gives to its variable."""
        if isinstance(iterated, CallRef):
            call = at.file.facts.calls[iterated.index]
            name = call.target.removeprefix("builtins.")
            if name == "range":
                return [o for item in call.args for o in self.value(at, item)]
            if name == "enumerate" and call.args:
                if keys and keys[0] == 0:
                    return [Origin(OriginKind.LITERAL, 0, at.file.path, call.span, name)]
                return self.value(at, call.args[0], (None, *keys[1:]))
            if name == "zip" and keys and isinstance(keys[0], int) and keys[0] < len(call.args):
                return self.value(at, call.args[keys[0]], (None, *keys[1:]))
        return self.value(at, iterated, (None, *keys))

    def is_surely_given(self, at: At, guard: Guard) -> bool:
        """Whether the value that a guard asks for is always there."""
        found = self.value(At(at.file, guard.block, at.frames), guard.tested)
        real = [origin for origin in found if not origin.is_mark]
        return bool(real) and all(origin.is_fixed or origin.is_drawn for origin in real)

    def _of(self, at: At, expression: Expression, keys: Keys) -> list[Origin]:
        match expression:
            case Literal(value=value, span=span):
                kind = OriginKind.UNKNOWN if keys else OriginKind.LITERAL
                return [Origin(kind, None if keys else value, at.file.path, span)]
            case Name(name=name, span=span):
                return names.of_name(self, at, name, span, keys)
            case CallRef(index=index):
                return calls.of_call(self, at, at.file.facts.calls[index], keys)
            case Attribute(base=base, name=name):
                return self.value(at, base, (name, *keys))
            case Subscript(base=base, index=index):
                return self.value(at, base, (key_of(index), *keys))
            case Collection():
                return self._collection(at, expression, keys)
            case Operation():
                return self._operation(at, expression, keys)
            case Opaque(span=span):
                return self._opaque(at, span, keys)

    def _collection(self, at: At, made: Collection, keys: Keys) -> list[Origin]:
        if not keys:  # a seed may be a list of numbers
            items = made.items if made.kind in {"list", "tuple"} else ()
            return self._combined(at, items, made.span)
        key, rest = keys[0], keys[1:]
        if made.kind != "dict":
            if isinstance(key, int) and -len(made.items) <= key < len(made.items):
                return self.value(at, made.items[key], rest)
            return [origin for item in made.items for origin in self.value(at, item, rest)]
        for name, item in zip(reversed(made.keys), reversed(made.items), strict=True):
            if name is None:
                found = self.value(at, item, keys)
                if any(not origin.is_unknown for origin in found):
                    return found
            elif isinstance(name, Literal) and name.value == key:
                return self.value(at, item, rest)
        return [self.unknown(at, made.span)]

    def _operation(self, at: At, made: Operation, keys: Keys) -> list[Origin]:
        mark = self.mark(OriginKind.CONDITIONAL, at, made.span)
        match made:
            case Operation(operator="if", operands=(test, then, other)):
                guard = guard_of(test, at.block)
                if guard is None:
                    return [*self.value(at, then, keys), *self.value(at, other, keys), mark]
                given, missing = (then, other) if guard.if_given else (other, then)
                found = [o for o in self.value(at, given, keys) if not o.is_unset]
                if self.is_surely_given(at, guard):
                    return found
                return [*found, *self.value(at, missing, keys), mark]
            case Operation(operator="or", operands=operands):
                found = self.value(at, operands[0], keys)
                for operand in operands[1:]:
                    found = self.either(found, self.value(at, operand, keys), mark)
                return found
            case Operation(operator="await" | "*" | "**", operands=(inner,)):
                return self.value(at, inner, keys)
            case Operation(operator="|", operands=operands) if keys:
                return [o for item in reversed(operands) for o in self.value(at, item, keys)]
            case Operation(operator=operator) if keys or operator in _COMPARISONS:
                return [self.unknown(at, made.span)]
            case _:
                return self._combined(at, made.operands, made.span)

    def _combined(self, at: At, items: Iterable[Expression], span: Span) -> list[Origin]:
        """What arithmetic (or a list, or an f-string) of several values is made of.

        Written constants beside another value (`seed % 2**32`) say nothing of their own.
        """
        every = [leaf for item in items for leaf in _leaves(item)]
        operands = [self.value(at, item) for item in every if not isinstance(item, Literal)]
        for operand in operands:
            if operand and all(origin.is_drawn for origin in operand):
                return operand  # whatever else it is made of, it differs from run to run
        found = [origin for operand in operands for origin in operand]
        if all(origin.kind is OriginKind.RANK for origin in found):
            found += [
                o for item in every if isinstance(item, Literal) for o in self.value(at, item)
            ]
        return found or [self.unknown(at, span)]

    def _opaque(self, at: At, span: Span, keys: Keys) -> list[Origin]:
        inner = self.tools.opaque(at.file, span)
        if isinstance(inner, Comprehension) and inner.kind != "dict" and keys:
            return self.value(At(at.file, inner.block, at.frames), inner.made[0], keys[1:])
        return [self.unknown(at, span)]


def _leaves(expression: Expression) -> Iterable[Expression]:
    """What arithmetic, however nested, is made of."""
    if isinstance(expression, Operation) and expression.operator not in _NO_ARITHMETIC:
        for operand in expression.operands:
            yield from _leaves(operand)
    else:
        yield expression


def merged(origins: Iterable[Origin]) -> list[Origin]:
    """Each origin once, in order; of very many only the first ones and that more are unknown."""
    found = list(dict.fromkeys(origins))
    if len(found) <= _MOST_ORIGINS:
        return found
    last = found[_MOST_ORIGINS]
    return [*found[:_MOST_ORIGINS], Origin(OriginKind.UNKNOWN, None, last.path, last.span)]
