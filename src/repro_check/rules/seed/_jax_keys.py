"""Which JAX keys feed more than one draw."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.rules.seed._branches import are_exclusive
from repro_check.rules.seed._order_sites import names_of, position
from repro_check.sources.expressions import Expression, Literal, Name, Subscript
from repro_check.sources.python import Assignment, Call, Exit

_SAMPLERS = frozenset(
    "ball bernoulli beta binomial bits categorical cauchy chisquare choice dirichlet "
    "double_sided_maxwell exponential f gamma generalized_normal geometric gumbel laplace loggamma "
    "logistic lognormal maxwell multinomial multivariate_normal normal orthogonal pareto permutation "
    "poisson rademacher randint rayleigh shuffle t triangular truncated_normal uniform wald "
    "weibull_min".split()
)
_LOOPS = frozenset({"for", "while"})
_SCOPES = frozenset({"function", "lambda", "class", "comprehension", "module"})


class Reuse(msgspec.Struct, frozen=True):
    """A draw whose key was used before: by another draw, or by itself in a loop (None)."""

    key: str
    call: Call
    earlier: Call | None


class _Draw(msgspec.Struct, frozen=True):
    key: str
    root: str
    scope: int
    call: Call


def reuses(file: PythonFile) -> Iterator[Reuse]:
    """The draws of a file that get a key which fed another draw."""
    by_key: dict[tuple[str, int], list[_Draw]] = {}
    for draw in _draws(file):
        by_key.setdefault((draw.key, draw.scope), []).append(draw)
    if not by_key:
        return
    bound = _bindings(file)
    for draws in by_key.values():
        draws.sort(key=lambda draw: position(draw.call.span))
        for index, draw in enumerate(draws):
            own = bound.get((draw.root, draw.scope), [])
            earlier = next(
                (one for one in reversed(draws[:index]) if _meets(file, one, draw, own)), None
            )
            if earlier is not None:
                yield Reuse(draw.key, draw.call, earlier.call)
            elif _repeats(file, draw, own):
                yield Reuse(draw.key, draw.call, None)


def _draws(file: PythonFile) -> Iterator[_Draw]:
    for call in file.facts.calls:
        module, _, name = call.target.rpartition(".")
        if module == "jax.random" and name in _SAMPLERS:
            key = call.argument(0, "key")
            named = _key_name(key)
            if named:
                root = named.partition("[")[0]
                scope = file.scopes.binding(root.partition(".")[0], call.block)
                if "." not in root and scope >= 0:
                    yield _Draw(named, root, scope, call)


def _key_name(key: Expression | None) -> str:
    match key:
        case Name(name=name):
            return name
        case Subscript(base=Name(name=name), index=Literal(value=int() as at)):
            return f"{name}[{at}]"
        case _:
            return ""


def _bindings(file: PythonFile) -> dict[tuple[str, int], list[Assignment]]:
    table: dict[tuple[str, int], list[Assignment]] = {}
    for item in file.facts.assignments:
        for target in item.targets:
            for name in names_of(target):
                scope = file.scopes.binding(name.partition(".")[0], item.block)
                table.setdefault((name, scope), []).append(item)
    return table


def _meets(file: PythonFile, earlier: _Draw, later: _Draw, bound: list[Assignment]) -> bool:
    """Whether both draws run in one pass with the same key."""
    facts = file.facts
    start, stop = position(earlier.call.span), position(later.call.span)
    if facts.function_of(earlier.call.block) is not facts.function_of(later.call.block):
        return False
    if file.scopes.scope(earlier.call.block) != file.scopes.scope(later.call.block):
        return False
    if any(start < position(item.span) < stop for item in bound):
        return False
    # `key = normal(key)` binds at its own statement, which begins before the draw in it
    if any(item.kind == "=" and _holds(item.span, earlier.call.span) for item in bound):
        return False
    return not are_exclusive(facts, earlier.call.block, later.call.block) and not any(
        _leaves_between(file, left, earlier.call, later.call) for left in facts.exits
    )


def _leaves_between(file: PythonFile, left: Exit, earlier: Call, later: Call) -> bool:
    """Whether what draws first does not come to the second draw."""
    if left.kind == "return" and _holds(left.span, earlier.span):
        return not _holds(left.span, later.span)
    facts = file.facts
    return facts.is_inside(earlier.block, left.block) and not facts.is_inside(
        later.block, left.block
    )


def _holds(outer: Span, inner: Span) -> bool:
    return position(outer) <= position(inner) < (outer.end_line, outer.end_column)


def _repeats(file: PythonFile, draw: _Draw, bound: list[Assignment]) -> bool:
    """Whether a loop draws again and again with a key that it does not change."""
    facts = file.facts
    for block in facts.ancestors(draw.call.block):
        kind = facts.blocks[block].kind
        if kind in _LOOPS:
            changes = any(facts.is_inside(item.block, block) for item in bound)
            leaves = any(
                left.kind in {"return", "break", "raise"} and facts.is_inside(left.block, block)
                for left in facts.exits
            )
            return not changes and not leaves
        if kind in _SCOPES:
            return False
    return False
