"""The uses of a variable between the place where it is bound and the next one."""

from __future__ import annotations

from repro_check.rules.seed._branches import are_exclusive
from repro_check.rules.seed._order_calls import SORTS
from repro_check.rules.seed._order_loops import Carried
from repro_check.rules.seed._order_sites import Site, Sites, end, position
from repro_check.sources.expressions import CallRef
from repro_check.sources.python import Assignment, Call

_SORTERS = frozenset({"sorted", "natsorted", "humansorted", "realsorted", "unique"})
_NEVER = (1 << 60, 0)


def uses(sites: Sites, carried: Carried) -> list[Site | Call]:
    """Where a variable is read, or a method of it called, before it is bound anew or sorted."""
    if "." in carried.name:
        return _of_attribute(sites, carried)
    facts, scopes = sites.facts, sites.file.scopes
    scope = scopes.binding(carried.name, carried.block)
    home = facts.function_of(carried.block)
    stop = _stop(sites, carried, scope)
    found: list[Site | Call] = []
    every: list[Site | Call] = [*sites.mentions(carried.name), *sites.methods(carried.name)]
    for use in every:
        if scopes.binding(carried.name, use.block) != scope:
            continue
        is_elsewhere = facts.function_of(use.block) is not home
        if is_elsewhere or carried.start < _place(use) < stop:
            found.append(use)
    return sorted(found, key=_place)


def _of_attribute(sites: Sites, carried: Carried) -> list[Site | Call]:
    """Uses of `self.x` in all methods of the class, unless one of them sorts it."""
    facts = sites.facts
    owner = next(
        (one for one in facts.ancestors(carried.block) if facts.blocks[one].kind == "class"), None
    )
    if owner is None or not carried.name.startswith("self."):
        return []
    methods = [one for one in sites.methods(carried.name) if facts.is_inside(one.block, owner)]
    bound = [one for one in sites.bindings(carried.name) if facts.is_inside(one.block, owner)]
    if any(_last(one) in SORTS for one in methods) or any(_is_sorted(sites, one) for one in bound):
        return []
    read = [one for one in sites.mentions(carried.name) if facts.is_inside(one.block, owner)]
    return sorted([*read, *methods], key=_place)


def _stop(sites: Sites, carried: Carried, scope: int) -> tuple[int, int]:
    """Where the variable is bound anew or sorted; the value of that binding still reads it."""
    scopes = sites.file.scopes
    stops = [
        end(item.span)
        for item in sites.bindings(carried.name)
        if position(item.span) > carried.start
        and item.kind in {"=", ":", "for", "with"}
        and scopes.binding(carried.name, item.block) == scope
        and not are_exclusive(sites.facts, carried.block, item.block)
    ]
    stops += [
        position(call.span)
        for call in sites.methods(carried.name)
        if _last(call) in SORTS and position(call.span) > carried.start
    ]
    return min(stops, default=_NEVER)


def _is_sorted(sites: Sites, item: Assignment) -> bool:
    value = item.value
    return isinstance(value, CallRef) and _last(sites.facts.calls[value.index]) in _SORTERS


def _last(call: Call) -> str:
    return call.name.rpartition(".")[2]


def _place(use: Site | Call) -> tuple[int, int]:
    return position(use.span if isinstance(use, Call) else use.expression.span)
