"""Where in a file each expression and each variable stands, and what takes it there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.sources.expressions import (
    NAMELESS,
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    children,
    parts,
)
from repro_check.sources.python import Assignment, Call, Comprehension
from repro_check.sources.spans import At, line_of, lines_of, packed

_OPENERS = frozenset({"open", "writer", "DictWriter", "TFRecordWriter", "GFile"})

_SIMPLE = NAMELESS | {Name}
_TALL = 20


class Site(msgspec.Struct, frozen=True):
    """One place of an expression.

    Attributes:
        expression: what stands there.
        parents: the expressions around it, innermost first, up to what takes the outermost.
        role: "assigned", "iterated", "argument", "receiver", "returned", "made" (by a
            comprehension), "tested" or "target".
        user: the index of what takes it among the facts of its kind.
        block: where it stands.
    """

    expression: Expression
    parents: tuple[Expression, ...]
    role: str
    user: int
    block: int


class _Root(msgspec.Struct, frozen=True):
    """An outermost expression, and what takes it; as for a `Site`."""

    expression: Expression
    role: str
    user: int
    block: int


class Sites:
    """The places of one file; what is asked for is looked up, and all else is left alone."""

    def __init__(self, file: PythonFile) -> None:
        self.file = file
        self.facts = file.facts
        self._known: dict[At, Site | None] = {}

    def at(self, span: Span) -> Site | None:
        """The place of the expression that is written there."""
        at = packed(span.line, span.column, span.end_line, span.end_column)
        if at not in self._known:
            self._known[at] = next(self._find(at), None)
        return self._known[at]

    def mentions(self, name: str) -> list[Site]:
        """The places where a dotted name, as written, is read, in the order of the text."""
        found = [
            site
            for root in self._by_name.get(name, ())
            for site in _sites(root)
            if isinstance(site.expression, Name) and site.expression.name == name
        ]
        return sorted(found, key=lambda site: position(site.expression.span))

    def methods(self, owner: str) -> list[Call]:
        """The calls of methods of what a dotted name holds (`files.sort()` for "files")."""
        return self._by_owner.get(owner, [])

    def bindings(self, name: str) -> list[Assignment]:
        """The assignments and loops that bind a dotted name, in the order of the text."""
        return self._bound.get(name, [])

    def comprehension(self, span: Span) -> Comprehension | None:
        """The comprehension that is written there."""
        return self._comprehensions.get(span)

    def is_opened(self, name: str, block: int) -> bool:
        """Whether a name stands for a text file or a writer of rows."""
        binding = self.file.scopes.binding
        root = name.partition(".")[0]
        scope = binding(root, block)
        openers = [
            self.facts.calls[item.value.index].name.rpartition(".")[2]
            for item in self.bindings(name)
            if isinstance(item.value, CallRef) and binding(root, item.block) == scope
        ]
        return not _OPENERS.isdisjoint(openers)

    def inside(self, block: int) -> frozenset[int]:
        """A block and all the blocks in it."""
        blocks = self.facts.blocks
        known = {block}
        # blocks stand behind those around them
        for index in range(block + 1, len(blocks)):
            if blocks[index].parent in known:
                known.add(index)
            elif blocks[index].span.line > blocks[block].span.end_line:
                break
        return frozenset(known)

    def calls_in(self, blocks: frozenset[int]) -> list[Call]:
        """The calls of these blocks, in the order of the text."""
        found = [call for block in blocks for call in self._calls_by_block.get(block, ())]
        return sorted(found, key=lambda call: position(call.span))

    def assignments_in(self, blocks: frozenset[int]) -> list[Assignment]:
        """The assignments of these blocks, in the order of the text."""
        found = [item for block in blocks for item in self._assignments_by_block.get(block, ())]
        return sorted(found, key=lambda item: position(item.span))

    def _find(self, at: At) -> Iterator[Site]:
        return (
            site
            for roots in (self._around(at), self._on(at))
            for root in roots
            for site in _sites(root)
            if site.expression.at == at
        )

    def _around(self, at: At) -> Iterator[_Root]:
        """The expressions of what takes the result of a call, a comprehension or a set display."""
        use, user = self._uses.get(at, ("", -1))
        match use:
            case "assigned" | "iterated":
                yield from self._of_assignment(user)
            case "argument" | "receiver":
                yield from self._of_call(user)
            case "returned":
                yield from self._of_return(user)

    def _on(self, at: At) -> Iterator[_Root]:
        """The outermost expressions that may hold the one at a place."""
        whole, lines, tall = self._roots
        yield from whole.get(at, ())
        yield from lines.get(line_of(at), ())
        yield from tall

    @cached_property
    def _uses(self) -> dict[At, tuple[str, int]]:
        uses = {
            item.value.at: ("assigned", index)
            for index, item in enumerate(self.facts.assignments)
            if type(item.value) is Collection
        }
        uses.update((made.at, (made.use, made.user)) for made in self.facts.comprehensions)
        uses.update((call.at, (call.use, call.user)) for call in self.facts.calls)
        return uses

    @cached_property
    def _roots(self) -> tuple[dict[At, list[_Root]], dict[int, list[_Root]], list[_Root]]:
        """The outermost expressions: those of one part by their places, the others by their lines.

        What covers many lines comes last.
        """
        whole: dict[At, list[_Root]] = {}
        lines: dict[int, list[_Root]] = {}
        tall = []
        for root in self._every:
            if type(root.expression) in _SIMPLE:
                whole.setdefault(root.expression.at, []).append(root)
                continue
            covered = lines_of(root.expression.at)
            if len(covered) > _TALL:
                tall.append(root)
            else:
                for line in covered:
                    lines.setdefault(line, []).append(root)
        return whole, lines, tall

    @cached_property
    def _by_name(self) -> dict[str, list[_Root]]:
        """The outermost expressions by the names that are read in them."""
        table: dict[str, list[_Root]] = {}
        for root in self._every:
            expression = root.expression
            if type(expression) not in NAMELESS and root.role != "target":
                for name in {part.name for part in parts(expression) if type(part) is Name}:
                    table.setdefault(name, []).append(root)
        return table

    @cached_property
    def _by_owner(self) -> dict[str, list[Call]]:
        table: dict[str, list[Call]] = {}
        for call in self.facts.calls:
            if call.receiver is None and "." in call.name:
                table.setdefault(call.name.rpartition(".")[0], []).append(call)
        return table

    @cached_property
    def _bound(self) -> dict[str, list[Assignment]]:
        table: dict[str, list[Assignment]] = {}
        for item in self.facts.assignments:
            for target in item.targets:
                for name in names_of(target):
                    table.setdefault(name, []).append(item)
        return table

    @cached_property
    def _comprehensions(self) -> dict[Span, Comprehension]:
        return {item.span: item for item in self.facts.comprehensions}

    @cached_property
    def _calls_by_block(self) -> dict[int, list[Call]]:
        table: dict[int, list[Call]] = {}
        for call in self.facts.calls:
            table.setdefault(call.block, []).append(call)
        return table

    @cached_property
    def _assignments_by_block(self) -> dict[int, list[Assignment]]:
        table: dict[int, list[Assignment]] = {}
        for item in self.facts.assignments:
            table.setdefault(item.block, []).append(item)
        return table

    @cached_property
    def _every(self) -> list[_Root]:
        return list(self._walk())

    def _walk(self) -> Iterator[_Root]:
        facts = self.facts
        for index in range(len(facts.assignments)):
            yield from self._of_assignment(index)
        for index in range(len(facts.calls)):
            yield from self._of_call(index)
        for index in range(len(facts.returns)):
            yield from self._of_return(index)
        for index, made in enumerate(facts.comprehensions):
            for part in made.made:
                yield _Root(part, "made", index, made.block)
        for index, block in enumerate(facts.blocks):
            if block.test is not None and block.kind != "else":
                yield _Root(block.test, "tested", index, block.parent)

    def _of_assignment(self, index: int) -> Iterator[_Root]:
        item = self.facts.assignments[index]
        if item.value is not None:
            role = "iterated" if item.kind == "for" else "assigned"
            yield _Root(item.value, role, index, item.block)
        for target in item.targets:
            yield _Root(target, "target", index, item.block)

    def _of_call(self, index: int) -> Iterator[_Root]:
        call = self.facts.calls[index]
        if call.receiver is not None:
            yield _Root(call.receiver, "receiver", index, call.block)
        for argument in call.args:
            if type(argument) is not Literal:  # which has no order, and stands in half of the calls
                yield _Root(argument, "argument", index, call.block)
        for keyword in call.keywords:
            if type(keyword.value) is not Literal:
                yield _Root(keyword.value, "argument", index, call.block)

    def _of_return(self, index: int) -> Iterator[_Root]:
        returned = self.facts.returns[index]
        yield _Root(returned.value, "returned", index, returned.block)


def _sites(root: _Root) -> Iterator[Site]:
    waiting: list[tuple[Expression, tuple[Expression, ...]]] = [(root.expression, ())]
    while waiting:
        expression, around = waiting.pop()
        yield Site(expression, around, root.role, root.user, root.block)
        inner = (expression, *around)
        waiting.extend((child, inner) for child in reversed(children(expression)))


def names_of(target: Expression) -> Iterator[str]:
    """The names that a target binds, dotted ones included (`self.files`)."""
    match target:
        case Name(name=name):
            yield name
        case Collection(items=items):
            for item in items:
                yield from names_of(item)
        case Operation(operator="*", operands=(operand,)):
            yield from names_of(operand)
        case _:
            return


def position(span: Span) -> tuple[int, int]:
    """Where a span begins, for comparison."""
    return span.line, span.column


def end(span: Span) -> tuple[int, int]:
    """Where a span ends, for comparison."""
    return span.end_line, span.end_column
