"""Which variable holds an object that a training moves on, on the way from its maker to its step."""

from __future__ import annotations

import msgspec

from repro_check.project.callers import Unseen
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.modules import Symbol
from repro_check.project.outside import canonical
from repro_check.project.project import Project
from repro_check.rules.ckpt._resume_state import State, target_of
from repro_check.rules.walking import code_around
from repro_check.sources.expressions import CallRef, Expression, Name
from repro_check.sources.python import Assignment

_DEEPEST = 6
SCHEDULERS = (
    "torch.optim.lr_scheduler.",
    "transformers.get_",
    "transformers.optimization.get_",
    "timm.scheduler.",
)
"""How the names of what makes a schedule of the learning rate begin."""


class Home(msgspec.Struct, frozen=True):
    """A variable, by the block that owns it: of a function, a module, or a class (for `self.x`).

    `assignment` is the one statement that binds it; None for a parameter.
    """

    path: str
    scope: int
    name: str
    assignment: Assignment | None


class _Step(msgspec.Struct, frozen=True):
    """A home, and what it gets its value from, and where that is written."""

    home: Home
    value: Expression
    file: PythonFile
    block: int


def homes_of(
    project: Project, file: PythonFile, name: str, block: int, kind: State
) -> tuple[Home, ...]:
    """The variables that surely hold the same object, the nearest first.

    Args:
        project: the repository.
        file: where the object is used.
        name: how it is written there.
        block: where.
        kind: what it has to be.

    Returns:
        All, up to the one that is bound to a call that makes such an object; () if there is none,
        or if any of them may hold something else as well.
    """
    homes: list[Home] = []
    for _ in range(_DEEPEST):
        step = _step(project, file, name, block)
        if step is None:
            return ()
        homes.append(step.home)
        file, block = step.file, step.block
        if isinstance(step.value, CallRef):
            made = canonical(target_of(file.facts.calls[step.value.index]))
            return tuple(homes) if _makes(made, kind) else ()
        if not isinstance(step.value, Name):
            return ()
        name = step.value.name
    return ()


def is_seen(home: Home, file: PythonFile, block: int) -> bool:
    """Whether the name means this variable in a block."""
    root, dot, _ = home.name.partition(".")
    scope = file.scopes.binding(root, block)
    if file.path != home.path or scope < 0:
        return False
    return (file.facts.blocks[scope].parent if dot else scope) == home.scope


def is_bound_before(home: Home, file: PythonFile, block: int, line: int) -> bool:
    """Whether the variable surely has its value where a line of a block runs."""
    item, facts = home.assignment, file.facts
    if item is None:
        return True
    function = facts.function_of(block)
    if "." not in home.name:
        is_same_code = code_around(facts, block) == code_around(facts, item.block)
        return is_same_code and item.block in facts.ancestors(block) and item.span.line < line
    first = facts.function_of(item.block)
    if first is None or function is None or item.block != first.block:
        return False
    if first.qualname.rpartition(".")[2] != "__init__":
        return False
    if function == first:
        return item.span.line < line
    return not any(
        call.name.startswith("self.")
        and call.span.line < item.span.line
        and facts.is_inside(call.block, first.block)
        for call in facts.calls
    )


def _makes(name: str, kind: State) -> bool:
    if kind is State.SCHEDULER:
        return name.startswith(SCHEDULERS)
    if kind is State.OPTIMIZER:
        return name.startswith("torch.optim.") and not name.startswith(SCHEDULERS)
    return name == "torch.amp.GradScaler"


def _step(project: Project, file: PythonFile, name: str, block: int) -> _Step | None:
    root, dot, rest = name.partition(".")
    scope = file.scopes.binding(root, block)
    if scope < 0 or "." in rest:
        return None
    if dot:
        return _of_attribute(project, file, name, scope) if root == "self" else None
    bound = project.classes.bindings(file).of(name, scope)
    function = file.facts.function_of(scope)
    is_given = function is not None and function.block == scope
    if is_given and function is not None and any(p.name == name for p in function.parameters):
        if bound:
            return None
        sites = project.callers.calls_of(Node(file.path, scope))
        value = project.callers.argument(sites[0], function, name) if len(sites) == 1 else None
        if value is None or isinstance(value, Unseen):
            return None
        site = sites[0]
        home = Home(file.path, scope, name, None)
        return _Step(home, value, project.python[site.path], site.call.block)
    if len(bound) != 1 or bound[0].value is None or bound[0].assignment.kind not in {"=", ":"}:
        return None
    item = bound[0].assignment
    return _Step(Home(file.path, scope, name, item), bound[0].value, file, item.block)


def _of_attribute(project: Project, file: PythonFile, name: str, scope: int) -> _Step | None:
    """`self.x`, where one statement of the same class binds it."""
    owner = file.facts.blocks[scope].parent
    cls = next((item for item in file.facts.classes if item.block == owner), None)
    if cls is None:
        return None
    values = project.classes.attributes(Symbol("class", file.path, cls.qualname))
    found = values.get(name.partition(".")[2], ())
    if len(found) != 1 or found[0].path != file.path or found[0].binding.value is None:
        return None
    item = found[0].assignment
    if item.kind not in {"=", ":"}:
        return None
    return _Step(Home(file.path, owner, name, item), found[0].binding.value, file, item.block)
