"""Fields of dataclasses and their kin, and the objects that are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.modules import Symbol
from repro_check.project.origins import attributes, parameters
from repro_check.project.origins.bindings import Keys
from repro_check.project.origins.model import Origin, OriginKind
from repro_check.project.origins.options import Declared
from repro_check.project.origins.places import At, Frame
from repro_check.project.origins.sources import draw_of
from repro_check.sources.expressions import CallRef, Expression, Name, Opaque
from repro_check.sources.python import Call, Function
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.origins.walk import Walk

_FIELD = pattern(r"(^|\.)(field|Field|ib|attrib|flag|option|arg|Factory)$")
_MOST_FRAMES = 6


class Field(msgspec.Struct, frozen=True):
    """What a class body gives to a name, and where."""

    name: str
    value: Expression
    span: Span
    path: str
    block: int


def of_object(walk: Walk, at: At, symbol: Symbol, call: Call, keys: Keys) -> list[Origin]:
    """What an object holds under some keys that a call of its class makes."""
    name = keys[0] if keys else None
    if not isinstance(name, str):
        return [walk.unknown(at, call.span)]
    method = walk.project.modules.method(symbol, "__init__")
    function = walk.project.modules.function(method) if method is not None else None
    caller = at._replace(block=call.block)
    if method is not None and function is not None:
        frame = Frame(method.path, function.block, caller, call, is_bound=True)
        frames = (frame, *at.frames)[:_MOST_FRAMES]
        there = At(walk.project.python[method.path], function.block, frames)
        return attributes.of_attribute(walk, there, symbol, keys, call.span)
    given = call.keyword(name)
    order = _field_names(walk, symbol)
    if given is None and name in order and order.index(name) < len(call.args):
        given = call.args[order.index(name)]
    if given is not None:
        return walk.value(caller, given, keys[1:])
    unpacked = [keyword.value for keyword in call.keywords if not keyword.name]
    found = walk.value(caller, unpacked[0], keys) if len(unpacked) == 1 else []
    if any(not origin.is_unknown for origin in found):
        return found
    return attributes.of_attribute(walk, at._replace(frames=()), symbol, keys, call.span)


def of_field(walk: Walk, at: At, field: Field, keys: Keys) -> list[Origin]:
    """The origins of a default, also one inside `field(...)`, as those of a field."""
    value = field.value
    if isinstance(value, CallRef):
        call = at.file.facts.calls[value.index]
        if _FIELD.search(call.target or call.name):
            factory = call.keyword("default_factory") or call.keyword("factory")
            if factory is not None:
                return _made_by(walk, at, factory, keys)
            default = call.keyword("default") or (call.args[0] if call.args else None)
            if default is None:
                return [Origin(OriginKind.FIELD, None, field.path, field.span, "required")]
            value = default
    if keys:
        return walk.value(at, value, keys)
    declared = Declared(field.path, value, field.block, field.span, field.name)
    return walk.option(declared, OriginKind.FIELD)


def _made_by(walk: Walk, at: At, factory: Expression, keys: Keys) -> list[Origin]:
    """What a `default_factory` returns."""
    if isinstance(factory, Opaque):
        made = walk.tools.opaque(at.file, factory.span)
        if isinstance(made, Function):
            return parameters.of_returns(walk, at, made, keys, factory.span)
    if isinstance(factory, Name):
        symbol = walk.project.modules.resolve(at.file, factory.name, at.block)
        if symbol is not None and symbol.kind == "external" and draw_of(symbol.name):
            drawn = draw_of(symbol.name)
            return [Origin(OriginKind.DRAWN, None, at.file.path, factory.span, drawn)]
        if symbol is not None and symbol.kind == "class":
            return (
                attributes.of_attribute(walk, at._replace(frames=()), symbol, keys, factory.span)
                if keys
                else [walk.unknown(at, factory.span)]
            )
        function = walk.project.modules.function(symbol) if symbol is not None else None
        if symbol is not None and function is not None:
            there = At(walk.project.python[symbol.path], function.block)
            return parameters.of_returns(walk, there, function, keys, factory.span)
    return [walk.unknown(at, factory.span)]


def _field_names(walk: Walk, symbol: Symbol) -> list[str]:
    """The fields of a dataclass in the order of its positional arguments."""
    made: list[str] = []
    for owner in reversed(walk.project.classes.lineage(symbol).own):
        definition = walk.project.classes.definition(owner)
        if definition is not None:
            for item in walk.project.python[owner.path].facts.assignments:
                if item.block == definition.block and item.kind == ":":
                    made += [t.name for t in item.targets if isinstance(t, Name)]
    return list(dict.fromkeys(made))
