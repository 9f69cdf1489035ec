"""Unfolds a composed YAML graph into entries.

Aliases and merge keys (https://yaml.org/type/merge.html) make the graph smaller than the tree that
it stands for, so what they repeat is counted and bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from repro_check.sources.config import Entry
from repro_check.sources.decoding import Limits, encodable
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.findings import Span
    from repro_check.sources.lines import Lines

# A yaml.Node; its published types lack `id`, `style` and `flow_style`.
Node = Any
Pair = tuple[Node, Node]

_STANDARD = "tag:yaml.org,2002:"
_MERGE = _STANDARD + "merge"
_COMMENT = pattern(r"(?<![^\s])#[^\r\n]*")
_PROPERTY = pattern(r"[&!]\S*(?:\s|#[^\r\n]*)*")


class Graph:
    """The state of one unfolding: the entries so far, and what has been spent."""

    def __init__(self, lines: Lines, limits: Limits) -> None:
        self.entries: list[Entry] = []
        self.duplicates: list[Span] = []
        self._lines = lines
        self._limits = limits
        self._seen: set[int] = set()
        self._open: set[int] = set()
        self._ends: dict[int, int] = {}
        self._flat: dict[int, list[Pair]] = {}
        self._aliased = 0
        self._repeating = False

    def unfold(self, node: Node, keys: tuple[str | int, ...], key_span: Span | None) -> None:
        """Add the entries of a node and of all below it, in document order.

        Raises:
            Unreadable: a limit is reached, or an anchor contains itself.
        """
        was_repeating = self._repeating
        self._repeating = was_repeating or id(node) in self._seen
        self._seen.add(id(node))
        self._check(node, keys)
        if node.id == "scalar":
            tag, text = node.tag.removeprefix(_STANDARD), encodable(node.value)
            quoted = node.style in {"'", '"'}
            span = self._span(node)
            self.entries.append(Entry(keys, "scalar", tag, text, key_span, span, quoted))
        else:
            kind = "map" if node.id == "mapping" else "list"
            self.entries.append(Entry(keys, kind, "", "", key_span, self._span(node)))
            self._open.add(id(node))
            if kind == "list":
                for index, child in enumerate(node.value):
                    self.unfold(child, (*keys, index), None)
            else:
                self._unfold_map(node, keys)
            self._open.discard(id(node))
        self._repeating = was_repeating

    def _unfold_map(self, node: Node, keys: tuple[str | int, ...]) -> None:
        names: set[tuple[str, str]] = set()
        for key, child in self._pairs(node):
            name, key_span = self._name(key), self._span(key)
            # `true` and "true" are two keys
            if (key.tag, name) in names and not self._repeating:
                self.duplicates.append(key_span)
            names.add((key.tag, name))
            self.unfold(child, (*keys, name), key_span)

    def _check(self, node: Node, keys: tuple[str | int, ...]) -> None:
        if id(node) in self._open:
            raise Unreadable(f"line {self._line(node)}: an anchor contains an alias to itself")
        if len(keys) > self._limits.depth:
            raise Unreadable(f"is nested more than {self._limits.depth} levels deep")
        if len(self.entries) >= self._limits.entries:
            raise Unreadable(f"has more than {self._limits.entries:,} values")
        if self._repeating:
            self._spend(node, 1)

    def _spend(self, node: Node, count: int) -> None:
        self._aliased += count
        if self._aliased > self._limits.aliased:
            limit = f"{self._limits.aliased:,}"
            line = self._line(node)
            raise Unreadable(f"line {line}: aliases unfold to more than {limit} values")

    def _pairs(self, node: Node) -> list[Pair]:
        """The pairs of a map, where the first `<<` stands those that it does not set itself."""
        pairs: list[Pair] = node.value
        if all(key.tag != _MERGE for key, _ in pairs):
            return pairs
        if id(node) in self._flat:
            return self._flat[id(node)]
        # An empty stand-in ends the descent into a map that is merged into itself.
        self._flat[id(node)] = []
        own = {self._name(key) for key, _ in pairs if key.tag != _MERGE}
        brought: dict[str, Pair] = {}
        for key, child in pairs:
            for source in self._sources(child) if key.tag == _MERGE else ():
                inherited = self._pairs(source)
                self._spend(source, len(inherited))
                brought.update((self._name(pair[0]), pair) for pair in inherited)
        flat: list[Pair] = []
        for pair in pairs:
            if pair[0].tag != _MERGE:
                flat.append(pair)
            else:
                flat.extend(inherited for name, inherited in brought.items() if name not in own)
                brought = {}
        self._flat[id(node)] = flat
        return flat

    def _sources(self, node: Node) -> list[Node]:
        """The maps behind a `<<`, the weakest first."""
        sources = list(reversed(node.value)) if node.id == "sequence" else [node]
        if any(source.id != "mapping" for source in sources):
            raise Unreadable(f"line {self._line(node)}: << takes a map or a list of maps")
        return sources

    def _name(self, key: Node) -> str:
        if key.id == "scalar":
            return encodable(key.value)
        text, start = self._lines.text, key.start_mark.index
        if key.id == "mapping" and "{{" in text[max(start - 1, 0) : start + 2]:
            raise Unreadable("is a template, not plain YAML")
        return text[start : self._end(key)]

    def _line(self, node: Node) -> int:
        return self._lines.line_of(node.start_mark.index)

    def _span(self, node: Node) -> Span:
        return self._lines.span(self._start(node), self._end(node))

    def _start(self, node: Node) -> int:
        """Where the value itself begins, behind its anchor and tag."""
        text = self._lines.text
        start, end = self._marks(node)
        while start < end and text[start] in "&!":
            found = _PROPERTY.match(text, start, end)
            start = found.end() if found else end
        return start

    def _end(self, node: Node) -> int:
        """Where the value ends; PyYAML's mark of a block lies behind later comments."""
        start, end = self._marks(node)
        if node.id == "scalar":
            if node.style in {"|", ">"}:
                return start + len(self._lines.text[start:end].rstrip())
            return end
        if node.flow_style or not node.value:
            return end
        if id(node) not in self._ends:
            self._ends[id(node)] = start
            self._ends[id(node)] = self._block_end(node, start, end)
        return self._ends[id(node)]

    def _block_end(self, node: Node, start: int, end: int) -> int:
        parts = node.value
        if node.id == "mapping":
            parts = [part for pair in parts for part in pair]
        before = max((self._end(part) for part in parts[:-1]), default=start)
        last = parts[-1]
        if last.start_mark.index >= before:
            return max(self._end(last), before)
        # The last value is an alias, whose own place the graph does not keep.
        rest = _COMMENT.sub(lambda found: " " * len(found[0]), self._lines.text[before:end])
        return before + len(rest.rstrip())

    def _marks(self, node: Node) -> tuple[int, int]:
        start, end = node.start_mark.index, node.end_mark.index
        if start == end:
            # An absent value may be marked behind the blanks that follow its key.
            while start > 0 and self._lines.text[start - 1] in " \t\r\n":
                start -= 1
            end = start
        return start, end
