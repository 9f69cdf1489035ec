"""A small expression language: what a Python expression says, without the tree behind it.

Rules compare, print and pickle these values; they never see `ast` nodes. Names keep the dotted form
in which they were written (`args.seed`); `scopes.Scopes.target` tells what they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from repro_check.findings import Span


class Literal(msgspec.Struct, frozen=True, array_like=True, tag="l", gc=False):
    """A constant: None, a boolean, a number or a string (longer than 1,000 characters: cut)."""

    value: bool | int | float | str | None
    span: Span


class Name(msgspec.Struct, frozen=True, array_like=True, tag="n", gc=False):
    """A dotted name as written: `x`, `args.seed`, `torch.cuda.manual_seed`."""

    name: str
    span: Span


class CallRef(msgspec.Struct, frozen=True, array_like=True, tag="c", gc=False):
    """The result of `ModuleFacts.calls[index]`."""

    index: int
    span: Span


class Attribute(msgspec.Struct, frozen=True, array_like=True, tag="a"):
    """`base.name` where `base` is no plain dotted name: `parse_args().seed`, `xs[0].shape`."""

    base: Expression
    name: str
    span: Span


class Subscript(msgspec.Struct, frozen=True, array_like=True, tag="s"):
    """`base[index]`."""

    base: Expression
    index: Expression
    span: Span


class Collection(msgspec.Struct, frozen=True, array_like=True, tag="o"):
    """A list, tuple, set or dict display; `keys` only for a dict (None stands for `**x`).

    Only the first 200 items are kept.
    """

    kind: str
    items: tuple[Expression, ...]
    span: Span
    keys: tuple[Expression | None, ...] = ()


class Operation(msgspec.Struct, frozen=True, array_like=True, tag="b"):
    """An operator and its operands.

    `operator` is the written one (`+`, `and`, `not`, `==`, `is not`), or `if` (test, then, else),
    `f-string` (its interpolated values), `*` and `**` for unpacking, `await`.
    """

    operator: str
    operands: tuple[Expression, ...]
    span: Span


class Opaque(msgspec.Struct, frozen=True, array_like=True, tag="u", gc=False):
    """An expression of which only the place is kept (a lambda, a comprehension, bytes)."""

    span: Span


Expression: TypeAlias = (
    Literal | Name | CallRef | Attribute | Subscript | Collection | Operation | Opaque
)


def parts(expression: Expression) -> Iterator[Expression]:
    """The expression itself and all the expressions inside it, outermost first."""
    yield expression
    match expression:
        case Attribute(base=base):
            yield from parts(base)
        case Subscript(base=base, index=index):
            yield from parts(base)
            yield from parts(index)
        case Collection(items=items, keys=keys):
            for key in keys:
                if key is not None:
                    yield from parts(key)
            for item in items:
                yield from parts(item)
        case Operation(operands=operands):
            for operand in operands:
                yield from parts(operand)
        case _:
            pass
