"""From a call back to what its result is made of."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from repro_check.project.libraries import makes_generator
from repro_check.project.modules import Symbol
from repro_check.project.origins import fields, filled, parameters
from repro_check.project.origins.bindings import Keys, key_of
from repro_check.project.origins.model import Origin, OriginKind
from repro_check.project.origins.options import parses_options
from repro_check.project.origins.places import At, Frame
from repro_check.project.origins.sources import (
    draw_of,
    holds_by_name,
    is_passing_method,
    is_rank,
    loads_config,
    passes_on,
)
from repro_check.sources.expressions import (
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
)
from repro_check.sources.python import Call

if TYPE_CHECKING:
    from repro_check.project.origins.walk import Walk

_READS = frozenset({"get", "pop", "setdefault"})
_MOST_FRAMES = 6
_MOST_TARGETS = 3


def of_call(walk: Walk, at: At, call: Call, keys: Keys) -> list[Origin]:
    """The origins of a call's result, or of the part of it under some keys."""
    last = call.name.rpartition(".")[2]
    if is_rank(last) and not keys:
        return [walk.mark(OriginKind.RANK, at, call.span)]
    for look in (_followed, _looked_up, _drawn, _filled):
        found = look(walk, at, call, keys)
        if found is not None:
            return found
    target = _outside_name(walk, at, call)
    if keys and holds_by_name(target or last):
        return _held(walk, at, call, keys)
    if not keys and passes_on(target):
        return _passed(walk, at, call)
    return _method(walk, at, call, last, keys)


def _looked_up(walk: Walk, at: At, call: Call, keys: Keys) -> list[Origin] | None:
    """What is read by a name: from the environment, a mapping, an object, the command line."""
    last = call.name.rpartition(".")[2]
    target = _outside_name(walk, at, call)
    if target in {"os.getenv", "os.environ.get", "os.environ.pop"}:
        return _environment(walk, at, call)
    if target == "builtins.getattr" and len(call.args) > 1:
        return _read(walk, at, call, call.args[0], keys)
    owner = _owner(call)
    if last in _READS and call.args and owner is not None:
        return _read(walk, at, call, owner, keys)
    return _parsed(walk, at, call, keys) if parses_options(call) else None


def _drawn(walk: Walk, at: At, call: Call, keys: Keys) -> list[Origin] | None:
    """What differs from run to run, and generators, which are as their seed is."""
    target = _outside_name(walk, at, call)
    drawn = draw_of(target)
    if drawn:
        return [Origin(OriginKind.DRAWN, None, at.file.path, call.span, drawn)]
    if target == "builtins.hash" and len(call.args) == 1:
        return _hashed(walk, at, call)
    if makes_generator(target) and not keys:
        return _generator(walk, at, call, target)
    return None


def _filled(walk: Walk, at: At, call: Call, keys: Keys) -> list[Origin] | None:
    """What the command line or a config file fills."""
    name = _outside_name(walk, at, call) or call.name
    held = filled.of_filled(walk, at, call, name, keys)
    if held is not None:
        return held
    if name.rpartition(".")[2].startswith("DEFINE_") and keys == ("value",) and call.args:
        return filled.of_option(walk, at, (key_of(call.args[0]),), call.span)
    return _loaded(walk, at, call, keys) if loads_config(name) else None


def _followed(walk: Walk, at: At, call: Call, keys: Keys) -> list[Origin] | None:
    """The origins of what own functions return, or of the object that an own class makes."""
    if call.receiver is None:
        symbol = walk.project.modules.resolve(at.file, call.name, call.block)
        if symbol is not None and symbol.kind == "class":
            return fields.of_object(walk, at, symbol, call, keys)
    if call.target.startswith("builtins."):
        return None  # `map(f, xs)` runs `f`, and its result is another one
    targets = [t for t in walk.project.callers.targets(at.file.path, call) if t.is_sure]
    if not targets or len(targets) > _MOST_TARGETS:
        return None
    found: list[Origin] = []
    for target in targets:
        file = walk.project.python[target.node.path]
        function = file.facts.function_of(target.node.block)
        if function is None or function.block != target.node.block or target.call is None:
            return None
        caller = at._replace(block=call.block)
        frame = Frame(file.path, function.block, caller, target.call, target.is_bound)
        frames = (frame, *at.frames)[:_MOST_FRAMES]
        there = at._replace(file=file, block=function.block, frames=frames)
        if walk.project.calls.is_generator(target.node):
            keys = keys[1:]
        found.extend(parameters.of_returns(walk, there, function, keys, call.span))
    return found


