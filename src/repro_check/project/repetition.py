"""Whether an entry point trains: whether it takes the steps of training again and again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from repro_check.project.calls import CallGraph, Node
from repro_check.project.closure import closures
from repro_check.project.smoke_checks import is_smoke_check
from repro_check.project.steps import Step, improves_by_hand, may_be_step, steps_of
from repro_check.sources.python import Call
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.entries import Entry
    from repro_check.project.files import PythonFile

Place = tuple[str, Call]
_State = tuple[Node, bool]
_Found = Mapping[tuple[Step, bool], Place]

_LOOPS = frozenset({"for", "while", "comprehension"})
_CODE = frozenset({"function", "class", "module"})
# these run what they are given more than once
_REPEATER = pattern(r"(^|\.)(scan|fori_loop|while_loop|map|starmap|imap\w*)$")
_EVALUATION = pattern(
    r"(^|_)(eval\w*|test\w*|predict\w*|infer\w*|demo\w*|sample|generate)(_|$)", re.IGNORECASE
)
_NOTHING: _Found = {}


class Repetition:
    """Which steps of training run, and which of them in a loop, along the sure calls.

    A node is looked at twice, as what runs once and as what runs in somebody's loop, so that one walk
    over the graph answers for all entry points.

    Args:
        files: Python files by path.
        graph: the call graph.
    """

    def __init__(self, files: Mapping[str, PythonFile], graph: CallGraph) -> None:
        self._files = files
        self._graph = graph
        self._known: dict[_State, _Found] = {}
        self._may_be_step: dict[tuple[str, str], bool] = {}
        self._loops: dict[tuple[str, int], bool] = {}
        self._following: dict[Node, dict[Node, bool]] = {}

    def training(self, entry: Entry) -> Place | None:
        """A call by which an entry point surely trains, with its path; None for less.

        A single step is no training, nor is what a smoke check or an evaluation does.
        """
        states = [(node, False) for node in entry.nodes]
        for state in states:
            closures(state, self._edges, self._own, _merged, self._known)
        found = _merged([self._known[state] for state in states])
        trains = _decided(found, is_evaluation=_is_evaluation(entry.path))
        if trains is None or is_smoke_check(entry, self._files, self._graph):
            return None
        return trains

    def _edges(self, state: _State) -> Iterable[_State]:
        node, is_repeated = state
        return [(to, is_repeated or loops) for to, loops in self._followed(node).items()]

    def _followed(self, node: Node) -> dict[Node, bool]:
        """What a node surely runs, and whether it runs it in a loop."""
        if node not in self._following:
            sure = [to for to, is_sure in self._graph.edges(node).items() if is_sure]
            self._following[node] = self._told_apart(node, sure) if sure else {}
        return self._following[node]

    def _told_apart(self, node: Node, sure: list[Node]) -> dict[Node, bool]:
        once: set[Node] = set()
        often: set[Node] = set()
        for call in self._graph.calls(node):
            loops = self._is_in_loop(node.path, call.block) or _REPEATER.search(call.name)
            for target in self._graph.targets(node.path, call):
                if loops:
                    often.add(target.node)
                elif target.is_sure:
                    once.add(target.node)
        # one that nothing here calls is made here and handed to something that may repeat it
        return {to: to in often or to not in once for to in sure}

    def _own(self, state: _State) -> _Found:
        node, is_repeated = state
        file = self._files[node.path]
        found: dict[tuple[Step, bool], Place] = {}
        for call in self._graph.calls(node):
            name = (call.name, call.target)
            if name not in self._may_be_step:
                self._may_be_step[name] = may_be_step(call)
            for step in steps_of(file, call) if self._may_be_step[name] else ():
                often = is_repeated or self._is_in_loop(node.path, call.block)
                found.setdefault((step, often), (node.path, call))
        gradient = found.get((Step.GRADIENT, True))
        if gradient and improves_by_hand(file):
            found.setdefault((Step.OPTIMISER, True), gradient)
        return found or _NOTHING

    def _is_in_loop(self, path: str, block: int) -> bool:
        key = (path, block)
        if key not in self._loops:
            blocks = self._files[path].facts.blocks
            kind = blocks[block].kind
            self._loops[key] = kind in _LOOPS or (
                kind not in _CODE and self._is_in_loop(path, blocks[block].parent)
            )
        return self._loops[key]


def _is_evaluation(path: str) -> bool:
    stem = PurePosixPath(path).stem
    return "train" not in stem.lower() and _EVALUATION.search(stem) is not None


def _decided(found: _Found, *, is_evaluation: bool) -> Place | None:
    def first(step: Step) -> Place | None:
        return found.get((step, True)) or found.get((step, False))

    whole = first(Step.WHOLE) or found.get((Step.UPDATE, True))
    if whole is not None:
        return whole
    if first(Step.OPTIMISER) and (Step.GRADIENT, True) in found:
        return found[Step.GRADIENT, True]
    graph = found.get((Step.GRAPH, True))
    if graph is None and (first(Step.SESSION) or first(Step.RUN)):
        graph = found.get((Step.GRAPH, False))
    if graph is None or (is_evaluation and (Step.RUN, True) not in found):
        # a graph that is built to be restored names its optimiser as well
        return None
    return graph


def _merged(several: list[_Found]) -> _Found:
    told = [each for each in several if each]
    if len(told) <= 1:
        return told[0] if told else _NOTHING
    merged: dict[tuple[Step, bool], Place] = {}
    for each in told:
        for key, place in each.items():
            merged.setdefault(key, place)
    return merged
