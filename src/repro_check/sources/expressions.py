"""A small expression language: what a Python expression says, without the tree behind it.

Rules compare, print and pickle these values; they never see `ast` nodes. Names keep the dotted form
in which they were written (`args.seed`); `scopes.Scopes.target` tells what they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from repro_check.findings import Span
from repro_check.sources.spans import At, unpacked


class Placed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something that stands in a text.

    Facts hold millions of places, so each is one integer (`sources.spans`); `span` spells it out.
    """

    at: At

    @property
    def span(self) -> Span:
        """Where it stands."""
        return unpacked(self.at)


class Literal(Placed, frozen=True, array_like=True, tag="l", gc=False):
    """A constant: None, a boolean, a number or a string (longer than 1,000 characters: cut)."""

    value: bool | int | float | str | None


class Name(Placed, frozen=True, array_like=True, tag="n", gc=False):
    """A dotted name as written: `x`, `args.seed`, `torch.cuda.manual_seed`."""

    name: str


class CallRef(Placed, frozen=True, array_like=True, tag="c", gc=False):
    """The result of `ModuleFacts.calls[index]`."""

    index: int


class Attribute(Placed, frozen=True, array_like=True, tag="a", gc=False):
    """`base.name` where `base` is no plain dotted name: `parse_args().seed`, `xs[0].shape`."""

    base: Expression
    name: str


class Subscript(Placed, frozen=True, array_like=True, tag="s", gc=False):
    """`base[index]`."""

    base: Expression
    index: Expression


class Collection(Placed, frozen=True, array_like=True, tag="o", gc=False):
    """A list, tuple, set or dict display; `keys` only for a dict (None stands for `**x`).

    Only the first 200 items are kept.
    """

    kind: str
    items: tuple[Expression, ...]
    keys: tuple[Expression | None, ...] = ()


class Operation(Placed, frozen=True, array_like=True, tag="b", gc=False):
    """An operator and its operands.

    `operator` is the written one (`+`, `and`, `not`, `==`, `is not`), or `if` (test, then, else),
    `f-string` (its interpolated values), `*` and `**` for unpacking, `await`.
    """

    operator: str
    operands: tuple[Expression, ...]


class Opaque(Placed, frozen=True, array_like=True, tag="u", gc=False):
    """An expression of which only the place is kept (a lambda, a comprehension, bytes)."""


Expression: TypeAlias = (
    Literal | Name | CallRef | Attribute | Subscript | Collection | Operation | Opaque
)


NAMELESS = frozenset({Literal, CallRef, Opaque})
"""The kinds of expression that name nothing themselves."""
_LEAVES = NAMELESS | {Name}


def parts(expression: Expression) -> Iterator[Expression]:
    """The expression itself and all the expressions inside it, outermost first."""
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        yield part
        if type(part) not in _LEAVES:
            waiting += reversed(children(part))


def children(expression: Expression) -> Sequence[Expression]:
    """The expressions that one is made of, in the order of the text; a dict's keys come first."""
    if isinstance(expression, Operation):
        return expression.operands
    if isinstance(expression, Collection):
        keys = [key for key in expression.keys if key is not None]
        return (*keys, *expression.items) if keys else expression.items
    if isinstance(expression, Subscript):
        return (expression.base, expression.index)
    return (expression.base,) if isinstance(expression, Attribute) else ()
