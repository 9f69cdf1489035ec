"""Tests that ask whether a value was given: `seed is None`, `args.seed < 0`, `if cfg.seed:`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.sources.expressions import CallRef, Expression, Literal, Operation
from repro_check.sources.python import ModuleFacts


class Guard(msgspec.Struct, frozen=True):
    """A test on a value.

    Attributes:
        tested: the value.
        if_given: whether what it guards runs when there is a value; else when there is none.
        block: where the test is evaluated.
    """

    tested: Expression
    if_given: bool
    block: int


def guard_of(test: Expression | None, block: int) -> Guard | None:
    """What a test asks for when it holds, or None if it asks for something else."""
    match test:
        case Operation(operator="is" | "==", operands=(tested, Literal(value=value))):
            return Guard(tested, False, block) if value in (None, -1, "") else None
        case Operation(operator="is not" | "!=", operands=(tested, Literal(value=value))):
            return Guard(tested, True, block) if value in (None, -1, "") else None
        case Operation(operator="<", operands=(tested, Literal(value=0))):
            return Guard(tested, False, block)
        case Operation(operator=">=" | ">", operands=(tested, Literal(value=0 | -1))):
            return Guard(tested, True, block)
        case Operation(operator="not", operands=(inner,)):
            found = guard_of(inner, block)
            return (
                None
                if found is None
                else msgspec.structs.replace(found, if_given=not found.if_given)
            )
        case Operation(operator="and", operands=operands):
            return next((found for item in operands if (found := guard_of(item, block))), None)
        case Operation() | Literal() | CallRef() | None:
            return None
        case _:
            return Guard(test, True, block)


def guards_around(facts: ModuleFacts, block: int, use: int) -> Iterator[Guard]:
    """The guards under which a block runs, innermost first, but for those around a use as well."""
    around = set(facts.ancestors(use))
    for outer in facts.ancestors(block):
        if outer in around:
            return
        here = facts.blocks[outer]
        if here.test is None or here.kind not in {"if", "else"}:
            continue
        found = guard_of(here.test, here.parent)
        is_joined = isinstance(here.test, Operation) and here.test.operator == "and"
        if found is not None and not (is_joined and here.kind == "else"):
            yield msgspec.structs.replace(found, if_given=found.if_given == (here.kind == "if"))
