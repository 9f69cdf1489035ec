"""Branches of a function that no call of it ever enters: what they ask for is never given."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.walking import branches_around
from repro_check.sources.expressions import Expression, Literal, Name, Operation
from repro_check.sources.python import Call, Function

_UNLIKE = frozenset({"is not", "!="})
_LIKE = frozenset({"is", "=="})


def is_idle(project: Project, file: PythonFile, call: Call) -> bool:
    """Whether a call runs only if a parameter is given that every call in sight leaves at its default.

    `if sampler is not None: ...` in `def cycle(loader, sampler=None)`, which is called as
    `cycle(loader)` alone.
    """
    function = file.facts.function_of(call.block)
    if function is None:
        return False
    return any(
        parameter.name == name and _is_off(parameter.default, is_truth=is_truth)
        # the last: it looks at all calls of the function
        and _is_never_given(project, file, function, name)
        for branch in branches_around(file.facts, call.block)
        for name, is_truth in _needs(branch.test, holds=branch.kind == "if")
        for parameter in function.parameters
    )


def _needs(test: Expression | None, *, holds: bool) -> Iterator[tuple[str, bool]]:
    """The names that are no None (False) or true (True) wherever a test holds, or does not."""
    if isinstance(test, Name) and holds:
        yield test.name, True
    if not isinstance(test, Operation):
        return
    if test.operator == "not":
        yield from _needs(test.operands[0], holds=not holds)
    elif test.operator == ("and" if holds else "or"):
        for operand in test.operands:
            yield from _needs(operand, holds=holds)
    elif test.operator in (_UNLIKE if holds else _LIKE) and len(test.operands) == 2:
        tested, other = test.operands
        if isinstance(tested, Name) and isinstance(other, Literal) and other.value is None:
            yield tested.name, False


def _is_off(default: Expression | None, *, is_truth: bool) -> bool:
    if not isinstance(default, Literal):
        return False
    return not default.value if is_truth else default.value is None


def _is_never_given(project: Project, file: PythonFile, function: Function, name: str) -> bool:
    if project.classes.bindings(file).of(name, function.block):
        return False
    parameter = next(item for item in function.parameters if item.name == name)
    sites = project.callers.calls_of(Node(file.path, function.block))
    return bool(sites) and all(
        project.callers.argument(site, function, name) is parameter.default for site in sites
    )
