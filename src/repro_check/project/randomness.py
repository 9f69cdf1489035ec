"""Which families of random numbers are drawn and seeded along the calls from an entry point.

What a function does by itself is summed up once; what it does with all that it calls follows from the
call graph, whose cycles are merged first (Tarjan, SIAM J. Comput. 1(2), 1972), so that any number of
entry points costs one walk over the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.calls import CallGraph, Node
from repro_check.project.closure import closures
from repro_check.project.effects import is_seeded_here, is_seeding_method
from repro_check.project.imported import Imported
from repro_check.project.libraries import EVERY, Family, drawn_by, seeded_by
from repro_check.project.repetition import Repetition
from repro_check.project.steps import takes_step
from repro_check.sources.python import Call

if TYPE_CHECKING:
    from repro_check.project.entries import Entry
    from repro_check.project.files import PythonFile

_OPAQUE = frozenset(
    {
        "builtins.__import__",
        "builtins.exec",
        "hyperpyyaml.load_hyperpyyaml",
        "importlib.import_module",
        "importlib.util.module_from_spec",
        "runpy.run_module",
        "runpy.run_path",
    }
)


class Draw(msgspec.Struct, frozen=True):
    """A call that consumes random numbers."""

    path: str
    call: Call
    target: str
    family: Family


class RandomUse(msgspec.Struct, frozen=True):
    """What happens with randomness when some code runs.

    Attributes:
        draws: one example for each family that is surely drawn from.
        seeded: the families that some reachable call may seed.
        trains: a call that surely trains a model, with its path; None for inference, for plots and
            for a single step, as a check of a layer takes it.
        is_opaque: code may be reached that cannot be seen (dynamic imports, `exec`).
        steps: a call that surely takes a gradient or a step, be it once, with its path.
    """

    draws: tuple[Draw, ...] = ()
    seeded: frozenset[Family] = frozenset()
    trains: tuple[str, Call] | None = None
    is_opaque: bool = False
    steps: tuple[str, Call] | None = None


class _Target(msgspec.Struct, frozen=True):
    """What an outside name does, whatever it is given."""

    seeds: frozenset[Family]
    draws: frozenset[Family]
    is_opaque: bool


class Randomness:
    """The random use of any entry point of a repository.

    Args:
        files: its Python files by path.
        graph: its call graph.
        seeders: dotted names that seed everything, by the user's settings.
    """

    def __init__(
        self, files: Mapping[str, PythonFile], graph: CallGraph, seeders: Iterable[str] = ()
    ) -> None:
        self._files = files
        self._graph = graph
        self._repetition = Repetition(files, graph)
        self._imported = Imported(files, graph)
        self._seeders = frozenset(seeders)
        self._targets: dict[str, _Target] = {}
        self._own: dict[Node, RandomUse] = {}
        self._possible: dict[tuple[Node, bool], RandomUse] = {}
        self._sure: dict[Node, RandomUse] = {}

    def of(self, entry: Entry) -> RandomUse:
        """What an entry point does with randomness, all that it calls included.

        Possible edges are followed only where something is trained and no seeding is sure.
        """
        for node in entry.nodes:
            closures(node, self._sure_edges, self._own_use, _merged, self._sure)
        sure = _merged([self._sure[node] for node in entry.nodes])
        if sure.steps is not None:
            sure = msgspec.structs.replace(sure, trains=self._repetition.training(entry))
        if sure.trains is None or not sure.draws or sure.seeded:
            # nothing to seed, or seeded for sure: what may happen besides changes no answer
            return sure
        states = [(node, True) for node in entry.nodes]
        for state in states:
            closures(state, self._imported.states, self._possible_use, _merged, self._possible)
        possible = _merged([self._possible[state] for state in states])
        return msgspec.structs.replace(sure, seeded=possible.seeded, is_opaque=possible.is_opaque)

    def _sure_edges(self, node: Node) -> Iterable[Node]:
        return (target for target, is_sure in self._graph.edges(node).items() if is_sure)

    def _possible_use(self, state: tuple[Node, bool]) -> RandomUse:
        node, is_run = state
        is_cut = not is_run and self._imported.has_guard(node)
        return self._sum_up(node, is_imported=True) if is_cut else self._own_use(node)

    def _own_use(self, node: Node) -> RandomUse:
        if node not in self._own:
            self._own[node] = self._sum_up(node)
        return self._own[node]

    def _sum_up(self, node: Node, *, is_imported: bool = False) -> RandomUse:
        draws: dict[Family, Draw] = {}
        seeded: set[Family] = set()
        is_opaque = not self._graph.is_known(node)
        for outside in self._graph.outside_calls(node):
            call = outside.call
            if is_imported and self._imported.is_guarded(node, call):
                continue
            target = self._target(outside.target)
            seeded |= target.seeds
            if call.keywords and is_seeded_here(call):
                seeded.add(Family.OTHER)
            elif target.draws and all(keyword.name for keyword in call.keywords):
                for family in target.draws:
                    draw = Draw(outside.path, call, outside.target, family)
                    draws.setdefault(family, draw)
            is_opaque |= target.is_opaque
        steps = None
        file = self._files[node.path]
        for call in self._graph.calls(node):
            if is_imported and self._imported.is_guarded(node, call):
                continue
            if steps is None and takes_step(file, call):
                steps = (node.path, call)
            if is_seeding_method(call):
                seeded.add(Family.OTHER)
        if not (draws or seeded or steps or is_opaque):
            return _NOTHING
        return RandomUse(tuple(draws.values()), frozenset(seeded), None, is_opaque, steps)

    def _target(self, name: str) -> _Target:
        known = self._targets.get(name)
        if known is None:
            seeds = EVERY if name in self._seeders else seeded_by(name)
            known = self._targets[name] = _Target(seeds, drawn_by(name), name in _OPAQUE)
        return known


_NOTHING = RandomUse()


def _merged(uses: Iterable[RandomUse]) -> RandomUse:
    """The use of several pieces of code together; of each family the first draw is kept."""
    several = [use for use in uses if use is not _NOTHING]
    if len(several) <= 1:
        return several[0] if several else _NOTHING
    draws: dict[Family, Draw] = {}
    for use in several:
        for draw in use.draws:
            draws.setdefault(draw.family, draw)
    return RandomUse(
        tuple(draws.values()),
        frozenset().union(*(use.seeded for use in several)),
        None,
        any(use.is_opaque for use in several),
        next((use.steps for use in several if use.steps), None),
    )
