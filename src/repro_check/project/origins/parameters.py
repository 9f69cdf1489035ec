"""From a parameter back to the arguments that calls give it, and from a call to what is returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from repro_check.findings import Span
from repro_check.project.calls import Node
from repro_check.project.origins import attributes, filled
from repro_check.project.origins.arguments import PLACE, Given, given_at, given_by
from repro_check.project.origins.bindings import Keys
from repro_check.project.origins.model import Origin, OriginKind
from repro_check.project.origins.places import At, Wanted
from repro_check.sources.expressions import CallRef
from repro_check.sources.python import Function
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.origins.walk import Walk

_MOST_SITES = 12
# what gives a function no other arguments than its caller does
_HARMLESS = pattern(
    r"(^|\.)(staticmethod|classmethod|property|cached_property|setter|wraps|lru_cache|cache|jit|njit|vmap|"
    r"pmap|no_grad|inference_mode|enable_grad|contextmanager|abstractmethod|override|overload|"
    r"typechecked|jaxtyped|record|rank_zero_only|profile|timeit|timer|step|task|flow|remote|command|"
    r"main|function|checkpoint|custom_fwd|custom_bwd|export|deprecated|total_ordering|dataclass)$"
)


def at_scope(walk: Walk, at: At, asked: Wanted) -> list[Origin]:
    """The origins of a name that is a parameter of the function of its scope; else none."""
    facts = at.file.facts
    if facts.blocks[asked.scope].kind not in {"function", "lambda"}:
        return []
    function = walk.tools.function(at.file, asked.scope)
    if function is None or asked.root not in {item.name for item in function.parameters}:
        return []
    return of_parameter(walk, at, function, asked)


def of_parameter(walk: Walk, at: At, function: Function, asked: Wanted) -> list[Origin]:
    """What a parameter gets: from the call on the way here, else from all calls that are known."""
    name, path = asked.root, at.file.path
    walk.trail.add((path, function.block, name))
    frame = next(iter(at.frames), None)
    if frame is not None and (frame.path, frame.block) == (path, function.block):
        given = given_by(frame.call, function, name, asked.keys, is_bound=frame.is_bound)
        return _given(walk, frame.caller, _Called(at, function, asked), given)
    declared = walk.tools.options.of_parameter(at.file, function, name)
    if declared and not asked.keys:
        return [origin for option in declared for origin in walk.option(option)]
    config = filled.of_config_parameter(walk, at, function, asked.keys)
    if config:
        return config
    sites = walk.project.callers.few_calls_of(Node(path, function.block))
    found: list[Origin] = []
    for site in (sites or ())[:_MOST_SITES]:
        there = At(walk.project.python[site.path], site.call.block)
        given = given_at(site, function, name, asked.keys)
        if given is PLACE:
            found.append(walk.mark(OriginKind.RANK, there, site.call.span))
        else:
            found.extend(_given(walk, there, _Called(at, function, asked), given))
    if sites and len(sites) <= _MOST_SITES:
        return found
    parameter = next(item for item in function.parameters if item.name == name)
    if asked.keys and sites == () and parameter.annotation:
        outer = outer_block(at, function)
        symbol = walk.project.modules.resolve(at.file, parameter.annotation, outer)
        if symbol is not None and symbol.kind == "class":
            top = at._replace(frames=())
            return attributes.of_attribute(walk, top, symbol, asked.keys, asked.span)
    return [*found, Origin(OriginKind.PARAMETER, None, path, parameter.span, name)]


def of_returns(walk: Walk, at: At, function: Function, keys: Keys, span: Span) -> list[Origin]:
    """The origins of what a function returns; `at` is its file and the calls on the way."""
    found: list[Origin] = []
    is_empty = True
    for item in at.file.facts.returns:
        if at.file.scopes.scope(item.block) == function.block:
            is_empty = False
            found.extend(walk.value(at._replace(block=item.block), item.value, keys))
    return [walk.unknown(at, span)] if is_empty else found


def outer_block(at: At, function: Function) -> int:
    """The block in which a function is defined."""
    return at.file.facts.blocks[function.block].parent


class _Called(NamedTuple):
    """A function and where its parameter is asked for."""

    at: At
    function: Function
    asked: Wanted

    @property
    def may_be_changed(self) -> bool:
        """Whether a decorator may give other defaults (`@accepts_legacy_random_state(0)`)."""
        facts = self.at.file.facts
        names = [
            facts.calls[item.index].name if isinstance(item, CallRef) else getattr(item, "name", "")
            for item in self.function.decorators
        ]
        return any(_HARMLESS.search(name) is None for name in names)


def _given(walk: Walk, caller: At, called: _Called, given: Given) -> list[Origin]:
    """The origins of what a call gives to a parameter."""
    if given.value is None or (given.is_default and called.may_be_changed):
        return [walk.unknown(caller, called.asked.span, called.asked.root)]
    where = caller
    if given.is_default:
        outer = outer_block(called.at, called.function)
        where = called.at._replace(block=outer, frames=())
    return walk.value(where, given.value, given.keys)
