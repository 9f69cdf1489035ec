"""SEED004."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.findings import Finding, Fix, Safety, Severity, Span
from repro_check.project.files import PythonFile
from repro_check.project.libraries import seeded_by
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
    parts,
)
from repro_check.sources.python import Call

_SEED = re.compile(r"^(random_|manual_|data_|global_|rand_|torch_|np_|master_)?_?seed$|^manualSeed$")
_SEEDING_NAME = re.compile(r"seed", re.IGNORECASE)


class _Test(msgspec.Struct, frozen=True):
    """A truth test on a seed: the tested expression, and where its outcome matters."""

    tested: Expression
    block: int
    guarded: Span
    is_negated: bool
    is_whole: bool


@rule("SEED004", severity=Severity.WARNING, on=PythonFile, practice=4, fixes="safe")
def falsy_seed_skipped(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A truth test on the seed silently skips seed 0.

    `if seed:` is false for 0, so the one run that a reader is most likely to repeat is the one that was
    never seeded.

    Bad:
        import random
        from arguments import args

        if args.seed:
            random.seed(args.seed)

    Good:
        import random
        from arguments import args

        if args.seed is not None:
            random.seed(args.seed)

    Not this rule:
        from arguments import args
        from fixtures import load_fixtures

        if args.seed:  # a flag: fill the database
            load_fixtures()

    Not this rule:
        import argparse
        import random

        parser = argparse.ArgumentParser()
        parser.add_argument("--seed", action="store_true")
        args = parser.parse_args()
        if args.seed:
            random.seed(args.seed)
    """
    if not file.is_product:
        return
    for test in _tests(file):
        name = _seed_name(file, test.tested)
        if name is None or _is_flag(file, name):
            continue
        seeding = _seeding_call(file, project, test)
        if seeding is None:
            continue
        shown = _shown(file, test.tested)
        yield file.finding(
            test.tested.span,
            f"`{shown}` is tested for truth, so seed 0 skips `{seeding.name}`",
            help=f"Ask whether a seed was given: `{shown} is not None`.",
            related=[file.related(seeding.name_span, "this is skipped for seed 0")],
            fix=_fix(file, test),
        )


def _tests(file: PythonFile) -> Iterator[_Test]:
    facts = file.facts
    for index, block in enumerate(facts.blocks):
        if block.kind != "if" or block.test is None:
            continue
        test = block.test
        if isinstance(test, Operation) and test.operator == "and":
            for operand in test.operands:
                yield _Test(operand, index, block.body, False, False)
        elif isinstance(test, Operation) and test.operator == "not":
            continue
        else:
            yield _Test(test, index, block.body, False, True)


def _seed_name(file: PythonFile, tested: Expression) -> str | None:
    """The seed's name in `seed`, `args.seed`, `cfg["seed"]`, `cfg.get("seed")`."""
    name: object = None
    if isinstance(tested, Name):
        name = tested.name
    elif isinstance(tested, Attribute):
        name = tested.name
    elif isinstance(tested, Subscript) and isinstance(tested.index, Literal):
        name = tested.index.value
    elif isinstance(tested, CallRef):
        call = file.facts.calls[tested.index]
        if call.name.rpartition(".")[2] == "get" and call.args:
            name = getattr(call.args[0], "value", None)
    if isinstance(name, str) and _SEED.match(name.rpartition(".")[2]):
        return name
    return None


def _shown(file: PythonFile, tested: Expression) -> str:
    match tested:
        case Name(name=name):
            return name
        case CallRef(index=index):
            call = file.facts.calls[index]
            return f'{call.name}("{getattr(call.args[0], "value", "")}")'
        case Subscript(base=Name(name=base), index=Literal(value=value)):
            return f'{base}["{value}"]'
        case _:
            return "the seed"


def _is_flag(file: PythonFile, name: str) -> bool:
    """Whether the option behind the name is a switch, not a number."""
    option = name.rpartition(".")[2]
    for call in file.facts.calls:
        if call.name.rpartition(".")[2] != "add_argument":
            continue
        named = {getattr(argument, "value", None) for argument in call.args}
        if {f"--{option}", f"--{option.replace('_', '-')}"} & named:
            action = getattr(call.keyword("action"), "value", "")
            kind = getattr(call.keyword("type"), "name", "int")
            return str(action).startswith("store_") or kind in {"bool", "str2bool", "str"}
    return False


def _seeding_call(file: PythonFile, project: Project, test: _Test) -> Call | None:
    """A call in the guarded code that seeds a generator with the tested value."""
    key = _written(file, test.tested)
    for call in file.facts.calls:
        if not file.facts.is_inside(call.block, test.block):
            continue
        passed = (*call.args, *(keyword.value for keyword in call.keywords))
        if not any(_written(file, part) == key for argument in passed for part in parts(argument)):
            continue
        if _seeds(file, project, call):
            return call
    return None


def _seeds(file: PythonFile, project: Project, call: Call) -> bool:
    if call.target and seeded_by(call.target):
        return True
    symbol = project.modules.resolve(file, call.name, call.block) if call.receiver is None else None
    if symbol is not None and symbol.kind == "function":
        function = project.modules.function(symbol)
        assert function is not None
        other = project.python[symbol.path]
        return any(
            seeded_by(inner.target)
            for inner in other.facts.calls
            if other.facts.is_inside(inner.block, function.block)
        )
    # an outside helper whose definition is not here: its name has to say it
    return bool(_SEEDING_NAME.search(call.name.rpartition(".")[2]))


def _written(file: PythonFile, expression: Expression) -> str:
    """A key under which equal ways of reading a value are equal."""
    match expression:
        case Name(name=name):
            return name
        case Attribute(base=base, name=name):
            return f"{_written(file, base)}.{name}"
        case Subscript(base=base, index=Literal(value=str() as value)):
            return f"{_written(file, base)}.{value}"
        case CallRef(index=index):
            call = file.facts.calls[index]
            owner, _, method = call.name.rpartition(".")
            if method == "get" and owner and call.args:
                return f"{owner}.{getattr(call.args[0], 'value', '?')}"
            return f"call {index}"
        case _:
            return f"at {expression.span}"


def _fix(file: PythonFile, test: _Test) -> Fix | None:
    span = test.tested.span
    end = Span(span.end_line, span.end_column, span.end_line, span.end_column)
    return file.replace(end, " is not None", title="Ask `is not None`", safety=Safety.SAFE)
