"""Everything in one file that gives a name, or a part of what it holds, a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from repro_check.findings import Span
from repro_check.sources.expressions import (
    Attribute,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
)
from repro_check.sources.python import Call, ModuleFacts

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile

Key: TypeAlias = str | int | None
"""An attribute's name, a mapping's key or a position; None for one that is not known."""
Keys: TypeAlias = tuple[Key, ...]

_TRANSPARENT = frozenset({"with", "try"})
_SCOPES = frozenset({"module", "class", "function", "lambda", "comprehension"})
_UPDATES = (".update", ".merge_from_file", ".merge_from_list", ".merge_from_dict")


class Binding(msgspec.Struct, frozen=True):
    """One assignment to a name (`seed = 1`) or to a part of it (`cfg.train.seed = 1`).

    Attributes:
        keys: the part that is assigned; () for the name itself.
        value: what is assigned; None where that cannot be seen.
        taken: which part of the value (`a, b = pair` takes 0 and 1).
        kind: as of `Assignment`.
        block: where it happens; a `with` or `try` around it is passed over.
    """

    keys: Keys
    value: Expression | None
    taken: Keys
    kind: str
    block: int
    span: Span


def path_of(expression: Expression) -> tuple[str, Keys] | None:
    """The plain name at which an expression begins and the keys behind it: `cfg["a"].b`."""
    match expression:
        case Name(name=name):
            root, *rest = name.split(".")
            return root, tuple(rest)
        case Attribute(base=base, name=name):
            found = path_of(base)
            return None if found is None else (found[0], (*found[1], name))
        case Subscript(base=base, index=index):
            found = path_of(base)
            return None if found is None else (found[0], (*found[1], key_of(index)))
        case _:
            return None


def key_of(index: Expression) -> Key:
    """The key that a subscript is written with, or None."""
    if isinstance(index, Literal) and isinstance(index.value, str | int):
        return index.value
    return None


class Bindings:
    """The bindings of one file by scope and name."""

    def __init__(self, file: PythonFile) -> None:
        self._file = file
        self._facts: ModuleFacts = file.facts
        self._table: dict[tuple[int, str], list[Binding]] = {}
        for item in self._facts.assignments:
            if item.value is None and item.kind == ":":
                continue
            for target in item.targets:
                for part, taken in _unpacked(target):
                    self._add(
                        part, Binding((), item.value, taken, item.kind, item.block, item.span)
                    )
        for call in self._facts.calls:
            self._add_call(call)
        for found in self._table.values():
            found.sort(key=lambda binding: (binding.span.line, binding.span.column))

    def of(self, scope: int, root: str) -> list[Binding]:
        """The bindings of a name and of its parts, in the order of their lines."""
        return self._table.get((scope, root), [])

    def is_before(self, binding: Binding, use: Span, block: int) -> bool:
        """Whether a binding may come before a use in the same scope, also by way of a loop."""
        at, used = binding.span, use
        if (at.line, at.column) < (used.line, used.column) and not _holds(at, used):
            return True
        around = set(self._facts.ancestors(block))
        for outer in self._facts.ancestors(binding.block):
            kind = self._facts.blocks[outer].kind
            if kind == "comprehension":
                return outer in around
            if kind in _SCOPES:
                return False
            if kind in {"for", "while"} and outer in around:
                return True
        return False

    def always_runs(self, binding: Binding, use: Span, block: int) -> bool:
        """Whether a use comes only after the binding, and nothing before it matters any more."""
        at = binding.span
        is_earlier = (at.line, at.column) < (use.line, use.column)
        return is_earlier and binding.block in set(self._facts.ancestors(block))

    def excludes(self, binding: Binding, block: int) -> bool:
        """Whether a binding stands in another branch of an `if` than the use."""
        sides = dict(self._sides(block))
        return any(sides.get(test, side) != side for test, side in self._sides(binding.block))

    def _sides(self, block: int) -> Iterator[tuple[Span, str]]:
        """The tests around a block, and on which side of each it is."""
        for outer in self._facts.ancestors(block):
            here = self._facts.blocks[outer]
            if here.test is not None and here.kind in {"if", "else"}:
                yield here.test.span, here.kind

    def _add(self, target: Expression, made: Binding) -> None:
        """Keep a binding under the name at which its target begins."""
        path = path_of(target)
        block = made.block
        if path is None or (self._facts.blocks[block].kind == "class" and path[1]):
            return
        root, keys = path
        scope = self._file.scopes.binding(root, block)
        while self._facts.blocks[block].kind in _TRANSPARENT:
            block = self._facts.blocks[block].parent
        kept = msgspec.structs.replace(made, keys=keys, block=block)
        self._table.setdefault((scope, root), []).append(kept)

    def _add_call(self, call: Call) -> None:
        """`setattr(args, "seed", 1)` and what may change any part of an object."""
        if call.name == "setattr" and len(call.args) == 3:
            path = path_of(call.args[0])
            key = key_of(call.args[1])
            if path is not None:
                target: Expression = call.args[0]
                if isinstance(key, str):
                    target = Attribute(call.at, call.args[0], key)
                value = call.args[2] if isinstance(key, str) else None
                kind = "setattr" if isinstance(key, str) else "update"
                self._add(target, Binding((), value, (), kind, call.block, call.span))
        elif call.name.endswith(_UPDATES) and call.receiver is None:
            owner = call.name.rpartition(".")[0].removesuffix(".__dict__")
            given = call.args[0] if len(call.args) == 1 and not call.keywords else None
            name = Name(call.at, owner)
            is_plain = call.name.endswith((".update", ".merge_from_dict"))
            value = given if is_plain and isinstance(given, Collection) else None
            self._add(name, Binding((), value, (), "update", call.block, call.span))


def _unpacked(target: Expression, taken: Keys = ()) -> Iterator[tuple[Expression, Keys]]:
    match target:
        case Collection(items=items):
            is_exact = True
            for at, item in enumerate(items):
                is_exact = is_exact and not isinstance(item, Operation)
                yield from _unpacked(item, (*taken, at if is_exact else None))
        case Operation(operator="*", operands=(inner,)):
            yield inner, taken
        case _:
            yield target, taken


def _holds(outer: Span, inner: Span) -> bool:
    """Whether a use stands inside the binding itself: `seed = seed or 3`."""
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
