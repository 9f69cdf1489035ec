"""Which families of random numbers are drawn and seeded along the calls from an entry point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.calls import CallGraph
from repro_check.project.libraries import EVERY, Family, drawn_by, is_training, seeded_by
from repro_check.sources.expressions import Literal
from repro_check.sources.python import Call

if TYPE_CHECKING:
    from repro_check.project.entries import Entry

_SEED_KEYWORDS = ("seed", "random_state", "rng", "generator", "random_seed")
_SEEDING_METHODS = (".manual_seed", ".set_seed", ".seed_everything", ".seed_all")
_OPAQUE = frozenset({"builtins.exec", "importlib.import_module"})


class Draw(msgspec.Struct, frozen=True):
    """A call that consumes random numbers."""

    path: str
    call: Call
    target: str
    family: Family


class RandomUse(msgspec.Struct, frozen=True):
    """What happens with randomness when an entry point runs.

    Attributes:
        draws: one example for each family that is drawn from, sorted by place.
        seeded: the families that some reachable call seeds.
        trains: a call that trains a model, with its path; None for inference and plots.
        is_opaque: code is reached that cannot be seen (dynamic imports, `exec`).
    """

    draws: tuple[Draw, ...]
    seeded: frozenset[Family]
    trains: tuple[str, Call] | None
    is_opaque: bool


def random_use(graph: CallGraph, entry: Entry, seeders: Iterable[str] = ()) -> RandomUse:
    """Follow the calls of an entry point and sum up its randomness.

    Args:
        graph: the call graph.
        entry: where to begin.
        seeders: dotted names that seed everything, by the user's settings.
    """
    trusted = frozenset(seeders)
    draws: dict[Family, Draw] = {}
    seeded: set[Family] = set()
    is_opaque = False
    sure = frozenset(graph.reachable(*entry.nodes, surely=True))
    for node in graph.reachable(*entry.nodes):
        for outside in graph.outside_calls(node):
            target, call = outside.target, outside.call
            seeded |= EVERY if target in trusted else seeded_by(target)
            families = drawn_by(target)
            if _is_seeded_here(call):
                seeded.add(Family.OTHER)
            elif node in sure and not any(not keyword.name for keyword in call.keywords):
                for family in families:
                    draws.setdefault(family, Draw(outside.path, call, target, family))
            is_opaque |= target in _OPAQUE
        for call in graph.calls(node):
            if call.name.endswith(_SEEDING_METHODS):
                seeded.add(Family.OTHER)
    trains = next(_training_calls(graph, entry), None)
    return RandomUse(tuple(draws.values()), frozenset(seeded), trains, is_opaque)


def _training_calls(graph: CallGraph, entry: Entry) -> Iterator[tuple[str, Call]]:
    for node in graph.reachable(*entry.nodes, surely=True):
        for call in graph.calls(node):
            if is_training(call):
                yield node.path, call


def _is_seeded_here(call: Call) -> bool:
    """Whether a call brings its own seed or generator."""
    for word in _SEED_KEYWORDS:
        value = call.keyword(word)
        if value is not None and not (isinstance(value, Literal) and value.value is None):
            return True
    return False
