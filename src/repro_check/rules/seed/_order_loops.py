"""What the body of a loop over an unordered iterable makes of the order in which it runs."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.libraries import drawn_by, is_training
from repro_check.rules.seed._order_calls import writes
from repro_check.rules.seed._order_sites import Sites, end, names_of
from repro_check.sources.expressions import (
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
    Subscript,
    parts,
)
from repro_check.sources.python import Assignment, Call

_COLLECTS = frozenset({"append", "extend", "appendleft", "add_row"})
_JOINS = frozenset({"concat", "concatenate", "cat", "vstack", "hstack", "append", "stack"})


class Ends(msgspec.Struct, frozen=True):
    """The order ends in something that depends on it."""

    what: str
    span: Span


class Carried(msgspec.Struct, frozen=True):
    """A variable of the loop's surroundings is in that order, from a place on."""

    name: str
    block: int
    start: tuple[int, int]


class Yielded(msgspec.Struct, frozen=True):
    """The function yields in that order."""

    block: int


NUMBERS = "numbers them by position"
DRAWS = "draws random numbers in that order"
Step = Ends | Carried | Yielded


class Loop:
    """The body of a `for`.

    Args:
        sites: of the file.
        block: the block of the loop.
        number: the name that counts the rounds (`for i, x in enumerate(...)`), or "".
    """

    def __init__(self, sites: Sites, block: int, number: str = "") -> None:
        self._sites = sites
        self._facts = sites.facts
        self._block = block
        self._blocks = sites.inside(block)
        self._after = end(self._facts.blocks[block].span)
        self._assignments = sites.assignments_in(self._blocks)
        self._numbers = {number} - {""} | self._counters()

    def steps(self) -> Iterator[Step]:
        """What the order of the rounds reaches."""
        for call in self._sites.calls_in(self._blocks):
            yield from self._of_call(call)
        for item in self._assignments:
            yield from self._of_assignment(item)
        exits = {item.span for item in self._facts.exits if item.kind == "return"}
        for returned in self._facts.returns:
            kind = self._facts.blocks[returned.block].kind
            if returned.block in self._blocks and returned.span not in exits and kind != "lambda":
                yield Yielded(returned.block)

    def _of_call(self, call: Call) -> Iterator[Step]:
        owner, _, last = call.name.rpartition(".")
        if last in _COLLECTS and owner and self._is_outer(owner):
            if any(self._counts(argument) for argument in call.args):
                yield Ends(NUMBERS, call.span)
            else:
                yield Carried(owner, call.block, self._after)
        elif writes(call) and self._is_outer(owner) and self._sites.is_opened(owner, call.block):
            yield Ends("writes a file in that order", call.span)
        elif call.target.startswith(("random.", "numpy.random.")) and drawn_by(call.target):
            yield Ends(DRAWS, call.span)
        elif is_training(call):
            yield Ends("trains on them in that order", call.span)

    def _of_assignment(self, item: Assignment) -> Iterator[Step]:
        if not item.targets or item.value is None or item.kind in {"for", "with"}:
            return
        target, value = item.targets[0], item.value
        if isinstance(target, Subscript) and isinstance(target.base, Name):
            name = target.base.name
            if self._is_outer(name) and (
                self._counts(value)
                or self._is_length(value, name)
                or self._is_length(target.index, name)
            ):
                yield Ends(NUMBERS, item.span)
            elif self._is_outer(name) and self._counts(target.index):
                yield Carried(name, item.block, self._after)
        for name in names_of(target):
            if self._is_outer(name) and self._adds_to(item, value, name):
                yield Carried(name, item.block, self._after)

    def _adds_to(self, item: Assignment, value: Expression, name: str) -> bool:
        if item.kind == "+=":
            return self._is_list(value) or self._begins_as_list(name, item.block)
        if item.kind != "=":
            return False
        if isinstance(value, Operation) and value.operator == "+":
            return any(_is_name(part, name) for part in value.operands) and any(
                self._is_list(part) for part in value.operands
            )
        if isinstance(value, CallRef):
            call = self._facts.calls[value.index]
            return call.name.rpartition(".")[2] in _JOINS and any(
                _is_name(part, name) for argument in call.args for part in parts(argument)
            )
        return False

    def _is_list(self, value: Expression) -> bool:
        if isinstance(value, Opaque):
            made = self._sites.comprehension(value.span)
            return made is not None and made.kind == "list"
        return isinstance(value, Collection) and value.kind == "list"

    def _begins_as_list(self, name: str, block: int) -> bool:
        scope = self._scope(name, block)
        return any(
            isinstance(item.value, Collection) and item.value.kind == "list"
            for item in self._sites.bindings(name)
            if item.kind in {"=", ":"} and self._scope(name, item.block) == scope
        )

    def _is_outer(self, name: str) -> bool:
        """Whether a name is bound outside of the loop only."""
        scopes = self._sites.file.scopes
        root = name.partition(".")[0]
        if scopes.target(root, self._block) or scopes.binding(root, self._block) < 0:
            return False
        bound = [
            item
            for item in self._sites.bindings(name) + self._sites.bindings(root) * (root != name)
            if item.kind in {"=", ":", "for", "with"} and not self._rebuilds(item, name)
        ]
        inside = [item for item in bound if item.block in self._blocks]
        if not inside:
            return True
        # a list that is emptied now and then (`if full: write(rows); rows = []`) goes on
        return len(inside) < len(bound) and all(
            item.kind == "=" and self._is_optional(item.block) for item in inside
        )

    def _is_optional(self, block: int) -> bool:
        """Whether code of the loop is skipped in some rounds."""
        for one in self._facts.ancestors(block):
            if one == self._block:
                return False
            if self._facts.blocks[one].kind in {"if", "else", "except"}:
                return True
        return False

    def _rebuilds(self, item: Assignment, name: str) -> bool:
        """Whether an assignment makes a name of itself (`table = concat([table, row])`)."""
        if item.value is None or item.kind != "=":
            return False
        return self._adds_to(item, item.value, name)

    def _counters(self) -> set[str]:
        return {
            name
            for item in self._assignments
            if item.kind == "+=" and isinstance(item.value, Literal) and item.value.value == 1
            for target in item.targets
            for name in names_of(target)
            if not self._is_bound_inside(name)
        }

    def _is_bound_inside(self, name: str) -> bool:
        return any(
            item.block in self._blocks and item.kind == "=" for item in self._sites.bindings(name)
        )

    def _counts(self, value: Expression) -> bool:
        """Whether an expression holds the number of the round itself, not something made of it."""
        match value:
            case Name(name=name):
                return name in self._numbers
            case Collection(items=items):
                return any(self._counts(item) for item in items)
            case _:
                return False

    def _is_length(self, value: Expression, name: str) -> bool:
        if not isinstance(value, CallRef):
            return False
        call = self._facts.calls[value.index]
        return call.target == "builtins.len" and any(_is_name(item, name) for item in call.args)

    def _scope(self, name: str, block: int) -> int:
        return self._sites.file.scopes.binding(name.partition(".")[0], block)


def _is_name(value: Expression, name: str) -> bool:
    return isinstance(value, Name) and value.name == name
