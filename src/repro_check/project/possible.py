"""Of which classes a value may be an instance, by what the callers of a function give it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.callers import Unseen
from repro_check.project.calls import Node
from repro_check.project.instances import Place
from repro_check.project.modules import Symbol
from repro_check.sources.expressions import Attribute, CallRef, Expression, Name
from repro_check.sources.python import Function

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_DEEPEST = 5


class Possible(msgspec.Struct, frozen=True):
    """The classes that are seen, and whether that is all that there may be."""

    classes: frozenset[Symbol] = frozenset()
    is_complete: bool = False


_UNKNOWN = Possible()


def possible_classes(
    project: Project, file: PythonFile, expression: Expression | str, block: int, depth: int = 0
) -> Possible:
    """The classes of a value; those of a parameter are what the calls of its function give.

    Args:
        project: the repository.
        file: where the value is written.
        expression: an expression, or a dotted name.
        block: where it is written.
        depth: how many calls have been followed.
    """
    found = project.classes.instance_of(file, expression, block)
    if found is not None:
        return Possible(frozenset({found}), is_complete=True)
    name = expression if isinstance(expression, str) else _begins_with(file, expression)
    if depth > _DEEPEST or not name:
        return _UNKNOWN
    if name.startswith("self.") and name.count(".") == 1:
        return _merged(_of_attribute(project, file, name, block, depth))
    root = name.partition(".")[0]
    scope = file.scopes.binding(root, block)
    for function in file.facts.functions:
        if function.block == scope and any(each.name == root for each in function.parameters):
            place = (file.path, root, scope)
            values = _given(project, file, function, root, depth)
            return _merged(_used(project, expression, block, place, value) for value in values)
    return _UNKNOWN


def _begins_with(file: PythonFile, expression: Expression) -> str:
    """The name that decides what a value is: `net` in `DataParallel(net)` and in `net.to(device)`."""
    match expression:
        case Name(name=name):
            return name
        case Attribute(base=base):
            return _begins_with(file, base)
        case CallRef(index=index):
            call = file.facts.calls[index]
            if call.receiver is not None:
                return _begins_with(file, call.receiver)
            owner = "" if call.target else call.name.rpartition(".")[0]
            return owner or (_begins_with(file, call.args[0]) if call.args else "")
        case _:
            return ""


def _used(
    project: Project, expression: Expression | str, block: int, place: Place, value: Possible
) -> Possible:
    """What an expression is when the parameter that decides it is given a value."""
    file = project.python[place[0]]
    made = [
        project.classes.instance_given(file, expression, block, {place: each})
        for each in value.classes
    ]
    known = frozenset(each for each in made if each is not None)
    return Possible(known, value.is_complete and None not in made)


def _given(
    project: Project, file: PythonFile, function: Function, name: str, depth: int
) -> Iterator[Possible]:
    for site in project.callers.calls_of(Node(file.path, function.block)):
        value = project.callers.argument(site, function, name)
        if value is None or isinstance(value, Unseen):
            yield _UNKNOWN
            continue
        is_default = any(value is each.default for each in function.parameters)
        home = file if is_default else project.python[site.path]
        where = file.facts.blocks[function.block].parent if is_default else site.call.block
        yield possible_classes(project, home, value, where, depth + 1)


def _of_attribute(
    project: Project, file: PythonFile, name: str, block: int, depth: int
) -> Iterator[Possible]:
    owner = project.classes.instance_of(file, "self", block)
    attributes = {} if owner is None else project.classes.attributes(owner)
    for value in attributes.get(name.partition(".")[2], ()):
        made = value.binding.value
        home = project.python[value.path]
        if isinstance(made, Name) and made.name == name:
            continue
        yield (
            _UNKNOWN
            if made is None
            else possible_classes(project, home, made, value.assignment.block, depth + 1)
        )


def _merged(several: Iterable[Possible]) -> Possible:
    found = list(several)
    classes = frozenset(each for one in found for each in one.classes)
    return Possible(classes, bool(found) and all(one.is_complete for one in found))
