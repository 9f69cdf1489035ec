"""Where one file uses what a name or a call holds: `cfg.model.lr`, `load()["model"].get("lr", 1)`."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.origins.bindings import Keys, key_of
from repro_check.project.origins.sources import holds_by_name
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
)
from repro_check.sources.python import Call
from repro_check.sources.scopes import bound_names

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile

_GETS = frozenset({"get", "pop", "setdefault"})
_VALUES = frozenset({"if", "or", "and", "*", "**", "await"})
_DEEPEST = 40


class Way(enum.Enum):
    """What becomes of a used value."""

    VALUE = "value"
    ASSIGNED = "assigned"
    ARGUMENT = "argument"
    RETURNED = "returned"
    METHOD = "method"
    ITERATED = "iterated"
    HELD = "held"
    WRITTEN = "written"


class Use(msgspec.Struct, frozen=True):
    """One use of a name, or of what a call gives.

    Attributes:
        keys: behind the name; None for a key that is not known.
        way: what becomes of the value.
        place: of ARGUMENT and METHOD the index of the call, of ASSIGNED that of the assignment.
        argument: of ARGUMENT the position or the keyword ("" for `**`); of RETURNED the position in a
            returned tuple, -1 for the value itself.
        default: of `.get` and `getattr` whether another value stands in for a missing key.
    """

    keys: Keys
    way: Way
    block: int
    span: Span
    place: int = -1
    argument: int | str = -1
    has_default: bool = False


class Chain(msgspec.Struct, frozen=True):
    """A name (or `#12` for call 12) and the keys behind it."""

    root: str
    keys: Keys
    has_default: bool = False

    def below(self, *keys: str | int | None, has_default: bool = False) -> Chain:
        """The same with more keys."""
        return Chain(self.root, (*self.keys, *keys), has_default)


class Uses:
    """The uses in one file, by the scope and the name, found in one walk.

    Args:
        file: the file.
    """

    def __init__(self, file: PythonFile) -> None:
        self._file = file
        self._facts = file.facts
        self._table: dict[tuple[int, str], list[Use]] = {}
        for index, call in enumerate(self._facts.calls):
            self._call(index, call)
        for index, item in enumerate(self._facts.assignments):
            way = Way.ITERATED if item.kind == "for" else Way.ASSIGNED
            if item.value is not None:
                self._walk(item.value, item.block, way, index)
            for target in item.targets:
                self._target(target, item.block)
        for returned in self._facts.returns:
            self._walk(returned.value, returned.block, Way.RETURNED)
        for block in self._facts.blocks:
            if block.test is not None:
                self._walk(block.test, block.parent, Way.VALUE)
        for test in self._facts.truth_tests:
            self._walk(test.tested, test.block, Way.VALUE)
            self._walk(test.then, test.block, Way.VALUE)
        for made in self._facts.comprehensions:
            for part in made.made:
                self._walk(part, made.block, Way.HELD)
        for function in self._facts.functions:
            for parameter in function.parameters:
                if parameter.default is not None:
                    self._walk(parameter.default, function.block, Way.HELD)

    def of(self, scope: int, root: str) -> list[Use]:
        """The uses of a name that a scope owns; of a call (`#12`) for any scope."""
        return self._table.get((-1 if root.startswith("#") else scope, root), [])

    def chains(self, expression: Expression, depth: int = 0) -> list[Chain]:
        """The names or calls of which an expression is a part, those that pass it on left out."""
        if depth > _DEEPEST:
            return []
        match expression:
            case Name(name=name):
                root, *rest = name.split(".")
                return [Chain(root, tuple(rest))]
            case Attribute(base=base, name=name):
                return [item.below(name) for item in self.chains(base, depth + 1)]
            case Subscript(base=base, index=index):
                return [item.below(key_of(index)) for item in self.chains(base, depth + 1)]
            case CallRef(index=index):
                return self._called(index, self._facts.calls[index], depth)
            case Operation(operator=operator, operands=operands) if _passes(expression):
                given = operands[1:] if operator == "if" else operands
                return [item for one in given for item in self.chains(one, depth + 1)]
            case _:
                return []

    def _called(self, index: int, call: Call, depth: int) -> list[Chain]:
        last = call.name.rpartition(".")[2]
        if last in _GETS and call.args and (call.receiver is not None or "." in call.name):
            key = key_of(call.args[0])
            fallback = len(call.args) > 1 or bool(call.keywords)
            return [
                item.below(key, has_default=fallback or last == "get")
                for item in self._owners(call, depth)
            ]
        if call.name == "getattr" and len(call.args) > 1:
            key = key_of(call.args[1])
            fallback = len(call.args) > 2
            return [
                item.below(key, has_default=fallback)
                for item in self.chains(call.args[0], depth + 1)
            ]
        if holds_by_name(call.name) and (call.args or call.keywords):
            given = (*call.args, *(item.value for item in call.keywords if not item.name))
            found = [item for one in given for item in self.chains(one, depth + 1)]
            return [*found, Chain(f"#{index}", ())]
        if last in {"copy", "to_dict", "toDict"} and not call.args:
            return self._owners(call, depth)
        return [Chain(f"#{index}", ())]

    def _owners(self, call: Call, depth: int) -> list[Chain]:
        """What the method of a call belongs to."""
        if call.receiver is not None:
            return self.chains(call.receiver, depth + 1)
        root, *rest = call.name.split(".")[:-1]
        return [Chain(root, tuple(rest))]

    def _call(self, index: int, call: Call) -> None:
        last = call.name.rpartition(".")[2]
        if call.receiver is not None or "." in call.name:
            for chain in self._owners(call, 0):
                if last in _GETS and call.args:
                    key = key_of(call.args[0])
                    self._keep(chain.below(key, has_default=True), call, Way.VALUE)
                else:
                    self._keep(chain, call, Way.METHOD, index)
        if call.name in {"getattr", "hasattr"} and len(call.args) > 1:
            for chain in self.chains(call.args[0]):
                fallback = len(call.args) > 2 or call.name == "hasattr"
                made = chain.below(key_of(call.args[1]), has_default=fallback)
                self._keep(made, call, Way.VALUE)
            return
        passes = holds_by_name(call.name)
        for at, item in enumerate(call.args):
            self._walk(item, call.block, Way.ARGUMENT, index, at, passes=passes)
        for keyword in call.keywords:
            self._walk(keyword.value, call.block, Way.ARGUMENT, index, keyword.name, passes=passes)

    def _target(self, target: Expression, block: int) -> None:
        if any(True for _ in bound_names(target)):
            return
        for chain in self.chains(target):
            self._put(chain, Use(chain.keys, Way.WRITTEN, block, target.span))

    def _walk(
        self,
        expression: Expression,
        block: int,
        way: Way,
        place: int = -1,
        argument: int | str = -1,
        *,
        passes: bool = False,
    ) -> None:
        """Keep the uses in an expression, whose value goes the given way."""
        found = self.chains(expression)
        for chain in found:
            if passes and way is Way.ARGUMENT:
                continue  # the result of the call is what is used
            self._put(
                chain,
                Use(chain.keys, way, block, expression.span, place, argument, chain.has_default),
            )
        if way is Way.RETURNED and isinstance(expression, Collection) and not expression.keys:
            for at, item in enumerate(expression.items):
                self._walk(item, block, way, argument=at)
            return
        for inner in _inside(expression):
            way_in = Way.HELD if isinstance(expression, Collection) else Way.VALUE
            self._walk(inner, block, way_in)

    def _keep(self, chain: Chain, call: Call, way: Way, place: int = -1) -> None:
        use = Use(chain.keys, way, call.block, call.span, place, -1, chain.has_default)
        self._put(chain, use)

    def _put(self, chain: Chain, use: Use) -> None:
        is_call = chain.root.startswith("#")
        scope = -1 if is_call else self._file.scopes.binding(chain.root, use.block)
        self._table.setdefault((scope, chain.root), []).append(use)


def _passes(made: Operation) -> bool:
    """Whether the value of an operation is one of its operands."""
    # `*` and `**` of one operand unpack, of two they calculate
    is_unpacking = made.operator not in {"*", "**"} or len(made.operands) == 1
    return made.operator in _VALUES and is_unpacking


def _inside(expression: Expression) -> Iterator[Expression]:
    """The parts that are used by themselves: operands, items, and what a subscript is asked with."""
    match expression:
        case Attribute(base=base):
            yield from _inside(base)
        case Subscript(base=base, index=index):
            yield from _inside(base)
            if not isinstance(index, Literal):
                yield index
        case Collection(items=items):
            yield from items
        case Operation(operator=operator, operands=operands):
            if not _passes(expression):
                yield from operands
            elif operator == "if":
                yield operands[0]
        case _:
            return
