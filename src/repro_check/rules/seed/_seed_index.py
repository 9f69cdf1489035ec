"""The code of one file by what the questions about its seeds ask for, so that each is asked once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.seed._seed_values import keys, seeding_calls, written
from repro_check.sources.expressions import Expression, parts
from repro_check.sources.python import Assignment, Call


class Branch(msgspec.Struct, frozen=True):
    """What runs on one side of a test: its calls, and what it binds by how that is written."""

    calls: tuple[Call, ...] = ()
    bound: Mapping[str, Assignment] = {}


class SeedIndex:
    """Look-ups in one file whose cost does not grow with the file, but for the first of a kind.

    Args:
        file: the file.
        project: the repository, for what the names of its calls stand for.
    """

    def __init__(self, file: PythonFile, project: Project) -> None:
        self.file = file
        self.project = project
        self._seeding: dict[str | Span, list[Call]] = {}
        self._inside: dict[str, dict[int, list[Call]]] = {}

    def branch(self, block: int | None) -> Branch:
        """What runs in a block and in those inside it."""
        if block is None:
            return Branch()
        facts = self.file.facts
        inside = [block]
        for current in inside:  # grows while it is walked
            inside += self._children.get(current, ())
        calls = sorted(index for each in inside for index in self._calls.get(each, ()))
        bindings = sorted(index for each in inside for index in self._bindings.get(each, ()))
        bound = [facts.assignments[index] for index in bindings]
        return Branch(
            tuple(facts.calls[index] for index in calls),
            {written(self.file, item.targets[0]): item for item in bound},
        )

    def else_of(self, test: Expression) -> int | None:
        """The block that runs where the test of an `if` fails."""
        return self._elses.get(test.span)

    def calls_at(self, span: Span) -> tuple[Call, ...]:
        """The calls that are written exactly there."""
        return tuple(self._calls_at.get(span, ()))

    def seeding(self, key: str | Span) -> Call | None:
        """The first call of the file that seeds a generator with the value of a key or at a span."""
        return next(iter(self._all_seeding(key)), None)

    def seeding_below(self, key: str, function: int, line: int) -> Call | None:
        """The first such call below a line that stands in the block of a function."""
        if key not in self._inside:
            inside = self._inside[key] = {}
            for each in sorted(self._all_seeding(key), key=lambda call: call.span.line):
                for block in self.file.facts.ancestors(each.block):
                    inside.setdefault(block, []).append(each)
        found = self._inside[key].get(function, [])
        at = bisect_right(found, line, key=lambda call: call.span.line)
        return found[at] if at < len(found) else None

    def users(self, span: Span) -> list[Assignment]:
        """The assignments whose value is made of the expression at a span."""
        return self._users.get(span, [])

    def value_at(self, span: Span) -> Expression | None:
        """The expression at a span, if it is part of what is assigned or given to a call."""
        return self._values_at.get(span)

    def is_whole(self, span: Span) -> bool:
        """Whether all that is assigned, or given as one argument, is the expression at a span."""
        return span in self._whole

    @cached_property
    def lines(self) -> list[str] | None:
        """The lines of the file; None for a notebook and for what cannot be read."""
        text = self.project.text_at(self.file.path) if self.file.notebook is None else None
        return None if text is None else text.split("\n")

    def _all_seeding(self, key: str | Span) -> list[Call]:
        if key not in self._seeding:
            given = self._given.get(key, ())
            self._seeding[key] = list(seeding_calls(self.file, self.project, given, key))
        return self._seeding[key]

    @cached_property
    def _children(self) -> dict[int, list[int]]:
        children: dict[int, list[int]] = {}
        for index, block in enumerate(self.file.facts.blocks):
            children.setdefault(block.parent, []).append(index)
        return children

    @cached_property
    def _calls(self) -> dict[int, list[int]]:
        calls: dict[int, list[int]] = {}
        for index, call in enumerate(self.file.facts.calls):
            calls.setdefault(call.block, []).append(index)
        return calls

    @cached_property
    def _bindings(self) -> dict[int, list[int]]:
        bindings: dict[int, list[int]] = {}
        for index, item in enumerate(self.file.facts.assignments):
            if item.targets and item.kind in {"=", ":"}:
                bindings.setdefault(item.block, []).append(index)
        return bindings

    @cached_property
    def _elses(self) -> dict[Span, int]:
        elses: dict[Span, int] = {}
        for index, block in enumerate(self.file.facts.blocks):
            if block.kind == "else" and block.test:
                elses.setdefault(block.test.span, index)
        return elses

    @cached_property
    def _calls_at(self) -> dict[Span, list[Call]]:
        calls: dict[Span, list[Call]] = {}
        for call in self.file.facts.calls:
            calls.setdefault(call.span, []).append(call)
        return calls

    @cached_property
    def _given(self) -> dict[str | Span, list[Call]]:
        """The calls by the keys and the spans of what they are given."""
        given: dict[str | Span, list[Call]] = {}
        for call in self.file.facts.calls:
            values = (*call.args, *(keyword.value for keyword in call.keywords))
            for key in {key for value in values for key in keys(self.file, value)}:
                given.setdefault(key, []).append(call)
        return given

    @cached_property
    def _users(self) -> dict[str | Span, list[Assignment]]:
        users: dict[str | Span, list[Assignment]] = {}
        for item in self.file.facts.assignments:
            for key in set(keys(self.file, item.value)) if item.value else ():
                users.setdefault(key, []).append(item)
        return users

    @cached_property
    def _values_at(self) -> dict[Span, Expression]:
        values: dict[Span, Expression] = {}
        for value in self._values():
            for part in parts(value):
                values.setdefault(part.span, part)
        return values

    @cached_property
    def _whole(self) -> frozenset[Span]:
        return frozenset(value.span for value in self._values())

    def _values(self) -> Iterator[Expression]:
        facts = self.file.facts
        yield from (item.value for item in facts.assignments if item.value)
        yield from (argument for call in facts.calls for argument in call.args)
        yield from (keyword.value for call in facts.calls for keyword in call.keywords)
