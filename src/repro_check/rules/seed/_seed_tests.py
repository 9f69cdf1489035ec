"""Truth tests on seeds whose outcome decides what a generator is seeded with."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.seed._seed_index import Branch, SeedIndex
from repro_check.rules.seed._seed_values import holds, seed_name, seeding_calls, written
from repro_check.sources.expressions import Expression, Literal, Operation
from repro_check.sources.python import TruthTest


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """A seed that is tested for truth, and what becomes of seed 0.

    Attributes:
        tested: the seed.
        effect: what happens to seed 0, as the end of a sentence.
        place: what does not happen for it.
        block: where it is tested.
        negation: the `not` around the seed, if that is how it is tested.
        alternative: what an `or` takes in its place.
        is_alone: whether the test can be rewritten without a look at what stands around it.
        is_repeatable: whether a run with seed 0 is repeatable all the same, with another seed.
        is_seen_seeding: whether the seeding call is in sight.
    """

    tested: Expression
    effect: str
    place: Span
    block: int = 0
    negation: Expression | None = None
    alternative: Expression | None = None
    is_alone: bool = True
    is_repeatable: bool = False
    is_seen_seeding: bool = True


def doubts(file: PythonFile, project: Project) -> Iterator[Doubt]:
    """Every truth test on a seed of a file that changes what is seeded."""
    facts, code = file.facts, SeedIndex(file, project)
    for index, block in enumerate(facts.blocks):
        if block.kind != "if" or block.test is None:
            continue
        for tested, negation in _seeds_in(file, block.test):
            here, there = code.branch(index), code.branch(code.else_of(block.test))
            true, zero = (here, there) if negation is None else (there, here)
            doubt = _of_branches(code, tested, true, zero)
            if doubt is None and negation is not None:
                doubt = _of_early_return(code, tested, index)
            if doubt is not None:
                yield msgspec.structs.replace(doubt, negation=negation, block=block.parent)
    for test in facts.truth_tests:
        if test.kind in {"or", "and", "if"}:
            for tested, negation in _seeds_in(file, test.tested):
                doubt = _of_expression(code, tested, test, is_negated=negation is not None)
                if doubt is not None:
                    yield msgspec.structs.replace(doubt, negation=negation, block=test.block)


def _of_branches(code: SeedIndex, tested: Expression, true: Branch, zero: Branch) -> Doubt | None:
    file = code.file
    key = written(file, tested)
    call = next(seeding_calls(file, code.project, true.calls, key), None)
    if call is not None:
        instead = [c.args[0] for c in zero.calls if c.name == call.name and c.args]
        if any(_is_zero(value) for value in instead):
            return None
        return Doubt(
            tested=tested,
            effect=f"skips `{call.name}`",
            place=call.name_span,
            is_repeatable=bool(instead) and all(_is_fixed(value) for value in instead),
        )
    copies = {
        name: item
        for name, item in true.bound.items()
        if item.value is not None
        and holds(file, item.value, key)
        and seed_name(file, item.targets[0])
    }
    overwritten = {key: zero.bound[key]} if key in zero.bound else {}
    for name, item in {**copies, **overwritten}.items():
        other = zero.bound.get(name)
        if other is not None and _is_zero(other.value):
            continue
        flows = code.seeding(name) is not None
        if flows or (other is None and "." in name):
            return Doubt(
                tested=tested,
                effect=f"does not reach `{name}`" if name != key else "is replaced",
                place=item.span,
                is_repeatable=other is None or _is_fixed(other.value),
                is_seen_seeding=flows,
            )
    return None


def _of_expression(
    code: SeedIndex, tested: Expression, test: TruthTest, *, is_negated: bool
) -> Doubt | None:
    file, span = code.file, test.span
    if not is_negated and test.kind != "or":
        inside = Branch(code.calls_at(test.then.span))
        doubt = _of_branches(code, tested, inside, Branch())
        if doubt is not None or test.kind == "and":
            return doubt
    call = code.seeding(span)
    first = (target for user in code.users(span) for target in user.targets[:1])
    targets = [target for target in first if seed_name(file, target)]
    flows = [code.seeding(written(file, each)) for each in targets]
    if call is None:
        call = next((found for found in flows if found), None)
    if call is None:
        return None
    whole = code.value_at(span)
    instead = test.then
    if test.kind == "if" and isinstance(whole, Operation) and not is_negated:
        instead = whole.operands[2]
    if _is_zero(instead):
        return None
    is_whole = code.is_whole(span) and tested.span.column == span.column
    return Doubt(
        tested=tested,
        effect=f"does not reach `{call.name}`",
        place=call.name_span,
        alternative=instead if test.kind == "or" else None,
        is_alone=is_whole or test.kind != "or",
        is_repeatable=_is_fixed(instead),
    )


def _of_early_return(code: SeedIndex, tested: Expression, block: int) -> Doubt | None:
    """`if not seed: return` above the code that seeds."""
    body = code.file.facts.blocks[block].body
    function = code.file.facts.function_of(block)
    lines = code.lines if function else None
    if lines is None or function is None:
        return None
    line = lines[body.line - 1][body.column - 1 :]
    if not line.startswith("return"):
        return None
    key = written(code.file, tested)
    call = code.seeding_below(key, function.block, body.end_line)
    if call is None:
        return None
    return Doubt(tested=tested, effect=f"skips `{call.name}`", place=call.name_span)


def _seeds_in(file: PythonFile, test: Expression) -> Iterator[tuple[Expression, Expression | None]]:
    """The seeds whose truth a test asks for, each with the `not` around it."""
    joined = isinstance(test, Operation) and test.operator == "and"
    operands = test.operands if joined else (test,)  # type: ignore[union-attr]
    seeds = [one for one in map(_tested, operands) if seed_name(file, one[0])]
    if not seeds:
        return
    compared = {
        written(file, side)
        for operand in operands
        if isinstance(operand, Operation) and operand.operator not in {"not", "and", "or"}
        for side in operand.operands
    }
    # who compares the seed as well knows that it may be 0
    yield from (one for one in seeds if written(file, one[0]) not in compared)


def _tested(operand: Expression) -> tuple[Expression, Expression | None]:
    """What an operand asks the truth of, and the `not` around it."""
    if isinstance(operand, Operation) and operand.operator == "not":
        return operand.operands[0], operand
    return operand, None


def _is_zero(value: Expression | None) -> bool:
    """Whether this is the literal 0, so that a false seed of 0 changes nothing."""
    return isinstance(value, Literal) and value.value == 0 and value.value is not False


def _is_fixed(value: Expression | None) -> bool:
    return isinstance(value, Literal) and value.value is not None
