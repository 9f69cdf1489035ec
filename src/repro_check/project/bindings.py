"""What the names and the attributes of one module are bound to, place by place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from repro_check.sources.expressions import Collection, Expression, Name
from repro_check.sources.python import Assignment, Function, Return

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile


class Binding(msgspec.Struct, frozen=True):
    """One binding of a name.

    Attributes:
        value: what is bound; None where it is no expression (a loop, an unpacked call).
        whole: the right-hand side of an unpacking assignment whose parts cannot be seen.
        place: the position in `whole`, with the number of targets; (-1, 0) for a plain binding.
        assignment: the statement.
    """

    value: Expression | None
    whole: Expression | None
    place: tuple[int, int]
    assignment: Assignment


class Bindings:
    """The bindings of one module, sorted once.

    Args:
        file: the module.
    """

    def __init__(self, file: PythonFile) -> None:
        self._file = file

    def of(self, name: str, scope: int) -> Sequence[Binding]:
        """The bindings of a plain name in the scope that owns it."""
        found = self._by_name.get(name, ())
        return [
            item
            for item in found
            if self._file.scopes.binding(name, item.assignment.block) == scope
        ]

    def attributes(self, function: Function, owner: str) -> Iterator[tuple[str, Binding]]:
        """What a method binds to attributes of the parameter `owner` (`self.x = ...`): (x, binding)."""
        for name, binding in self._dotted.get(function.block, ()):
            root, _, rest = name.partition(".")
            if root == owner and "." not in rest:
                yield rest, binding

    def fields(self, block: int) -> Iterator[tuple[str, Binding]]:
        """What the body of a class binds: (name, binding)."""
        yield from self._in_classes.get(block, ())

    def returns(self, function: Function) -> Sequence[Return]:
        """What a function returns; not what it yields, nor what lambdas inside it give."""
        return self._returns.get(function.block, ())

    @cached_property
    def _by_name(self) -> dict[str, list[Binding]]:
        table: dict[str, list[Binding]] = {}
        for name, binding in self._every:
            if "." not in name:
                table.setdefault(name, []).append(binding)
        return table

    @cached_property
    def _dotted(self) -> dict[int, list[tuple[str, Binding]]]:
        table: dict[int, list[tuple[str, Binding]]] = {}
        for name, binding in self._every:
            if "." in name:
                function = self._file.facts.function_of(binding.assignment.block)
                if function is not None:
                    table.setdefault(function.block, []).append((name, binding))
        return table

    @cached_property
    def _in_classes(self) -> dict[int, list[tuple[str, Binding]]]:
        table: dict[int, list[tuple[str, Binding]]] = {}
        blocks = self._file.facts.blocks
        for name, binding in self._every:
            scope = self._file.scopes.scope(binding.assignment.block)
            if "." not in name and blocks[scope].kind == "class":
                table.setdefault(scope, []).append((name, binding))
        return table

    @cached_property
    def _returns(self) -> dict[int, list[Return]]:
        facts = self._file.facts
        # yields and lambdas have no exit of the same place
        left = {item.span for item in facts.exits if item.kind == "return"}
        table: dict[int, list[Return]] = {}
        for item in facts.returns:
            function = facts.function_of(item.block) if item.span in left else None
            if function is not None:
                table.setdefault(function.block, []).append(item)
        return table

    @cached_property
    def _every(self) -> list[tuple[str, Binding]]:
        return [
            made
            for item in self._file.facts.assignments
            for target in item.targets
            for made in _bindings(target, item)
        ]


def _bindings(target: Expression, item: Assignment) -> Iterator[tuple[str, Binding]]:
    if isinstance(target, Name):
        value = item.value if item.kind in {"=", ":", "with"} else None
        yield target.name, Binding(value, None, (-1, 0), item)
    if not isinstance(target, Collection):
        return
    count = len(target.items)
    values = item.value.items if isinstance(item.value, Collection) else ()
    for at, part in enumerate(target.items):
        if not isinstance(part, Name):
            for name, _ in _bindings(part, item):
                yield name, Binding(None, None, (-1, 0), item)
        elif len(values) == count and item.kind == "=":
            yield part.name, Binding(values[at], None, (-1, 0), item)
        else:
            whole = item.value if item.kind == "=" else None
            yield part.name, Binding(None, whole, (at, count), item)
