"""Generators that are made without a seed, and whether that is what happens."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.origins import Origin, OriginKind, Summary
from repro_check.project.project import Project
from repro_check.rules.seed._seeder_calls import outside_name
from repro_check.sources.expressions import CallRef, Expression, Literal, Name, parts
from repro_check.sources.python import Assignment, Call, Class, Function, Parameter
from repro_check.text import pattern

_MAKERS = {
    "numpy.random.default_rng": "seed",
    "numpy.random.RandomState": "seed",
    "numpy.random.SeedSequence": "entropy",
    "random.Random": "x",
}
_LASTS = frozenset(name.rpartition(".")[2] for name in _MAKERS)
_NAMES = pattern(
    r"(^|_)(names?|ids?|uuids?|tokens?|passwords?|ports?|slugs?|suffix|nonces?|salts?)($|_)|"
    r"plot|draw_|visuali|animat|colou?r"
)
_ABOUT_SEEDS = pattern(r"seed|rng|rand|determin|repro|fix|generator|state", re.IGNORECASE)
# what sets the state later, or reads it to keep it
_SETTLING = ("seed", "set_state", "setstate", "entropy", "bit_generator")


class Fresh(msgspec.Struct, frozen=True):
    """A call that makes a generator without a seed.

    Attributes:
        call: the call.
        parameter: what a caller could have given instead; "" for nothing.
        omitted: the places (path, span) of calls that give nothing.
    """

    call: Call
    parameter: str = ""
    omitted: tuple[tuple[str, Span], ...] = ()


def fresh_generators(file: PythonFile, project: Project) -> Iterator[Fresh]:
    """The calls of a file that make an unseeded generator, and surely do so."""
    for call in file.facts.calls:
        if call.name.rpartition(".")[2] not in _LASTS or call.unpacks:
            continue
        keyword = _MAKERS.get(outside_name(file, project, call))
        if keyword is None or _is_settled_later(file, call) or _is_no_matter(file, project, call):
            continue
        seed = call.argument(0, keyword) or call.keyword("seed")
        if seed is None or (isinstance(seed, Literal) and seed.value is None):
            yield from _judged(file, project, call)
        elif isinstance(seed, Name) and not _is_asked_about(file, seed, call):
            omitted = _omissions(file, project, seed, call.block)
            if omitted:
                yield Fresh(call, getattr(seed, "name", ""), omitted)


def _judged(file: PythonFile, project: Project, call: Call) -> Iterator[Fresh]:
    function = file.facts.function_of(call.block)
    parameter = None if function is None else _fallback_of(file, function, call)
    if parameter is None:
        yield Fresh(call)
    elif function is not None and not parameter:
        return
    elif function is not None:
        omitted = _unfed(file, project, function, parameter)
        if omitted:
            yield Fresh(call, parameter, omitted)


def _omissions(
    file: PythonFile, project: Project, seed: Expression, block: int
) -> tuple[tuple[str, Span], ...]:
    """Where a seed that is a parameter is None for sure, since every call leaves it out."""
    found = project.origins.provenance(file, seed, block)
    is_plain = all(origin.kind is OriginKind.LITERAL for origin in found.origins)
    if found.summary is not Summary.UNSET or not is_plain:
        return ()
    return tuple(_place(origin) for origin in found.origins)


def _is_asked_about(file: PythonFile, seed: Name, call: Call) -> bool:
    """Whether the seed is no parameter of the code around, or some test asks for it before."""
    if "." in seed.name.removeprefix("self."):
        return True
    scope = file.scopes.scope(call.block)
    tests = [
        block.test
        for index, block in enumerate(file.facts.blocks)
        if block.test is not None and file.scopes.scope(index) == scope
    ]
    return any(
        isinstance(part, Name) and part.name == seed.name
        for test in tests
        for part in _parts_with_calls(file, test)
    )


def _parts_with_calls(file: PythonFile, test: Expression) -> Iterator[Expression]:
    for part in parts(test):
        yield part
        if isinstance(part, CallRef):
            for item in file.facts.calls[part.index].args:
                yield from parts(item)


def _place(origin: Origin) -> tuple[str, Span]:
    return origin.path, origin.span


def _fallback_of(file: PythonFile, function: Function, call: Call) -> str | None:
    """The parameter in whose stead a generator is made; "" for another value; None for none."""
    tested = [
        test
        for test in file.facts.truth_tests
        if test.kind in {"or", "if", "and"}
        and test.span.line <= call.span.line <= test.span.end_line
        and _encloses(test.span, call.span)
    ]
    conditions = [test.tested for test in tested]
    for outer in file.facts.ancestors(call.block):
        block = file.facts.blocks[outer]
        if outer == function.block:
            break
        if block.kind in {"if", "else"} and block.test is not None:
            conditions.append(block.test)
    if not conditions:
        return None
    names = {one.name for one in function.parameters if not _is_other_switch(one)}
    switches = {one.name for one in function.parameters if _is_other_switch(one)}
    asked = {part.name for one in conditions for part in parts(one) if isinstance(part, Name)}
    if asked and asked <= switches:
        return None
    return next(iter(sorted(asked & names)), "")


def _is_other_switch(parameter: Parameter) -> bool:
    """Whether this switches something on or off, and has nothing to do with seeds."""
    default = parameter.default
    is_switch = isinstance(default, Literal) and isinstance(default.value, bool)
    return is_switch and not _ABOUT_SEEDS.search(parameter.name)


def _encloses(outer: Span, inner: Span) -> bool:
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _unfed(
    file: PythonFile, project: Project, function: Function, parameter: str
) -> tuple[tuple[str, Span], ...]:
    """The known calls of a function that give a parameter nothing, or None."""
    default = next(p.default for p in function.parameters if p.name == parameter)
    if not (isinstance(default, Literal) and default.value is None):
        return ()
    found = []
    for site in project.callers.few_calls_of(Node(file.path, function.block)) or ():
        given = project.callers.argument(site, function, parameter)
        if given is default or (isinstance(given, Literal) and given.value is None):
            found.append((site.path, site.call.span))
    return tuple(found[:3])


def _is_settled_later(file: PythonFile, call: Call) -> bool:
    """Whether the generator is seeded afterwards, or its state kept, by the name it gets."""
    if call.use == "receiver":
        user = file.facts.calls[call.user]
        return user.name in _SETTLING or user.name.endswith(("get_state", "getstate"))
    name = _bound_name(file, call)
    if not name:
        return False
    for other in file.facts.calls:
        if any(other.name.startswith(f"{name}.{word}") for word in _SETTLING):
            return True
        if "seed" in other.name and any(_is_named(item, name) for item in other.args):
            return True  # `with temp_seed(self.rng, seed):`
    if "." in name and any(
        _is_named(target, name)
        and item.value is not None
        and not _holds_call(item.value, call)
        and _may_be_same(file, item.block, call.block)
        for item in file.facts.assignments
        for target in item.targets
    ):
        return True  # another place binds a generator to it that may be seeded
    reads = (f"{name}.entropy", f"{name}.bit_generator.state", f"{name}.bit_generator")
    return any(
        getattr(target, "name", "").startswith(reads)
        for item in file.facts.assignments
        for target in item.targets
    ) or any(
        isinstance(part, Name) and part.name == f"{name}.entropy"
        for other in file.facts.calls
        for argument in (*other.args, *(keyword.value for keyword in other.keywords))
        for part in parts(argument)
    )


def _may_be_same(file: PythonFile, first: int, second: int) -> bool:
    """Whether a `self` of two blocks may be the same object: one class, or one made from the other."""
    one, other = (_class_around(file, block) for block in (first, second))
    return (
        one is None
        or other is None
        or one.qualname == other.qualname
        or other.qualname.rpartition(".")[2] in _bases(one)
        or one.qualname.rpartition(".")[2] in _bases(other)
    )


def _class_around(file: PythonFile, block: int) -> Class | None:
    around = set(file.facts.ancestors(block))
    inside = (each for each in file.facts.classes if each.block in around)
    return max(inside, key=lambda each: each.block, default=None)


def _bases(owner: Class) -> set[str]:
    return {getattr(base, "name", "?").rpartition(".")[2] for base in owner.bases}


def _is_no_matter(file: PythonFile, project: Project, call: Call) -> bool:
    """Whether what is drawn is a name or an id, or nothing is drawn at all."""
    function = file.facts.function_of(call.block)
    name = _bound_name(file, call)
    if name and (_NAMES.search(name) or _draws_names(file, name, call)):
        return True
    if function is not None:
        return _NAMES.search(function.qualname.rpartition(".")[2]) is not None
    if not name:
        return False
    facts = file.facts
    values = [item.value for item in facts.assignments] + [item.value for item in facts.returns]
    for other in facts.calls:
        if other.name.partition(".")[0] == name:
            return False
        values += [*other.args, *(keyword.value for keyword in other.keywords)]
    used = (part for value in values if value is not None for part in parts(value))
    if any(isinstance(part, Name) and part.name.partition(".")[0] == name for part in used):
        return False
    return not any(
        item.name == name for each in project.python.readable() for item in each.facts.imports
    )


def _draws_names(file: PythonFile, name: str, call: Call) -> bool:
    """Whether all that is drawn from a local generator is bound to names and ids."""
    scope = file.scopes.scope(call.block)
    draws = [
        other
        for other in file.facts.calls
        if other.name.startswith(f"{name}.") and file.scopes.scope(other.block) == scope
    ]
    bound = [_target(file, other) for other in draws]
    return bool(bound) and all(target and _NAMES.search(target) for target in bound)


def _target(file: PythonFile, call: Call) -> str:
    if call.use != "assigned" or not 0 <= call.user < len(file.facts.assignments):
        return ""
    return getattr(file.facts.assignments[call.user].target, "name", "")


def _is_named(expression: Expression, name: str) -> bool:
    return isinstance(expression, Name) and expression.name == name


def _holds_call(value: Expression, call: Call) -> bool:
    return value.span == call.span or isinstance(value, Literal)


def _bound_name(file: PythonFile, call: Call) -> str:
    if call.use != "assigned" or not 0 <= call.user < len(file.facts.assignments):
        return ""
    item: Assignment = file.facts.assignments[call.user]
    is_whole = isinstance(item.value, CallRef) and item.value.span == call.span
    target = item.targets[0] if is_whole and item.targets else None
    return target.name if isinstance(target, Name) else ""
