"""Which entry points may run which functions, for a few functions at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from repro_check.project.calls import Node
from repro_check.project.closure import closures
from repro_check.project.entries import Entry

if TYPE_CHECKING:
    from repro_check.project.project import Project


def entries_reaching(
    project: Project, wanted: Collection[Node]
) -> Iterator[tuple[Entry, frozenset[Node]]]:
    """The entry points that may run any of these functions, and which of them.

    One walk over the call graph answers for all entry points together.
    """
    nodes = frozenset(wanted)
    if not nodes:
        return
    known: dict[Node, frozenset[Node]] = {}

    def edges(node: Node) -> Iterable[Node]:
        return project.calls.edges(node)

    def own(node: Node) -> frozenset[Node]:
        return frozenset({node}) if node in nodes else frozenset()

    for entry in project.entries:
        for node in entry.nodes:
            closures(node, edges, own, merged, known)
        found = merged([known[node] for node in entry.nodes])
        if found:
            yield entry, found


def merged(several: list[frozenset[Node]]) -> frozenset[Node]:
    """All of several sets; of few that are not empty no new one is made."""
    full = [each for each in several if each]
    if len(full) <= 1:
        return full[0] if full else frozenset()
    return frozenset().union(*full)
