"""Python values as trees. As in Python a part may stand in several places, or even in itself.

So no walk here recurses, and each is bounded: a few lines can name more leaves than memory holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from repro_check.project.experiments.effective import Key, Keys, Origin, Scalar, Value

MOST = 50_000
"""The most entries of a config that are read; what is beyond is unknown."""
DEEPEST = 60
"""The most maps and lists around a value."""


class Leaf(msgspec.Struct, frozen=True):
    """A scalar; `is_known` is false for what code decides."""

    value: Scalar
    origin: Origin
    is_known: bool = True


class Map(msgspec.Struct):
    """A map; `is_whole` is false where it may have more keys."""

    children: dict[Key, Node]
    origin: Origin
    is_whole: bool = True


class Items(msgspec.Struct):
    """A list or a tuple."""

    children: list[Node]
    origin: Origin


Branch: TypeAlias = "Map | Items"
Node: TypeAlias = "Leaf | Map | Items"


class Flat(msgspec.Struct, frozen=True):
    """The leaves of a tree, and its empty maps and lists, in its order.

    Attributes:
        values: at most `MOST` of them.
        is_whole: whether these are all, and all maps have just the keys that they show.
    """

    values: list[Value]
    is_whole: bool


def flat(tree: Map, *, without: Key) -> Flat:
    """What a tree holds, without the entries of a key."""
    values: list[Value] = []
    is_whole, room = True, MOST
    waiting: list[tuple[Keys, Node, tuple[Node, ...]]] = [((), tree, ())]
    while waiting:
        keys, node, above = waiting.pop()
        if isinstance(node, Leaf):
            values.append(Value(keys, "scalar", node.value, node.origin, is_known=node.is_known))
            continue
        room -= len(node.children)
        if room < 0 or len(above) > DEEPEST or any(node is one for one in above):
            is_whole = False
            if keys:
                values.append(Value(keys, "scalar", None, node.origin, is_known=False))
            continue
        inner = [pair for pair in pairs(node) if pair[0] != without]
        is_whole = is_whole and (isinstance(node, Items) or node.is_whole)
        if not inner and keys:
            kind = "map" if isinstance(node, Map) else "list"
            values.append(Value(keys, kind, None, node.origin))
        around = (*above, node)
        waiting += (((*keys, key), child, around) for key, child in reversed(inner))
    return Flat(values, is_whole)


def pairs(node: Branch) -> list[tuple[Key, Node]]:
    """The entries of a map, or the items of a list with their positions."""
    return list(node.children.items() if isinstance(node, Map) else enumerate(node.children))


def branches(node: Node) -> Iterator[Branch]:
    """The maps and lists of a tree, each once, in however many places it stands."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Leaf) or id(here) in seen:
            continue
        seen.add(id(here))
        yield here
        waiting += here.children.values() if isinstance(here, Map) else here.children


def size(node: Node, most: int) -> int:
    """How many entries a tree has, a shared part counted once; more than `most` if more."""
    found = 1
    for branch in branches(node):
        found += len(branch.children)
        if found > most:
            break
    return found


def copied(node: Node) -> Node:
    """The same tree, with the same parts shared, whose parts may be changed."""
    copies: dict[int, Branch] = {id(one): msgspec.structs.replace(one) for one in branches(node)}
    for copy in copies.values():
        if isinstance(copy, Map):
            copy.children = {k: copies.get(id(v), v) for k, v in copy.children.items()}
        else:
            copy.children = [copies.get(id(item), item) for item in copy.children]
    return copies.get(id(node), node)


def child(node: Node, key: Key) -> Node | None:
    """What stands under a key of a map, or at an index of a list."""
    if isinstance(node, Map):
        return node.children.get(key)
    if isinstance(node, Leaf) or not isinstance(key, int):
        return None
    is_there = -len(node.children) <= key < len(node.children)
    return node.children[key] if is_there else None


def put(tree: Map, keys: Keys, node: Node) -> None:
    """Set what stands under keys; where what is above them is unknown nothing is set."""
    here: Node | None = tree
    for key in keys[:-1]:
        here = None if here is None else child(here, key)
    if isinstance(here, Map):
        here.children[keys[-1]] = node
    elif isinstance(here, Items) and child(here, keys[-1]) is not None:
        here.children[int(keys[-1])] = node
