"""How code speaks of a seed: by which names it is read, and to what it is given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from repro_check.findings import Span
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.libraries import makes_generator, seeded_by
from repro_check.project.project import Project
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Expression,
    Literal,
    Name,
    Subscript,
    parts,
)
from repro_check.sources.python import Call
from repro_check.text import pattern

_SEED = pattern(
    r"(random|manual|data|global|rand|rng|torch|pytorch|np|numpy|master|base|init|model|train)?_?seed",
    re.IGNORECASE,
)
# a helper that is not here: only its name can say that it seeds generators
_HELPER = pattern(
    r"((set|fix|setup|init|initiali[sz]e|apply|enable|make)_?)?"
    r"((all|global|random|rng|manual|np|numpy|torch|tf)_?)*seeds?"
    r"(_?(everything|all|torch|numpy|rngs?|random|experiment))*",
    re.IGNORECASE,
)
_FILLS_STORAGE = pattern(
    r"(^|[._])(db|database|django|flask|sql\w*|tables?|fixtures?|users?)($|[._])", re.IGNORECASE
)
_SEED_KEYWORDS = frozenset({"random_state", "random_seed", "manual_seed", "rng_seed"})
_SEEDED_METHODS = frozenset({"reset", "shuffle", "train_test_split"})


def seed_name(file: PythonFile, tested: Expression) -> str | None:
    """The seed's own name in `seed`, `args.seed`, `cfg["seed"]`, `cfg.get("seed")`, else None."""
    name: object = None
    match tested:
        case Name(name=name) | Attribute(name=name):
            pass
        case Subscript(index=Literal(value=name)):
            pass
        case CallRef(index=index):
            name = _read_key(file.facts.calls[index])
    if not isinstance(name, str):
        return None
    last = name.rpartition(".")[2]
    return last if _SEED.fullmatch(last) else None


def written(file: PythonFile, expression: Expression) -> str:
    """A key under which equal ways of reading a value are equal."""
    match expression:
        case Name(name=name):
            return name
        case Attribute(base=base, name=name):
            return f"{written(file, base)}.{name}"
        case Subscript(base=base, index=Literal(value=str() as value)):
            return f"{written(file, base)}.{value}"
        case CallRef(index=index):
            call = file.facts.calls[index]
            key = _read_key(call)
            owner = call.name.rpartition(".")[0] or getattr(next(iter(call.args), None), "name", "")
            return f"{owner}.{key}" if owner and key else f"call {index}"
        case _:
            return f"at {expression.span}"


def _read_key(call: Call) -> str | None:
    """The key in `cfg.get("seed")` and `getattr(args, "seed", None)`."""
    place = 1 if call.name == "getattr" else 0
    if call.name.rpartition(".")[2] not in {"get", "getattr"} or len(call.args) <= place:
        return None
    value = getattr(call.args[place], "value", None)
    return value if isinstance(value, str) else None


def shown(file: PythonFile, tested: Expression) -> str:
    """The seed as it is written, for messages."""
    match tested:
        case Name(name=name):
            return name
        case CallRef(index=index):
            call = file.facts.calls[index]
            return f'{call.name}("{_read_key(call)}")'
        case Subscript(base=Name(name=base), index=Literal(value=value)):
            return f'{base}["{value}"]'
        case _:
            return "the seed"


def holds(file: PythonFile, expression: Expression, key: str | Span) -> bool:
    """Whether an expression is made of the value of a key, or of the expression at a span."""
    return key in keys(file, expression)


def keys(file: PythonFile, expression: Expression) -> Iterator[str | Span]:
    """The keys and the spans of all that an expression is made of."""
    for part in parts(expression):
        yield part.span
        yield written(file, part)
        if isinstance(part, CallRef):
            call = file.facts.calls[part.index]
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                yield from keys(file, argument)


def seeding_calls(
    file: PythonFile, project: Project, calls: Iterable[Call], key: str | Span
) -> Iterator[Call]:
    """Those of these calls that seed a generator with the value of a key or at a span."""
    for call in calls:
        if _is_seeding(file, project, call, key) or (
            isinstance(key, str) and _reads_and_seeds(file, project, call, key)
        ):
            yield call


def _is_seeding(file: PythonFile, project: Project, call: Call, key: str | Span) -> bool:
    keywords = [one.name for one in call.keywords if holds(file, one.value, key)]
    is_given = keywords or any(holds(file, argument, key) for argument in call.args)
    return bool(is_given) and _seeds(file, project, call, keywords)


def _reads_and_seeds(file: PythonFile, project: Project, call: Call, key: str) -> bool:
    """Whether `set_seed(args)` of this repository seeds with the `args.seed` of the key."""
    owner, _, name = key.rpartition(".")
    places = [at for at, one in enumerate(call.args) if getattr(one, "name", "") == owner]
    if not owner or not places or call.receiver is not None:
        return False
    symbol = project.modules.resolve(file, call.name, call.block)
    function = None if symbol is None else project.modules.function(symbol)
    if symbol is None or symbol.kind != "function" or function is None:
        return False
    callee = project.python[symbol.path]
    read = [f"{one.name}.{name}" for one in function.parameters[places[0] : places[0] + 1]]
    return any(
        callee.facts.is_inside(inner.block, function.block)
        and _is_seeding(callee, project, inner, each)
        for each in read
        for inner in callee.facts.calls
    )


def _seeds(file: PythonFile, project: Project, call: Call, keywords: Iterable[str]) -> bool:
    """Whether a call seeds a generator with what it is given under these keywords, or by place."""
    symbol = project.modules.resolve(file, call.name, call.block) if call.receiver is None else None
    if symbol is not None and symbol.kind == "function":
        function = project.modules.function(symbol)
        start = Node(symbol.path, function.block if function else 0)
        return any(
            seeded_by(outside.target) or makes_generator(outside.target)
            for node in project.calls.reachable(start)
            for outside in project.calls.outside_calls(node)
        )
    is_library = symbol is not None and symbol.kind == "external" and "." in symbol.name
    name = symbol.name if symbol is not None and is_library else call.name
    method = name.rpartition(".")[2]
    if _FILLS_STORAGE.search(name):
        return False
    if "seed" in keywords and (is_library or method in _SEEDED_METHODS):
        return True
    return (
        not _SEED_KEYWORDS.isdisjoint(keywords)
        or makes_generator(name)
        or _HELPER.fullmatch(method) is not None
    )
