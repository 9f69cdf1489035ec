"""What stands around a place in code, and which names stand in an expression."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Expression,
    Literal,
    Name,
    Opaque,
    parts,
)
from repro_check.sources.python import Block, Call, ModuleFacts

_LOOPS = frozenset({"for", "while"})
_BRANCHES = frozenset({"if", "else", "case", "except"})
_CODE = frozenset({"function", "lambda", "module", "class"})


def values_of(call: Call) -> Iterator[Expression]:
    """The arguments of a call, by position and by name."""
    yield from call.args
    for keyword in call.keywords:
        yield keyword.value


def names_in(facts: ModuleFacts, expression: Expression | None) -> Iterator[Name]:
    """The names in an expression, those inside of calls (called ones included) and subscripts too.

    A lambda or a comprehension is not looked into.
    """
    waiting = [] if expression is None else [expression]
    while waiting:
        for part in parts(waiting.pop()):
            if isinstance(part, Name):
                yield part
            elif isinstance(part, CallRef):
                call = facts.calls[part.index]
                waiting.extend(values_of(call))
                if call.receiver is not None:
                    waiting.append(call.receiver)
                else:
                    yield Name(call.name_at, call.name)


def calls_in(facts: ModuleFacts, expression: Expression | None) -> Iterator[Call]:
    """The calls in an expression, those in their arguments and receivers too."""
    waiting = [] if expression is None else [expression]
    while waiting:
        for part in parts(waiting.pop()):
            if isinstance(part, CallRef):
                call = facts.calls[part.index]
                yield call
                waiting.extend(values_of(call))
                if call.receiver is not None:
                    waiting.append(call.receiver)


def texts_in(facts: ModuleFacts, expression: Expression | None) -> Iterator[str]:
    """The text constants in an expression, those in the calls inside it too."""
    waiting = [] if expression is None else [expression]
    while waiting:
        for part in parts(waiting.pop()):
            if isinstance(part, Literal) and isinstance(part.value, str):
                yield part.value
            elif isinstance(part, CallRef):
                call = facts.calls[part.index]
                waiting.extend(values_of(call))
                if call.receiver is not None:
                    waiting.append(call.receiver)


def is_plain(facts: ModuleFacts, expression: Expression | None) -> bool:
    """Whether all of an expression can be seen: nothing in it is a lambda or a comprehension."""
    waiting = [] if expression is None else [expression]
    while waiting:
        for part in parts(waiting.pop()):
            if isinstance(part, Opaque | Attribute):
                return False
            if isinstance(part, CallRef):
                waiting.extend(values_of(facts.calls[part.index]))
    return True


def around(facts: ModuleFacts, block: int) -> Iterator[int]:
    """The block itself and those around it, innermost first, up to that of the function."""
    for ancestor in facts.ancestors(block):
        yield ancestor
        if facts.blocks[ancestor].kind in _CODE:
            return


def loops_around(facts: ModuleFacts, block: int) -> Iterator[int]:
    """The loops of the same function around a block, innermost first."""
    return (each for each in around(facts, block) if facts.blocks[each].kind in _LOOPS)


def branches_around(facts: ModuleFacts, block: int) -> Iterator[Block]:
    """The branches of the same function around a block, innermost first."""
    for each in around(facts, block):
        if facts.blocks[each].kind in _BRANCHES:
            yield facts.blocks[each]


def code_around(facts: ModuleFacts, block: int) -> int:
    """The block of the function, lambda, class or module around a block."""
    return next(each for each in facts.ancestors(block) if facts.blocks[each].kind in _CODE)
