"""What of a script runs when another one imports it: all but what stands under its guard.

`if __name__ == "__main__":` is false then (docs.python.org/3/library/__main__.html), so a seed that is set
there, or in a `main` that is called there alone, is not set for the program that imports the script.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from repro_check.project.calls import CallGraph, Node
from repro_check.project.entries import main_guard
from repro_check.sources.python import MODULE, Call

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile


class Imported:
    """The top levels of modules as an import runs them.

    Args:
        files: Python files by path.
        graph: their calls.
    """

    def __init__(self, files: Mapping[str, PythonFile], graph: CallGraph) -> None:
        self._files = files
        self._graph = graph
        self._guards: dict[str, int | None] = {}
        self._edges: dict[Node, tuple[Node, ...]] = {}

    def reachable(self, *roots: Node) -> Iterator[Node]:
        """The nodes that may run when the roots are run, rather than imported, themselves included."""
        seen = set(roots)
        waiting = list(roots)
        for node in waiting:  # grows while it is walked
            following = self._graph.edges(node) if node in roots else self.edges(node)
            new = [each for each in following if each not in seen]
            seen.update(new)
            waiting += new
            yield node

    def states(self, state: tuple[Node, bool]) -> Iterable[tuple[Node, bool]]:
        """The same for `closures`: a node and whether it is run, what it leads to being imported."""
        node, is_run = state
        edges = self._graph.edges(node) if is_run else self.edges(node)
        return ((to, False) for to in edges)

    def edges(self, node: Node) -> Iterable[Node]:
        """The nodes that may run directly from this one; from a top level, if it is imported."""
        if not self.has_guard(node):
            return self._graph.edges(node)
        if node not in self._edges:
            skipped: set[Node] = set()
            kept: set[Node] = set()
            for call in self._graph.calls(node):
                targets = self._graph.targets(node.path, call)
                group = skipped if self.is_guarded(node, call) else kept
                group.update(target.node for target in targets)
            skipped -= kept
            self._edges[node] = tuple(to for to in self._graph.edges(node) if to not in skipped)
        return self._edges[node]

    def is_guarded(self, node: Node, call: Call) -> bool:
        """Whether a call of a top level runs only if the file itself is run."""
        guard = self._guard(node.path) if node.block == MODULE else None
        return guard is not None and self._files[node.path].facts.is_inside(call.block, guard)

    def has_guard(self, node: Node) -> bool:
        """Whether a node is a top level of which an import runs only a part."""
        return node.block == MODULE and self._guard(node.path) is not None

    def _guard(self, path: str) -> int | None:
        if path not in self._guards:
            self._guards[path] = main_guard(self._files[path].facts)
        return self._guards[path]
