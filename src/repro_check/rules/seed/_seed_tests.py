"""Truth tests on seeds whose outcome decides what a generator is seeded with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.seed._seed_values import holds, seed_name, seeding_call, written
from repro_check.sources.expressions import Expression, Literal, Operation, parts
from repro_check.sources.python import Assignment, Block, Call, TruthTest


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """A seed that is tested for truth, and what becomes of seed 0.

    Attributes:
        tested: the seed.
        effect: what happens to seed 0, as the end of a sentence.
        place: what does not happen for it.
        negation: the `not` around the seed, if that is how it is tested.
        alternative: what an `or` takes in its place.
        is_alone: whether the test can be rewritten without a look at what stands around it.
        is_repeatable: whether a run with seed 0 is repeatable all the same, with another seed.
        is_seen_seeding: whether the seeding call is in sight.
    """

    tested: Expression
    effect: str
    place: Span
    negation: Expression | None = None
    alternative: Expression | None = None
    is_alone: bool = True
    is_repeatable: bool = False
    is_seen_seeding: bool = True


class _Branch(msgspec.Struct, frozen=True):
    """What runs on one side of a test."""

    calls: tuple[Call, ...] = ()
    bound: Mapping[str, Assignment] = {}


def doubts(file: PythonFile, project: Project) -> Iterator[Doubt]:
    """Every truth test on a seed of a file that changes what is seeded."""
    facts = file.facts
    for index, block in enumerate(facts.blocks):
        if block.kind != "if" or block.test is None:
            continue
        for tested, negation in _seeds_in(file, block.test):
            here, there = _branch(file, index), _branch(file, _else_of(file, block))
            true, zero = (here, there) if negation is None else (there, here)
            doubt = _of_branches(file, project, tested, true, zero)
            if doubt is None and negation is not None:
                doubt = _of_early_return(file, project, tested, index)
            if doubt is not None:
                yield msgspec.structs.replace(doubt, negation=negation)
    for test in facts.truth_tests:
        if test.kind in {"or", "and", "if"}:
            for tested, negation in _seeds_in(file, test.tested):
                doubt = _of_expression(file, project, tested, test, is_negated=negation is not None)
                if doubt is not None:
                    yield msgspec.structs.replace(doubt, negation=negation)


def _of_branches(
    file: PythonFile, project: Project, tested: Expression, true: _Branch, zero: _Branch
) -> Doubt | None:
    key = written(file, tested)
    call = seeding_call(file, project, true.calls, key)
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
        flows = seeding_call(file, project, file.facts.calls, name) is not None
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
    file: PythonFile, project: Project, tested: Expression, test: TruthTest, *, is_negated: bool
) -> Doubt | None:
    facts, span = file.facts, test.span
    inside = tuple(c for c in facts.calls if c.span == test.then.span)
    if not is_negated and test.kind != "or":
        doubt = _of_branches(file, project, tested, _Branch(inside), _Branch())
        if doubt is not None or test.kind == "and":
            return doubt
    users = [item for item in facts.assignments if item.value and holds(file, item.value, span)]
    call = seeding_call(file, project, facts.calls, span)
    targets = [u.targets[0] for u in users if seed_name(file, u.targets[0])]
    flows = [seeding_call(file, project, facts.calls, written(file, each)) for each in targets]
    if call is None:
        call = next((found for found in flows if found), None)
    if call is None:
        return None
    values = [u.value for u in users if u.value] + [a for c in facts.calls for a in c.args]
    values += [keyword.value for c in facts.calls for keyword in c.keywords]
    whole = next((p for v in values for p in parts(v) if p.span == span), None)
    instead = test.then
    if test.kind == "if" and isinstance(whole, Operation) and not is_negated:
        instead = whole.operands[2]
    if _is_zero(instead):
        return None
    is_whole = any(value.span == span for value in values) and tested.span.column == span.column
    return Doubt(
        tested=tested,
        effect=f"does not reach `{call.name}`",
        place=call.name_span,
        alternative=instead if test.kind == "or" else None,
        is_alone=is_whole or test.kind != "or",
        is_repeatable=_is_fixed(instead),
    )


def _of_early_return(
    file: PythonFile, project: Project, tested: Expression, block: int
) -> Doubt | None:
    """`if not seed: return` above the code that seeds."""
    facts, body = file.facts, file.facts.blocks[block].body
    function = facts.function_of(block)
    text = project.text_at(file.path) if function and file.notebook is None else None
    if text is None or function is None:
        return None
    line = text.split("\n")[body.line - 1][body.column - 1 :]
    if not line.startswith("return"):
        return None
    later = (
        c
        for c in facts.calls
        if c.span.line > body.end_line and facts.is_inside(c.block, function.block)
    )
    call = seeding_call(file, project, later, written(file, tested))
    if call is None:
        return None
    return Doubt(tested=tested, effect=f"skips `{call.name}`", place=call.name_span)


def _seeds_in(file: PythonFile, test: Expression) -> Iterator[tuple[Expression, Expression | None]]:
    """The seeds whose truth a test asks for, each with the `not` around it."""
    joined = isinstance(test, Operation) and test.operator == "and"
    operands = test.operands if joined else (test,)  # type: ignore[union-attr]
    compared = {
        written(file, side)
        for operand in operands
        if isinstance(operand, Operation) and operand.operator not in {"not", "and", "or"}
        for side in operand.operands
    }
    for operand in operands:
        negation = operand if getattr(operand, "operator", "") == "not" else None
        tested = operand if negation is None else negation.operands[0]  # type: ignore[union-attr]
        # who compares the seed as well knows that it may be 0
        if seed_name(file, tested) and written(file, tested) not in compared:
            yield tested, negation


def _else_of(file: PythonFile, block: Block) -> int | None:
    """The block that runs where the test of an `if` fails."""
    assert block.test is not None
    for index, other in enumerate(file.facts.blocks):
        if other.kind == "else" and other.test and other.test.span == block.test.span:
            return index
    return None


def _branch(file: PythonFile, block: int | None) -> _Branch:
    if block is None:
        return _Branch()
    facts = file.facts
    inside = {i for i in range(block, len(facts.blocks)) if facts.is_inside(i, block)}
    bound = {
        written(file, item.targets[0]): item
        for item in facts.assignments
        if item.block in inside and item.targets and item.kind in {"=", ":"}
    }
    return _Branch(tuple(call for call in facts.calls if call.block in inside), bound)


def _is_zero(value: Expression | None) -> bool:
    """Whether this is the literal 0, so that a false seed of 0 changes nothing."""
    return isinstance(value, Literal) and value.value == 0 and value.value is not False


def _is_fixed(value: Expression | None) -> bool:
    return isinstance(value, Literal) and value.value is not None
