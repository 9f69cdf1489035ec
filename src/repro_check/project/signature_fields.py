"""The fields of dataclasses and attrs classes, of which their makers write an `__init__`."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.modules import Symbol
from repro_check.sources.expressions import CallRef, Expression, Literal, Name
from repro_check.sources.python import Assignment, Call, Class
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_DATACLASS = pattern(r"(dataclasses|pydantic\.dataclasses|flax\.struct|chex)\.dataclass$")
_ATTRS = pattern(r"(attrs?\.(define|mutable|frozen)|attr\.(s|attrs|dataclass)|attrs\.\w+)$")
_FIELDS = pattern(r"(dataclasses\.field|attrs?\.(field|ib|attrib)|flax\.struct\.field)$")
_DEFAULTS = frozenset({"default", "default_factory", "factory"})
_PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"})
_DEEPEST = 12


class Maker(enum.Enum):
    """What a class decorator makes of a class."""

    DATACLASS = "dataclass"
    ATTRS = "attrs"
    UNKNOWN = "unknown"


class Field(msgspec.Struct, frozen=True):
    """A parameter of a made `__init__`."""

    name: str
    has_default: bool


def maker(decorator: str) -> Maker:
    """What a decorator does, by its dotted name (docs.python.org/3/library/dataclasses.html, attrs.org)."""
    if _DATACLASS.match(decorator):
        return Maker.DATACLASS
    return Maker.ATTRS if _ATTRS.match(decorator) else Maker.UNKNOWN


def fields(project: Project, symbol: Symbol, depth: int = 0) -> tuple[Field, ...] | None:
    """The parameters of a class that a maker decorates, those of its bases first; None if not sure.

    Args:
        project: the repository.
        symbol: the class.
        depth: how many classes inherit from it on the way here.
    """
    file, item = project.python[symbol.path], project.classes.definition(symbol)
    if item is None or depth > _DEEPEST or len(item.decorators) > 1:
        return None
    block = file.facts.blocks[item.block].parent
    found: dict[str, Field] = {}
    for base in reversed(item.bases):
        written = getattr(base, "base", base)  # `Generic[T]`
        name = written.name if isinstance(written, Name) else ""
        known = project.modules.resolve(file, name, block)
        if known is None or known.kind != "class":
            if known is None or known.name not in _PLAIN_BASES:
                return None
            continue
        inherited = fields(project, known, depth + 1)
        if inherited is None:
            return None
        found.update((each.name, each) for each in inherited)
    if not item.decorators:
        return tuple(found.values())
    own = _own(project, file, item)
    if own is None:
        return None
    found.update((each.name, each) for each in own)
    return tuple(found.values())


def _own(project: Project, file: PythonFile, item: Class) -> list[Field] | None:
    lines = (project.text_at(file.path) or "").splitlines()
    decorator = item.decorators[0]
    if isinstance(decorator, CallRef):
        given = file.facts.calls[decorator.index]
        if given.unpacks or any(_is(given, name, False) for name in ("init", "auto_attribs")):
            return None
    found: list[Field] = []
    for each in file.facts.assignments:
        if each.block != item.block:
            continue
        name = getattr(each.target, "name", "")
        call = _field_call(file, each.value)
        if each.kind != ":":
            if call is not None:  # attrs without annotations
                return None
            continue
        written = " ".join(lines[each.span.line - 1 : each.span.end_line])
        if "ClassVar" in written or "KW_ONLY" in written:
            continue
        if call is None:
            found.append(Field(name, each.value is not None))
        elif call.unpacks or call.keyword("alias") is not None:
            return None
        elif not _is(call, "init", False):
            has_default = any(keyword.name in _DEFAULTS for keyword in call.keywords)
            found.append(Field(name, has_default or bool(call.args)))
    private = any(_is_private(each, item.block) for each in file.facts.assignments)
    return None if private else found


def _field_call(file: PythonFile, value: Expression | None) -> Call | None:
    if not isinstance(value, CallRef):
        return None
    call = file.facts.calls[value.index]
    return call if _FIELDS.match(call.target) else None


def _is_private(item: Assignment, block: int) -> bool:
    """Whether a field has a name that attrs writes otherwise."""
    name = getattr(item.target, "name", "")
    return item.block == block and item.kind == ":" and len(name) > 1 and name.startswith("_")


def _is(call: Call, name: str, value: object) -> bool:
    given = call.keyword(name)
    return isinstance(given, Literal) and given.value is value
