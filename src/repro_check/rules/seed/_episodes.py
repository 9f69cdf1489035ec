"""Resets and action draws of reinforcement-learning environments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.project.files import PythonFile
from repro_check.rules.seed._order_sites import names_of
from repro_check.sources.expressions import CallRef, Literal, Name, parts
from repro_check.sources.python import Call
from repro_check.text import pattern

_LOOPS = frozenset({"for", "while"})
_EVALUATES = pattern(r"eval|test|valid|render|record|replay|demo|benchmark", re.IGNORECASE)
_ENVIRONMENT = pattern(r"(^|[._])(\w*envs?|environments?)$", re.IGNORECASE)


def replayed_resets(file: PythonFile) -> Iterator[tuple[Call, int]]:
    """The resets that start every episode of a loop with one seed, and the loop's block."""
    bound = None
    for call in file.facts.calls:
        owner, _, last = call.name.rpartition(".")
        if last != "reset" or call.keyword("seed") is None or not _ENVIRONMENT.search(owner):
            continue
        loop = _loop_around(file, call)
        if loop is None or _is_evaluation(file, call):
            continue
        bound = _bound_by_block(file) if bound is None else bound
        inside = {
            name
            for block, names in bound.items()
            if file.facts.is_inside(block, loop)
            for name in names
        }
        is_same = inside.isdisjoint({owner, owner.partition(".")[0]})
        if is_same and _is_fixed(call, inside) and _steps(file, owner, loop):
            yield call, loop


def unseeded_samples(file: PythonFile) -> Iterator[Call]:
    """The first draw from an action space, where resets are seeded and no action space is."""
    calls = file.facts.calls
    names = [call.name for call in calls]
    if any(name.endswith("action_space.seed") for name in names):
        return
    if not any(
        call.name.endswith(".reset") and _is_seed(call) and _ENVIRONMENT.search(call.name[:-6])
        for call in calls
    ):
        return
    for call in calls:
        if call.name.endswith("action_space.sample"):
            yield call
            return


def _is_seed(call: Call) -> bool:
    value = call.keyword("seed")
    return value is not None and not (isinstance(value, Literal) and value.value is None)


def _loop_around(file: PythonFile, call: Call) -> int | None:
    """The innermost loop around a call in the same function."""
    for block in file.facts.ancestors(call.block):
        kind = file.facts.blocks[block].kind
        if kind in _LOOPS:
            return block
        if kind in {"function", "lambda", "class", "comprehension"}:
            return None
    return None


def _is_evaluation(file: PythonFile, call: Call) -> bool:
    function = file.facts.function_of(call.block)
    name = function.qualname if function is not None else file.path.rpartition("/")[2]
    return bool(_EVALUATES.search(name) or _EVALUATES.search(call.name))


def _is_fixed(call: Call, inside: set[str]) -> bool:
    value = call.keyword("seed")
    if value is None or not _is_seed(call):
        return False
    for part in parts(value):
        if isinstance(part, CallRef):
            return False
        if isinstance(part, Name) and (
            part.name in inside or part.name.partition(".")[0] in inside
        ):
            return False
    return True


def _steps(file: PythonFile, owner: str, loop: int) -> bool:
    """Whether the loop plays: it takes steps in the environment, or rolls out an episode."""
    return any(
        call.name == f"{owner}.step" and file.facts.is_inside(call.block, loop)
        for call in file.facts.calls
    )


def _bound_by_block(file: PythonFile) -> dict[int, set[str]]:
    table: dict[int, set[str]] = {}
    for item in file.facts.assignments:
        for target in item.targets:
            table.setdefault(item.block, set()).update(names_of(target))
    return table
