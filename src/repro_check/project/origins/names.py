"""From a name back to what it was bound to, in its scope, its module or another one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from repro_check.findings import Span
from repro_check.project.origins import attributes, filled, parameters
from repro_check.project.origins.bindings import Binding, Keys, path_of
from repro_check.project.origins.guards import guards_around
from repro_check.project.origins.model import Origin, OriginKind
from repro_check.project.origins.places import At, Wanted
from repro_check.project.origins.sources import is_rank
from repro_check.sources.python import MODULE

if TYPE_CHECKING:
    from repro_check.project.origins.walk import Walk

_FLAGS = ("absl.flags.FLAGS", "tensorflow.app.flags.FLAGS", "tensorflow.flags.FLAGS")
_END = Span(sys.maxsize, 1, sys.maxsize, 1)
_REPLACING = frozenset({"=", ":", "for", "with", "setattr"})


def of_name(walk: Walk, at: At, name: str, span: Span, keys: Keys) -> list[Origin]:
    """The origins of a dotted name, and of the part of it under some keys."""
    root, *rest = name.split(".")
    wanted: Keys = (*rest, *keys)
    last = wanted[-1] if wanted else root
    if isinstance(last, str) and is_rank(last):
        return [walk.mark(OriginKind.RANK, at, span)]
    target = at.file.scopes.target(root, at.block)
    if target:
        return _of_target(walk, at, ".".join([target, *rest]), span, keys)
    scope = at.file.scopes.binding(root, at.block)
    asked = Wanted(scope, root, wanted, span, at.block)
    if scope < 0:
        return _of_star(walk, at, asked)
    walk.trail.add((at.file.path, scope, name))
    owner = attributes.own_class(at, root)
    if owner is not None and wanted and not _is_set_here(walk, at, asked):
        return attributes.of_attribute(walk, at, owner, wanted, span)
    return _of_variable(walk, at, asked)


def _of_target(walk: Walk, at: At, target: str, span: Span, keys: Keys) -> list[Origin]:
    """The origins of an imported name: a variable of another module, or an outside one."""
    flags = next((flag for flag in _FLAGS if target.startswith(flag)), None)
    if flags is not None:
        inner = tuple(part for part in target[len(flags) + 1 :].split(".") if part)
        return filled.of_option(walk, at, (*inner, *keys), span)
    if target == "os.environ" and keys and isinstance(keys[0], str):
        return [Origin(OriginKind.ENVIRONMENT, None, at.file.path, span, keys[0])]
    dots = target[: len(target) - len(target.lstrip("."))]
    parts = target[len(dots) :].split(".")
    for cut in range(len(parts) - 1, -1 if dots else 0, -1):
        path = walk.project.modules.find(dots + ".".join(parts[:cut]), at.file.path)
        if path is not None and path != at.file.path:
            there = At(walk.project.python[path], MODULE)
            return of_name(walk, there, parts[cut], _END, (*parts[cut + 1 :], *keys))
    return [walk.unknown(at, span, target)]


def _of_star(walk: Walk, at: At, asked: Wanted) -> list[Origin]:
    for item in at.file.facts.imports:
        path = walk.project.modules.find(item.module, at.file.path) if item.name == "*" else None
        if path is not None and path != at.file.path:
            file = walk.project.python[path]
            if file.scopes.binding(asked.root, MODULE) == MODULE:
                return of_name(walk, At(file, MODULE), asked.root, _END, asked.keys)
    return [walk.unknown(at, asked.span)]


def _is_set_here(walk: Walk, at: At, asked: Wanted) -> bool:
    """Whether the method itself has set the attribute before."""
    if at.file.scopes.scope(at.block) != asked.scope:
        return False
    bindings = walk.tools.bindings(at.file)
    return any(
        item.keys == asked.keys[: len(item.keys)]
        and bindings.always_runs(item, asked.span, at.block)
        for item in bindings.of(asked.scope, asked.root)
    )


def _of_variable(walk: Walk, at: At, asked: Wanted) -> list[Origin]:
    """The bindings that reach a use, with the parameter or nothing before the first one."""
    bindings = walk.tools.bindings(at.file)
    every = [
        item
        for item in bindings.of(asked.scope, asked.root)
        if item.keys == asked.keys[: len(item.keys)]
    ]
    start = 0
    is_replaced = False
    if at.file.scopes.scope(at.block) == asked.scope:
        every = [
            item
            for item in every
            if bindings.is_before(item, asked.span, at.block)
            and not bindings.excludes(item, at.block)
        ]
        for place, item in enumerate(every):
            if item.kind in _REPLACING and bindings.always_runs(item, asked.span, at.block):
                start, is_replaced = place, True
    else:
        at = at._replace(frames=tuple(f for f in at.frames if f.block == asked.scope)[:1])
    current = [] if is_replaced else parameters.at_scope(walk, at, asked)
    for item in every[start:]:
        current = _then(walk, at._replace(block=item.block), current, item, asked)
    return current or [walk.unknown(at, asked.span)]


def _then(walk: Walk, at: At, before: list[Origin], item: Binding, asked: Wanted) -> list[Origin]:
    """The origins after a binding that may run, given those before."""
    keys = (*item.taken, *asked.keys[len(item.keys) :])
    guard = next(guards_around(at.file.facts, item.block, asked.block), None)
    if guard is None:
        return [*before, *of_binding(walk, at, item, keys)]
    if guard.if_given:
        return [*before, *(o for o in of_binding(walk, at, item, keys) if not o.is_unset)]
    mark = walk.mark(OriginKind.CONDITIONAL, at, item.span)
    if path_of(guard.tested) == (asked.root, asked.keys) and before:
        # asked here and not by way of the guard, since `before` is what it tests
        if not any(origin.is_unset or origin.is_unknown for origin in before):
            return before
        return walk.either(before, of_binding(walk, at, item, keys), mark)
    if walk.is_surely_given(at, guard):
        return before
    return [*before, *of_binding(walk, at, item, keys), mark]


def of_binding(walk: Walk, at: At, item: Binding, keys: Keys) -> list[Origin]:
    """The origins of what a binding gives to its target, or of the part of it under some keys."""
    if item.value is None:
        return [walk.unknown(at, item.span)]
    if item.kind == "for":
        return walk.item(at, item.value, keys)
    found = walk.value(at, item.value, keys)
    if len(item.kind) > 1 and item.kind.endswith("="):
        # a number that is added to a value says nothing of its own
        return [origin for origin in found if origin.kind is not OriginKind.LITERAL]
    return found
