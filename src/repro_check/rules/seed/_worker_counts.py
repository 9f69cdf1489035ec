"""How many workers a data loader starts, as far as its call tells."""

from __future__ import annotations

import enum

from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.sources.expressions import CallRef, Expression, Literal, Name
from repro_check.sources.python import Call
from repro_check.text import pattern

_EVALUATION = pattern(
    r"(^|[._])(val|valid|validation|test|testing|eval|evaluation|dev)([._]|$|loader)"
)


class Workers(enum.Enum):
    """A number of worker processes."""

    NONE = "the process itself loads"
    ONE = "one"
    MAYBE = "perhaps several"


def workers_of(file: PythonFile, project: Project, call: Call) -> Workers:
    """The workers of a loader; a `DataLoader` has none unless it is told so."""
    given = call.argument(5, "num_workers")
    if given is None:
        return Workers.MAYBE if call.unpacks else Workers.NONE
    literal = file.constants.literal(given, call.block)
    if literal is None:
        return Workers.NONE if _is_always_0(file, project, given, call.block) else Workers.MAYBE
    if literal.value == 0:
        return Workers.NONE
    return Workers.ONE if literal.value == 1 else Workers.MAYBE


def _is_always_0(file: PythonFile, project: Project, given: Expression, block: int) -> bool:
    """Whether a number is a parameter which is 0 at each call of its function."""
    function = file.facts.function_of(block)
    if function is None or not isinstance(given, Name):
        return False
    if file.scopes.binding(given.name, block) != function.block:
        return False
    if given.name not in {parameter.name for parameter in function.parameters}:
        return False
    sites = project.callers.calls_of(Node(file.path, function.block))
    values = [project.callers.argument(site, function, given.name) for site in sites]
    return bool(values) and all(isinstance(value, Literal) and value.value == 0 for value in values)


def loads_for_evaluation(file: PythonFile, call: Call) -> bool:
    """Whether a loader neither shuffles nor is called anything but a test or validation loader.

    There the same numbers in each round are what is wanted.
    """
    shuffle = call.argument(2, "shuffle")
    if not (isinstance(shuffle, Literal) and shuffle.value is False):
        return False
    function = file.facts.function_of(call.block)
    names = [function.qualname.rpartition(".")[2]] if function is not None else []
    for item in file.facts.assignments:
        if isinstance(item.value, CallRef) and file.facts.calls[item.value.index] is call:
            names = [getattr(target, "name", "") for target in item.targets]
    return any(_EVALUATION.search(name) for name in names)
