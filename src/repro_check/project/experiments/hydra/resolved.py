"""The values that a program sees: an effective config with its interpolations resolved."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import msgspec

from repro_check.project.experiments.effective import Effective, Keys, Problem, Value
from repro_check.project.experiments.hydra.resolving import (
    Resolving,
    UnknownError,
    UnresolvedError,
)
from repro_check.project.experiments.hydra.trees import (
    NOWHERE,
    Branch,
    Leaf,
    ListNode,
    MapNode,
    Tree,
)

_DEEPEST = 200
_MOST = 100_000


def resolved(effective: Effective) -> Effective:
    """The config with plain interpolations replaced by what they stand for.

    A value keeps the place where its interpolation is written. What a resolver decides stays as it
    is, with `is_known` false, and so does what a command leaves open. An interpolation that no run can
    resolve stays too and is a problem, unless the config is not whole, where the name may be one that
    cannot be seen.
    """
    if all(value.is_known for value in effective.values.values()):
        return effective
    tree = _tree({**effective.values, **effective.of_loader})
    resolving = Resolving(tree)
    values: dict[Keys, Value] = {}
    problems: list[Problem] = []
    for value in effective.values.values():
        if value.is_known or value.note:
            values[value.keys] = value
            continue
        try:
            found = _expanded(resolving, value, max(_MOST - len(values), 0))
            values.update((each.keys, each) for each in found)
        except UnknownError:
            values[value.keys] = value
        except UnresolvedError as error:
            values[value.keys] = value
            if effective.is_whole or error.kind == "circular":
                message = f"`{value.dotted}` cannot be resolved: {error}"
                problem = Problem(error.kind, message, value.origin, error.subject, error.known)
                problems.append(problem)
    return msgspec.structs.replace(
        effective, values=values, problems=(*effective.problems, *problems)
    )


def _expanded(resolving: Resolving, value: Value, most: int) -> list[Value]:
    keys, node = resolving.settle(value.keys, Leaf(value.value, value.origin))
    if isinstance(node, Leaf):
        if node.note:
            return [msgspec.structs.replace(value, value=None, note=node.note)]
        return [msgspec.structs.replace(value, value=node.value, is_known=True)]
    below = _Expansion(resolving, value).below(keys, node, value.keys, frozenset({keys}))
    found = list(itertools.islice(below, most + 1))
    if len(found) > most:
        raise UnknownError(value.dotted)
    return found


class _Expansion:
    """The leaves of a map or list that an interpolation stands for, at the place of that one."""

    def __init__(self, resolving: Resolving, value: Value) -> None:
        self._resolving = resolving
        self._value = value

    def below(
        self, keys: Keys, node: Tree, place: Keys, inside: frozenset[Keys]
    ) -> Iterator[Value]:
        origin, name = self._value.origin, self._value.dotted
        if len(place) > _DEEPEST:
            raise UnknownError(name)
        if isinstance(node, Leaf):
            try:
                there, found = self._resolving.settle(keys, node)
            except UnknownError:
                there, found = keys, node
            if isinstance(found, Leaf):
                known = not (found.is_interpolation or found.note)
                missing, note = found.is_missing, found.note
                yield Value(place, "scalar", found.value, origin, missing, known, note)
            elif there in inside:
                raise UnresolvedError("circular", f"`{name}` leads back to itself", name)
            else:
                yield from self.below(there, found, place, inside | {there})
            return
        if not node.children:
            kind = "map" if isinstance(node, MapNode) else "list"
            yield Value(place, kind, None, origin)
        for key, child in _items(node):
            yield from self.below((*keys, key), child, (*place, key), inside)


def _items(node: Branch) -> Iterator[tuple[str | int, Tree]]:
    if isinstance(node, MapNode):
        yield from node.children.items()
    else:
        yield from enumerate(node.children)


def _tree(values: Mapping[Keys, Value]) -> MapNode:
    top = MapNode({}, NOWHERE)
    branches: dict[Keys, Branch] = {(): top}
    for keys, value in values.items():
        node: Tree = Leaf(value.value, value.origin, value.note)
        if value.kind != "scalar":
            node = MapNode({}, value.origin) if value.kind == "map" else ListNode([], value.origin)
        parent = branches.get(keys[:-1]) or _branch(branches, keys[:-1], keys[-1])
        _hang(parent, keys[-1], node)
    return top


def _branch(branches: dict[Keys, Branch], keys: Keys, following: str | int) -> Branch:
    """The branch at these keys, made with those above it: lists count, maps name what they hold."""
    if keys not in branches:
        made: Branch = ListNode([], NOWHERE) if isinstance(following, int) else MapNode({}, NOWHERE)
        _hang(_branch(branches, keys[:-1], keys[-1]), keys[-1], made)
        branches[keys] = made
    return branches[keys]


def _hang(parent: Branch, key: str | int, node: Tree) -> None:
    if isinstance(parent, MapNode):
        parent.children[str(key)] = node
    else:
        parent.children.append(node)
