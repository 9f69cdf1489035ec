"""Whether a path stays the same while a loop runs."""

from __future__ import annotations

from repro_check.project.files import PythonFile
from repro_check.rules.walking import calls_in, is_plain, loops_around, names_in
from repro_check.sources.expressions import Expression, Literal, Name, Operation
from repro_check.sources.python import Assignment, ModuleFacts
from repro_check.sources.scopes import bound_names
from repro_check.text import pattern

# calls that make a path of what they are given, and of nothing else
_PURE = pattern(
    r"(^|\.)(join|joinpath|Path|PurePath|str|format|abspath|realpath|normpath|expanduser|with_suffix|"
    r"with_name|to_absolute_path|rstrip|strip|removesuffix|dirname|basename|absolute|resolve)$"
)
_DEEPEST = 5


def stays_the_same(file: PythonFile, path: Expression, block: int, *, outer: int) -> bool:
    """Whether a path is surely the same each time that the code in a block runs.

    Args:
        file: where it is written.
        path: its expression.
        block: where the expression stands.
        outer: the outermost loop that repeats it, or the block of the whole function.
    """
    return _is_fixed(file, path, block, outer, _DEEPEST)


def _is_fixed(file: PythonFile, path: Expression, block: int, outer: int, depth: int) -> bool:
    facts = file.facts
    if depth < 0 or not is_plain(facts, path):
        return False
    if any(not _PURE.search(call.name) for call in calls_in(facts, path)):
        return False
    called = {call.name for call in calls_in(facts, path)}
    return all(
        _is_name_fixed(file, name, block, outer, depth)
        for name in names_in(facts, path)
        if name.name not in called or "." in name.name
    )


def _is_name_fixed(file: PythonFile, name: Name, block: int, outer: int, depth: int) -> bool:
    facts = file.facts
    bindings = [item for item in facts.assignments if _binds(item, name.name)]
    if name.name.startswith("self."):
        # set anywhere but at the start, it may count
        return all(_is_in_initialiser(facts, item) for item in bindings)
    scope = file.scopes.binding(name.name.partition(".")[0], block)
    for item in bindings:
        if file.scopes.binding(name.name.partition(".")[0], item.block) != scope:
            continue
        if not facts.is_inside(item.block, outer):
            continue
        if item.kind not in {"=", ":"} or item.value is None or len(item.targets) != 1:
            return False
        if not isinstance(item.targets[0], Name):
            return False
        if not _is_fixed(file, item.value, item.block, outer, depth - 1):
            return False
    return True


def _binds(item: Assignment, name: str) -> bool:
    root = name.partition(".")[0]
    for target in item.targets:
        if isinstance(target, Name) and target.name in {name, root}:
            return True
        if root in bound_names(target):
            return True
    return False


def _is_in_initialiser(facts: ModuleFacts, item: Assignment) -> bool:
    function = facts.function_of(item.block)
    return function is not None and function.qualname.rpartition(".")[2] in {"__init__", "setup"}


def runs_once(facts: ModuleFacts, block: int) -> bool:
    """Whether a branch lets a block run in one turn of the loop alone: `epoch == last`, `break`."""
    loop = next(loops_around(facts, block), None)
    if loop is None:
        return False
    counted = {
        name
        for item in facts.assignments
        if item.kind == "for" and item.block in set(loops_around(facts, block))
        for target in item.targets
        for name in bound_names(target)
    }
    for each in facts.ancestors(block):
        if each == loop:
            return False
        test = facts.blocks[each].test if facts.blocks[each].kind == "if" else None
        if test is not None and _asks_for_one(test, counted):
            return True
        if any(item.block == each and item.kind in {"break", "return"} for item in facts.exits):
            return True
    return False


def _asks_for_one(test: Expression, counted: set[str]) -> bool:
    if not isinstance(test, Operation):
        return False
    if test.operator == "and":
        return any(_asks_for_one(each, counted) for each in test.operands)
    if test.operator != "==":
        return False
    sides = [each for each in test.operands if not isinstance(each, Literal)]
    return any(_counts(each, counted) for each in sides)


def _counts(side: Expression, counted: set[str]) -> bool:
    if isinstance(side, Operation) and side.operator in {"+", "-"}:
        return any(_counts(each, counted) for each in side.operands)
    return isinstance(side, Name) and side.name in counted


def enclosing_loop(facts: ModuleFacts, block: int) -> int | None:
    """The outermost loop of the same function around a block."""
    found = list(loops_around(facts, block))
    return found[-1] if found else None
