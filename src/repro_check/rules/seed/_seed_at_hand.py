"""The seed that code has at hand: a parameter, an attribute of its object, or a constant above it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.project.files import PythonFile
from repro_check.project.origins import Summary
from repro_check.project.project import Project
from repro_check.sources.expressions import Expression, Literal, Name
from repro_check.sources.python import MODULE, Function
from repro_check.sources.spans import packed
from repro_check.text import pattern

_SEED = pattern(r"(random_|manual_|data_|global_)?(seed|random_state)", re.IGNORECASE)


def seed_at_hand(file: PythonFile, project: Project, block: int, line: int) -> str | None:
    """How the seed is written that a call could be given; None if there is none.

    A seed that is never set, or that is drawn itself, is none.

    Args:
        file: the module.
        project: the repository.
        block: the block of the call.
        line: the first line of the call.
    """
    for name, may_be_none in _candidates(file, block, line):
        seed = Name(packed(line, 1, line, 1), name)
        found = project.origins.summary(file, seed, block)
        if found is Summary.FIXED or (found is Summary.UNKNOWN and not may_be_none):
            return name
    return None


def _candidates(file: PythonFile, block: int, line: int) -> Iterator[tuple[str, bool]]:
    """(name, whether a caller may leave it None) of all that is called like a seed."""
    function = file.facts.function_of(block)
    if function is not None:
        for parameter in function.parameters:
            is_own = file.scopes.binding(parameter.name, block) == function.block
            if is_own and not parameter.kind.startswith("*") and _SEED.fullmatch(parameter.name):
                yield parameter.name, _is_none(parameter.default)
        yield from _attributes(file, function, block, line)
    for name in _constants(file, function, block, line):
        yield name, False


def _attributes(
    file: PythonFile, function: Function, block: int, line: int
) -> Iterator[tuple[str, bool]]:
    """`self.seed`, if the object's `__init__` surely sets it, and before."""
    owner, _, method = function.qualname.rpartition(".")
    if not owner or not function.parameters or function.parameters[0].name != "self":
        return
    if file.scopes.binding("self", block) != function.block:
        return
    maker = next((f for f in file.facts.functions if f.qualname == f"{owner}.__init__"), None)
    for item in file.facts.assignments:
        if maker is None or item.block != maker.block or item.kind not in {"=", ":"}:
            continue
        if method == "__init__" and item.span.end_line >= line:
            continue
        for target in item.targets:
            name = getattr(target, "name", "")
            if name.startswith("self.") and _SEED.fullmatch(name.removeprefix("self.")):
                given = getattr(item.value, "name", "")
                defaults = [p.default for p in maker.parameters if p.name == given]
                yield name, any(map(_is_none, defaults)) or _is_none(item.value)


def _is_none(value: Expression | None) -> bool:
    return isinstance(value, Literal) and value.value is None


def _constants(file: PythonFile, function: Function | None, block: int, line: int) -> Iterator[str]:
    """Names that are bound once, above, to a number."""
    homes = {MODULE} if function is None else {MODULE, function.block}
    for item in file.facts.assignments:
        value = item.value
        is_number = isinstance(value, Literal) and type(value.value) is int
        if not is_number or item.block not in homes or item.span.end_line >= line:
            continue
        for target in item.targets:
            name = getattr(target, "name", "")
            if _SEED.fullmatch(name) and file.constants.binding(name, block) is item:
                yield name
