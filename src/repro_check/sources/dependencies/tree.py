"""The entries of a configuration file as the tree that they are, each key looked up at once."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Span
from repro_check.sources.config import ConfigFacts, Entry


class Node:
    """One value of a configuration file and what it holds; absent keys give empty nodes.

    Attributes:
        entry: as it stands in the file; None for what is absent.
        children: by key or position, in document order; of a key that stands twice the last one.
    """

    __slots__ = ("children", "entry")

    def __init__(self, entry: Entry | None = None) -> None:
        self.entry = entry
        self.children: dict[str | int, Node] = {}

    def __bool__(self) -> bool:
        """Whether it is there."""
        return self.entry is not None

    def at(self, *keys: str | int) -> Node:
        """The node that some keys lead to."""
        node = self
        for key in keys:
            found = node.children.get(key)
            if found is None:
                return Node()
            node = found
        return node

    @property
    def kind(self) -> str:
        """One of "map", "list" and "scalar"; "" for what is absent."""
        return self.entry.kind if self.entry else ""

    @property
    def text(self) -> str:
        """The text of a string; "" for anything else."""
        return self.entry.text if self.entry and self.entry.tag == "str" else ""

    @property
    def is_true(self) -> bool:
        """Whether it is the truth value that says yes."""
        return bool(self.entry and self.entry.tag == "bool" and self.entry.text.lower() == "true")

    @property
    def is_false(self) -> bool:
        """Whether it is the truth value that says no."""
        return bool(self.entry and self.entry.tag == "bool" and self.entry.text.lower() == "false")

    @property
    def span(self) -> Span:
        """The place of the value."""
        return self.entry.span if self.entry else Span(1, 1, 1, 1)

    def strings(self) -> Iterator[Node]:
        """The items of a list that are strings, or the string itself."""
        if self.kind == "scalar" and self.text:
            yield self
        for key, child in self.children.items():
            if isinstance(key, int) and child.kind == "scalar" and child.text:
                yield child

    def named(self) -> Iterator[tuple[str, Node]]:
        """The pairs of a map."""
        if self.kind == "map":
            for key, child in self.children.items():
                if isinstance(key, str):
                    yield key, child

    def items(self) -> Iterator[Node]:
        """The items of a list."""
        if self.kind == "list":
            yield from self.children.values()


def tree(facts: ConfigFacts) -> Node:
    """The tree of a file's entries."""
    top = Node(facts.entries[0] if facts.entries else None)
    for entry in facts.entries:
        if not entry.keys:
            top.entry = entry
            continue
        node = top
        for key in entry.keys[:-1]:
            node = node.children.setdefault(key, Node())
        last = node.children.get(entry.keys[-1])
        if last is None:
            node.children[entry.keys[-1]] = Node(entry)
        elif entry.kind == "map" and last.kind in {"", "map"}:
            last.entry = entry
        else:
            fresh = Node(entry)
            del node.children[entry.keys[-1]]
            node.children[entry.keys[-1]] = fresh
    return top
