"""How mmengine lays a config over its bases.

https://mmengine.readthedocs.io/en/latest/advanced_tutorials/config.html (`_delete_`,
`{{_base_.name}}`). Merging makes new maps and changes none: bases are merged into many configs.
"""

from __future__ import annotations

import msgspec

from repro_check.project.experiments.values.python_trees import (
    DEEPEST,
    MOST,
    Leaf,
    Map,
    Node,
    branches,
    child,
    pairs,
)

BASE = "_base_"
DELETE = "_delete_"


def merged(old: Map, new: Map) -> Map:
    """One map over another: maps deeply unless they say `_delete_`, everything else replaced."""
    return _Merge().of(old, new, 0)


class _Merge:
    """One merge; the same two maps are merged once, in however many places they meet."""

    def __init__(self) -> None:
        self._done: dict[tuple[int, int], Map] = {}
        self._room = MOST

    def of(self, old: Map, new: Map, depth: int) -> Map:
        pair = (id(old), id(new))
        if pair in self._done:
            return self._done[pair]
        self._room -= len(old.children) + len(new.children)
        if depth > DEEPEST or self._room < 0:
            return msgspec.structs.replace(new, is_whole=False)
        children = dict(old.children)
        for key, node in new.children.items():
            below = children.get(key)
            if isinstance(node, Map) and isinstance(below, Map) and not _deletes(node):
                children[key] = self.of(below, node, depth + 1)
            else:
                children[key] = node
        made = Map(children, old.origin, old.is_whole and new.is_whole)
        self._done[pair] = made
        return made


def _deletes(node: Map) -> bool:
    said = node.children.get(DELETE)
    return isinstance(said, Leaf) and said.value is True


def fill_in(names: Map, bases: Map) -> None:
    """Put what the bases have in the place of `{{_base_.name}}`."""
    for branch in list(branches(names)):
        for key, node in pairs(branch):
            if isinstance(node, Leaf) and isinstance(node.value, str) and "{{" in node.value:
                branch.children[key] = _named(node, bases)  # type: ignore[index]


def _named(reference: Leaf, bases: Map) -> Node:
    base, *parts = str(reference.value).strip("{} ").split(".")
    found: Node | None = bases if base == BASE and parts else None
    for part in parts:
        found = None if found is None else child(found, part)
    return Leaf(None, reference.origin, is_known=False) if found is None else found
