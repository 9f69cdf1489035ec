"""A config as a tree whose leaves know where they were written.

Trees of files are shared between compositions. A composition owns what it made itself and copies a
shared branch before it changes it, so composing costs what differs and not what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from repro_check.findings import Span
from repro_check.project.experiments.bare_keys import BareKey, is_bare
from repro_check.project.experiments.effective import Keys, Origin, Scalar, Value, is_index
from repro_check.project.experiments.hydra.scalars import omegaconf_scalar
from repro_check.sources.config import ConfigFacts

MISSING = "???"
NOWHERE = Origin("", Span(1, 1, 1, 1))
Plain: TypeAlias = "Scalar | Sequence[Plain] | Mapping[str, Plain]"


class Leaf(msgspec.Struct, frozen=True, gc=False):
    """A scalar and its place; `note` says why no one can tell its value, which is None then."""

    value: Scalar
    origin: Origin
    note: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether it is the mandatory value, whether quoted or not."""
        return self.value == MISSING

    @property
    def is_interpolation(self) -> bool:
        """Whether something else decides its value."""
        return isinstance(self.value, str) and "${" in self.value


class MapNode(msgspec.Struct):
    """A map; `owner` is the composition that may change it."""

    children: dict[str, Tree]
    origin: Origin
    owner: object = None


class ListNode(msgspec.Struct):
    """A list; `owner` is the composition that may change it."""

    children: list[Tree]
    origin: Origin
    owner: object = None


Branch: TypeAlias = "MapNode | ListNode"
Tree: TypeAlias = "Leaf | MapNode | ListNode"


def tree_of_facts(facts: ConfigFacts, path: str) -> Tree | None:
    """The tree of a file; None for an empty one.

    Raises:
        UnreadableScalarError: the loader would refuse one of its scalars.
    """
    made: dict[Keys, Branch] = {}
    top: Tree | None = None
    for entry in facts.entries:
        keys, origin = entry.keys, Origin(path, entry.span)
        node: Tree
        if entry.kind == "scalar":
            node = Leaf(omegaconf_scalar(entry), origin)
        elif entry.kind == "map":
            node = made[keys] = MapNode({}, origin)
        else:
            node = made[keys] = ListNode([], origin)
        if not keys:
            top = node
            continue
        parent = made[keys[:-1]]
        if isinstance(parent, MapNode):
            key = str(keys[-1])
            parent.children[BareKey(key) if is_bare(entry) else key] = node
        else:
            parent.children.append(node)
    return top


def tree_of_value(value: Plain, origin: Origin) -> Tree:
    """The tree of a value that an override gives; all of it stands at the place of the override."""
    if isinstance(value, Mapping):
        return MapNode({str(k): tree_of_value(v, origin) for k, v in value.items()}, origin)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ListNode([tree_of_value(v, origin) for v in value], origin)
    assert value is None or isinstance(value, (str, int, float))
    return Leaf(value, origin)


def plain(tree: Tree) -> Plain:
    """The values of a tree, without their places."""
    if isinstance(tree, MapNode):
        return {key: plain(child) for key, child in tree.children.items()}
    if isinstance(tree, ListNode):
        return [plain(child) for child in tree.children]
    return tree.value


def child(node: Tree, key: str | int) -> Tree | None:
    """What stands under a key of a map, or at an index of a list (a digit string counts)."""
    if isinstance(node, MapNode):
        return node.children.get(str(key))
    if isinstance(node, ListNode) and (isinstance(key, int) or is_index(key)):
        index = int(key)
        return node.children[index] if 0 <= index < len(node.children) else None
    return None


def own(node: Branch, key: str | int, owner: object) -> Tree:
    """The child under a key that exists, copied first if it is a branch of another owner."""
    found = child(node, key)
    assert found is not None
    if isinstance(found, Leaf) or found.owner is owner:
        return found
    copied: Branch
    if isinstance(found, MapNode):
        copied = MapNode(dict(found.children), found.origin, owner)
    else:
        copied = ListNode(list(found.children), found.origin, owner)
    put(node, key, copied)
    return copied


def put(node: Branch, key: str | int, value: Tree) -> None:
    """Set what stands under a key; an index must exist."""
    if isinstance(node, MapNode):
        node.children[key if isinstance(key, str) else str(key)] = value
    else:
        node.children[int(key)] = value


def leaves(tree: Tree, keys: Keys) -> dict[Keys, Value]:
    """The leaves and empty branches of a tree by their keys, in its order."""
    found: dict[Keys, Value] = {}
    bare = tuple(at for at, key in enumerate(keys) if isinstance(key, BareKey))
    written = tuple(str(key) if isinstance(key, BareKey) else key for key in keys)
    _gather(tree, written, bare, found)
    return found


def _gather(tree: Tree, keys: Keys, bare: tuple[int, ...], found: dict[Keys, Value]) -> None:
    if isinstance(tree, Leaf):
        value, origin = tree.value, tree.origin
        if isinstance(value, str):
            missing, known = value == MISSING, "${" not in value
            found[keys] = Value(keys, "scalar", value, origin, missing, known, bare=bare)
        else:
            is_known = not tree.note
            found[keys] = Value(
                keys, "scalar", value, origin, is_known=is_known, note=tree.note, bare=bare
            )
    elif not tree.children:
        kind = "map" if isinstance(tree, MapNode) else "list"
        found[keys] = Value(keys, kind, None, tree.origin, bare=bare)
    elif isinstance(tree, MapNode):
        for key, below in tree.children.items():
            deeper = (*bare, len(keys)) if isinstance(key, BareKey) else bare
            _gather(below, (*keys, str(key)), deeper, found)
    else:
        for index, below in enumerate(tree.children):
            _gather(below, (*keys, index), bare, found)