def _outside_name(walk: Walk, at: At, call: Call) -> str:
    """The dotted name of an outside function, also of a method of what one returns, else ""."""
    symbol: Symbol | None = None
    if call.receiver is None:
        if call.target.startswith("builtins."):
            return call.target
        symbol = walk.project.modules.resolve(at.file, call.name, call.block)
        return symbol.name if symbol is not None and symbol.kind == "external" else ""
    if isinstance(call.receiver, CallRef):
        maker = _outside_name(walk, at, at.file.facts.calls[call.receiver.index])
        return f"{maker}().{call.name}" if maker else ""
    return ""


def _owner(call: Call) -> Expression | None:
    """The object whose method is called."""
    if call.receiver is not None:
        return call.receiver
    owner = call.name.rpartition(".")[0]
    return Name(call.name_at, owner) if owner else None


def _environment(walk: Walk, at: At, call: Call) -> list[Origin]:
    name = key_of(call.args[0]) if call.args else None
    if isinstance(name, str) and is_rank(name):
        return [walk.mark(OriginKind.RANK, at, call.span)]
    default = call.argument(1, "default")
    note = name if isinstance(name, str) else ""
    own = [Origin(OriginKind.ENVIRONMENT, None, at.file.path, call.span, note)]
    if default is None:
        return own
    return [
        (
            Origin(OriginKind.ENVIRONMENT, found.value, at.file.path, call.span, note)
            if found.kind is OriginKind.LITERAL
            else found
        )
        for found in walk.value(at, default)
    ]


def _read(walk: Walk, at: At, call: Call, owner: Expression, keys: Keys) -> list[Origin]:
    """`cfg.get("seed", 1)`, `getattr(args, "seed", 1)`."""
    args = call.args[1:] if call.target == "builtins.getattr" else call.args
    found = walk.value(at, owner, (key_of(args[0]), *keys))
    if len(args) < 2 or not found or not any(o.is_unset or o.is_unknown for o in found):
        return found
    mark = walk.mark(OriginKind.CONDITIONAL, at, call.span)
    return [*found, *walk.value(at, args[1], keys), mark]


def _parsed(walk: Walk, at: At, call: Call, keys: Keys) -> list[Origin]:
    if call.name.rpartition(".")[2].startswith("parse_known") and keys and keys[0] in {0, None}:
        keys = keys[1:]
    owner = _owner(call)
    if owner is not None and keys:
        made = walk.project.classes.instance_of(at.file, owner, at.block)
        if made is not None and made.path:  # a typed parser holds its options as fields
            return filled.of_fields(walk, at, made, keys, call.span)
    return filled.of_option(walk, at, keys, call.span)


def _hashed(walk: Walk, at: At, call: Call) -> list[Origin]:
    """`hash` of a text is salted anew in each process (documentation of `object.__hash__`)."""
    drawn = [Origin(OriginKind.DRAWN, None, at.file.path, call.span, "hash")]
    argument = call.args[0]
    items = argument.items if isinstance(argument, Collection) else (argument,)
    for item in items:
        if isinstance(item, Operation) and item.operator == "f-string":
            return drawn
        if isinstance(item, CallRef):
            made = at.file.facts.calls[item.index]
            if made.target in {"builtins.str", "builtins.repr"}:
                return drawn
        values = [origin.value for origin in walk.value(at, item) if not origin.is_mark]
        if values and all(isinstance(value, str) for value in values):
            return drawn
    found = [origin for item in items for origin in walk.value(at, item)]
    is_number = all(isinstance(origin.value, int) for origin in found if not origin.is_mark)
    return found if found and is_number else [walk.unknown(at, call.span)]


