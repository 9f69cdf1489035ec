"""What one function does, in the order in which it does it, without what it calls.

Facts are a list in the order of the source; this is the order of evaluation (language reference, section
6.16): arguments before their call, the iterable of a loop before its body, a comprehension's elements
after its first iterable. What stands in a lambda or an inner function runs only when that is called.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from repro_check.findings import Span
from repro_check.sources.expressions import Attribute, Expression, Name, Subscript
from repro_check.sources.python import Assignment, Call, Import

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile

Action: TypeAlias = Call | Import | Assignment
_Place: TypeAlias = tuple[float, float]
_LAST: _Place = (float("inf"), 0)
_LOOPS = frozenset({"for", "while", "comprehension"})
_EXITS = frozenset({"sys.exit", "builtins.exit", "builtins.quit", "os._exit"})
_LEAVING = {"return": "function", "raise": "program", "exit": "program"}


class Choice(msgspec.Struct, frozen=True):
    """A block that a run may skip.

    Attributes:
        block: its index; -1 for a part of an expression (`x and f()`).
        test: the place that exclusive choices share: the condition of an `if` and its `else`.
        leaves: "function" or "program" if nothing behind it in the function, or at all, runs after it.
    """

    block: int
    test: Span | None = None
    leaves: str = ""


class Moment(msgspec.Struct, frozen=True):
    """An action of a function.

    Attributes:
        action: a call, an import, or an assignment to an attribute or an item.
        choices: what must be chosen for it to run, outermost first.
        is_repeated: whether it stands in a loop.
    """

    action: Action
    choices: tuple[Choice, ...]
    is_repeated: bool


class Programs:
    """The programs of the functions of one file.

    Args:
        file: the file.
        guard: the block of its `if __name__ == "__main__"`, or None.
    """

    def __init__(self, file: PythonFile, guard: int | None) -> None:
        self._file = file
        self._guard = guard
        self._leaving = dict(_leaving(file))
        self._optional = _OptionalParts(file)
        self._elements = {
            item.block: _end(item.made[-1].span) for item in file.facts.comprehensions
        }
        self._surroundings: dict[int, _Surroundings] = {}
        self._made: dict[tuple[int, bool], tuple[Moment, ...]] = {}

    def of(self, block: int, *, is_main: bool) -> tuple[Moment, ...]:
        """What a function, or the module's top level (block 0), does.

        Args:
            block: the function's.
            is_main: whether the module is run, and not imported: its guarded body runs too.
        """
        if (block, is_main) not in self._made:
            self._made[block, is_main] = tuple(self._find(block, is_main=is_main))
        return self._made[block, is_main]

    def _find(self, block: int, *, is_main: bool) -> Iterator[Moment]:
        found = sorted(self._actions.get(block, ()), key=lambda item: item[0])
        for _, action in found:
            around = self._around(action.block)
            if around.is_guarded and not is_main:
                continue
            choices = around.choices
            if self._optional.holds(action.span):
                choices = (*choices, Choice(-1, action.span))
            yield Moment(action, choices, around.is_repeated)

    @cached_property
    def _actions(self) -> dict[int, list[tuple[tuple[_Place, ...], Action]]]:
        facts = self._file.facts
        table: dict[int, list[tuple[tuple[_Place, ...], Action]]] = {}
        outward = (item for item in facts.assignments if any(map(_is_outward, item.targets)))
        every: Iterable[Action] = chain(facts.calls, facts.imports, outward)
        for action in every:
            around = self._around(action.block)
            start, place = _start(action.span), []
            for end, element in around.comprehensions:
                # the loops and conditions of a comprehension stand behind the element they serve
                place += [end, (int(start < element), 0)]
            table.setdefault(around.owner, []).append(((*place, _end(action.span), _LAST), action))
        return table

    def _around(self, block: int) -> _Surroundings:
        known = self._surroundings.get(block)
        if known is None:
            known = self._surroundings[block] = self._look_around(block)
        return known

    def _look_around(self, block: int) -> _Surroundings:
        blocks = self._file.facts.blocks
        item = blocks[block]
        if item.kind in {"module", "function", "lambda"}:
            return _Surroundings(block)
        outer = self._around(item.parent)
        choices, comprehensions = outer.choices, outer.comprehensions
        is_choice = item.kind in {"if", "except", "case"} or (item.kind == "else" and item.test)
        if is_choice and block != self._guard:
            test = None if item.test is None else item.test.span
            choices = (*choices, Choice(block, test, self._leaving.get(block, "")))
        if item.kind == "comprehension":
            comprehensions = (*comprehensions, (_end(item.span), self._elements[block]))
        return _Surroundings(
            outer.owner,
            choices,
            comprehensions,
            outer.is_repeated or item.kind in _LOOPS,
            outer.is_guarded or block == self._guard,
        )


class _Surroundings(msgspec.Struct, frozen=True):
    """What the code of a block stands in, up to the function that it belongs to.

    Of each comprehension, outermost first: where it ends, and where its element does.
    """

    owner: int
    choices: tuple[Choice, ...] = ()
    comprehensions: tuple[tuple[_Place, _Place], ...] = ()
    is_repeated: bool = False
    is_guarded: bool = False


class _OptionalParts:
    """The parts of expressions that a run may skip: behind an `and`, in a conditional expression."""

    def __init__(self, file: PythonFile) -> None:
        self._starts: list[_Place] = []
        self._ends: list[_Place] = []
        for start, end in sorted(set(_optional_stretches(file))):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def holds(self, span: Span) -> bool:
        """Whether what begins there may be skipped."""
        start = (span.line, span.column)
        at = bisect_right(self._starts, start)
        return bool(at) and start < self._ends[at - 1]


def _optional_stretches(file: PythonFile) -> Iterator[tuple[_Place, _Place]]:
    for item in file.facts.truth_tests:
        if item.kind in {"and", "or"}:
            yield _end(item.tested.span), _end(item.span)
        elif item.kind == "if":
            yield _start(item.span), _start(item.tested.span)
            yield _end(item.tested.span), _end(item.span)


def _leaving(file: PythonFile) -> Iterator[tuple[int, str]]:
    """The blocks whose end is never passed."""
    blocks = file.facts.blocks
    found = [(item.block, item.kind) for item in file.facts.exits if item.kind in _LEAVING]
    found += [(call.block, "exit") for call in file.facts.calls if call.target in _EXITS]
    for inner, kind in found:
        block = inner
        while blocks[block].kind == "with":
            block = blocks[block].parent
        yield block, _LEAVING[kind]


def _is_outward(target: Expression) -> bool:
    """Whether assigning to it changes something that others see: an attribute or an item."""
    if isinstance(target, Name):
        return "." in target.name and not target.name.startswith("self.")
    return isinstance(target, Attribute | Subscript)


def _start(span: Span) -> _Place:
    return span.line, span.column


def _end(span: Span) -> _Place:
    return span.end_line, span.end_column
