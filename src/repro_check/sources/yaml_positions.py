"""Entries of a YAML stream, from the node graph that PyYAML composes; no value is constructed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from repro_check.sources.config import ConfigFacts
from repro_check.sources.decoding import LIMITS, Limits
from repro_check.sources.lines import Lines
from repro_check.sources.unreadable import Unreadable
from repro_check.sources.yaml_graph import Graph

if TYPE_CHECKING:
    import yaml

# The scanner of libyaml 0.2.6 and later runs ahead of the composer and stops by itself at 1,000.
_TOO_DEEP = "exceeded maximum nesting depth"


def yaml_facts(
    text: str, *, limits: Limits = LIMITS, loader: type[Any] | None = None
) -> ConfigFacts:
    """Entries of the first document of a YAML stream.

    Args:
        text: the decoded file.
        limits: what may be spent on it.
        loader: a PyYAML loader class; by default the safe one of libyaml, or the Python one where
            PyYAML was built without libyaml.

    Raises:
        Unreadable: broken syntax, or over one of the limits.
    """
    import yaml

    lines = Lines(text)
    if loader is None:
        loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        top, documents = _compose(text, loader, limits)
        graph = Graph(lines, limits)
        if top is not None:
            graph.unfold(top, (), None)
    except (yaml.YAMLError, ValueError, IndexError, RecursionError) as error:
        raise Unreadable(_reason(error, lines, limits)) from error
    return ConfigFacts("yaml", tuple(graph.entries), documents, tuple(graph.duplicates))


def _compose(text: str, loader: type[Any], limits: Limits) -> tuple[yaml.Node | None, int]:
    """The graph of the first document, and the number of documents."""
    from yaml.events import DocumentStartEvent, StreamEndEvent

    reader = loader(text)
    try:
        # libyaml's composer recurses in C, where too deep a document ends the process and not the
        # call; PyYAML calls these two hooks around every node.
        guard = _Depth(limits.depth)
        reader.descend_resolver = guard.enter
        reader.ascend_resolver = guard.leave
        if not reader.check_node():
            return None, 0
        top = reader.get_node()
        documents = 1
        event = reader.get_event()
        while not isinstance(event, StreamEndEvent):
            documents += isinstance(event, DocumentStartEvent)
            event = reader.get_event()
        return top, documents
    finally:
        reader.dispose()


class _Depth:
    """Counts how deep the composer is, and stops it in time."""

    def __init__(self, limit: int) -> None:
        self.now = 0
        self.limit = limit

    def enter(self, _node: object, _index: object) -> None:
        self.now += 1
        if self.now > self.limit + 1:
            raise Unreadable(f"is nested more than {self.limit} levels deep")

    def leave(self) -> None:
        self.now -= 1


def _reason(error: Exception, lines: Lines, limits: Limits) -> str:
    from yaml.error import MarkedYAMLError
    from yaml.reader import Reader, ReaderError

    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        what = error.problem or error.context or "is no YAML"
        if what == _TOO_DEEP:
            what = f"is nested more than {limits.depth} levels deep"
        return f"line {lines.line_of(mark.index)}: {what}" if mark else what
    if isinstance(error, ReaderError):
        bad = Reader.NON_PRINTABLE.search(lines.text)
        if bad:
            line = lines.line_of(bad.start())
            return f"line {line}: the character U+{ord(bad[0]):04X} is not allowed in YAML"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return f"is no YAML ({error})"