def _generator(walk: Walk, at: At, call: Call, target: str) -> list[Origin]:
    """A generator comes from where its seed comes from; without one from the operating system."""
    seed = call.argument(0, "seed") or call.keyword("entropy") or call.keyword("x")
    found = [] if call.unpacks else walk.value(at, seed)
    if (seed is None and not call.unpacks) or (found and all(origin.is_unset for origin in found)):
        return [Origin(OriginKind.DRAWN, None, at.file.path, call.span, target)]
    return found or [walk.unknown(at, call.span)]


def _loaded(walk: Walk, at: At, call: Call, keys: Keys) -> list[Origin]:
    """The value in the config that a call reads, or in any, if its path cannot be told."""
    composed = walk.tools.configs.of_loader(at.file.path, call.span, keys)
    if composed:
        return composed
    paths = _paths(walk, at, call)
    found = [origin for path in paths for origin in walk.tools.configs.at(path, at.file.path, keys)]
    found = found or walk.tools.configs.anywhere(keys)
    return found or [walk.unknown(at, call.span)]


def _paths(walk: Walk, at: At, call: Call) -> list[str]:
    """The literal paths that may stand for the file that is read."""
    if not call.args:
        return []
    given = call.args[0]
    values = walk.value(at, given)
    opened = given
    for _ in range(4):
        if isinstance(opened, Name) and "." not in opened.name:
            scope = at.file.scopes.binding(opened.name, at.block)
            bound = walk.tools.bindings(at.file).of(scope, opened.name) if scope >= 0 else []
            value = bound[-1].value if bound else None
            if value is None:
                break
            opened = value
        elif isinstance(opened, CallRef):
            inner = at.file.facts.calls[opened.index]
            if inner.name.rpartition(".")[2] == "open" and inner.receiver is None and inner.args:
                values = values + walk.value(at, inner.args[0])
            break
        else:
            break
    return [posixpath.normpath(o.value) for o in values if isinstance(o.value, str) and o.value]


def _held(walk: Walk, at: At, call: Call, keys: Keys) -> list[Origin]:
    """What a container that is made of others holds under some keys, the last one first."""
    if isinstance(keys[0], str):
        given = call.keyword(keys[0])
        if given is not None:
            return walk.value(at, given, keys[1:])
    owner = _owner(call) if not call.args and not call.keywords else None
    sources = [*([owner] if owner is not None else []), *call.args]
    sources += [keyword.value for keyword in call.keywords if not keyword.name]
    for source in reversed(sources):
        found = walk.value(at, source, keys)
        if any(not origin.is_unknown for origin in found):
            return found
    return [walk.unknown(at, call.span)]


def _passed(walk: Walk, at: At, call: Call) -> list[Origin]:
    found: list[Origin] = []
    for item in (*call.args, *(keyword.value for keyword in call.keywords)):
        if not isinstance(item, Literal) or len(call.args) == 1:
            found.extend(walk.value(at, item))
    return found or _method(walk, at, call, call.name.rpartition(".")[2], ())


def _method(walk: Walk, at: At, call: Call, last: str, keys: Keys) -> list[Origin]:
    """A method whose result is made of its object: `now.timestamp()`, `generator.integers(9)`."""
    owner = _owner(call)
    if owner is None or (keys and last not in {"copy", "split", "parse_args"}):
        return [walk.unknown(at, call.span)]
    found = walk.value(at, owner, keys)
    is_drawn = any(o.is_drawn for o in found) and not any(o.is_fixed for o in found)
    is_pure = is_passing_method(last) or _is_generator(walk, at, owner)
    if is_pure or is_drawn:
        return found
    literal = isinstance(owner, Literal) and all(isinstance(item, Literal) for item in call.args)
    return found if literal else [walk.unknown(at, call.span)]


def _is_generator(walk: Walk, at: At, owner: Expression) -> bool:
    if isinstance(owner, CallRef):
        return makes_generator(_outside_name(walk, at, at.file.facts.calls[owner.index]))
    if not isinstance(owner, Name):
        return False
    made = walk.project.modules.resolve(at.file, owner.name, at.block)
    return made is not None and makes_generator(made.name.removesuffix("()"))
