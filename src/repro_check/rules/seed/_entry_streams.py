"""What the code that an entry point reaches does to the generators of the process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from repro_check.project.calls import Node
from repro_check.project.closure import closures
from repro_check.project.effects import Effect, effect_of, is_seeding_method
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.imported import Imported
from repro_check.project.libraries import EVERY, Family, makes_generator, seeded_by
from repro_check.project.project import Project
from repro_check.rules.seed._idle_branches import is_idle
from repro_check.sources.expressions import CallRef, Expression, parts
from repro_check.sources.python import Call
from repro_check.sources.scopes import bound_names
from repro_check.text import pattern

# what is drawn for these changes no result: a free port, the name of a run, a pause
_INCIDENTAL_NAMES = frozenset(
    "port url addr address host name seed seeds uuid uid id suffix prefix color colour colors colours delay "
    "sleep jitter backoff tmp timestamp salt hash dir run unicode job".split()
)
_INCIDENTAL_WORDS = frozenset(
    "port ports dist distributed seed name uid uuid plot show demo retry wait sleep color colour download "
    "display print log summary benchmark bench debug example preview sanity check test tests profile "
    "visualize visualise synthetic dummy fake mock".split()
)
_WORD = pattern(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# objects with a generator of their own
_OWN_STREAM = pattern(
    r"env|space|sampler|rng|gen$|generator|^g$|dataset|loader|buffer|memory|noise|faker|fake$",
    re.IGNORECASE,
)


_Seeded: TypeAlias = frozenset[Family] | None
"""The families that some code seeds; None where it may seed what cannot be seen."""
_NOTHING: frozenset[Family] = frozenset()


class Use(msgspec.Struct, frozen=True):
    """A call that draws from generators, or seeds them."""

    path: str
    call: Call
    target: str
    families: frozenset[Family]


class Streams(msgspec.Struct, frozen=True):
    """What the code behind an entry point does.

    Attributes:
        draws: the calls that are surely reached and draw.
        seeds: the calls that are surely reached and seed.
        seeded: all that is seeded anywhere that may be reached.
    """

    draws: tuple[Use, ...]
    seeds: tuple[Use, ...]
    seeded: frozenset[Family]


class Effects:
    """What the functions of a project do to generators by themselves, each looked at once.

    Args:
        project: the project.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[Node, tuple[tuple[Use, Effect], ...]] = {}
        self._imported = Imported(project.python, project.calls)
        self._seeded: dict[tuple[Node, bool], _Seeded] = {}

    def of(self, node: Node) -> tuple[tuple[Use, Effect], ...]:
        """The calls of one function that do something to generators, and what."""
        if node not in self._known:
            self._known[node] = tuple(self._find(node))
        return self._known[node]

    def streams(self, entry: Entry) -> Streams | None:
        """What an entry point draws and seeds; None where something may seed that cannot be seen."""
        states = [(node, True) for node in entry.nodes]
        for state in states:
            closures(state, self._imported.states, self._seeded_by, _together, self._seeded)
        seeded = _together([self._seeded[state] for state in states])
        if seeded is None:
            return None
        draws, seeds = [], []
        for node in self._project.calls.reachable(*entry.nodes, surely=True):
            file = self._project.python[node.path]
            for use, effect in self.of(node):
                if effect.seeds and not _is_deferred(file, use.call):
                    seeds.append(use)
                elif effect.draws and not is_incidental(file, use.call):
                    draws += [] if is_idle(self._project, file, use.call) else [use]
        return Streams(tuple(draws), tuple(seeds), seeded)

    def _seeded_by(self, state: tuple[Node, bool]) -> _Seeded:
        node, is_run = state
        is_cut = not is_run and self._imported.has_guard(node)
        effects = [
            effect
            for use, effect in self.of(node)
            if not (is_cut and self._imported.is_guarded(node, use.call))
        ]
        if any(effect.may_seed for effect in effects):
            return None
        return frozenset().union(*(effect.seeds for effect in effects)) if effects else _NOTHING

    def _find(self, node: Node) -> Iterator[tuple[Use, Effect]]:
        graph = self._project.calls
        outside = {item.call.span: item.target for item in graph.outside_calls(node)}
        for call in graph.calls(node):
            target = outside.get(call.span, "")
            effect = effect_at(self._project, node.path, call, target)
            if effect.draws or effect.seeds or effect.may_seed:
                yield Use(node.path, call, target, effect.seeds or effect.draws), effect


def _together(several: list[_Seeded]) -> _Seeded:
    found = _NOTHING
    for each in several:
        if each is None:
            return None
        if each and not each <= found:
            found |= each
    return found


def _is_deferred(file: PythonFile, call: Call) -> bool:
    """Whether a call stands in a lambda (`worker_init_fn=lambda i: ...`)."""
    return any(
        file.facts.blocks[each].kind == "lambda" for each in file.facts.ancestors(call.block)
    )


def effect_at(project: Project, path: str, call: Call, target: str) -> Effect:
    """What a call does; `target` as of `CallGraph.outside_target`."""
    if target in project.settings.seeders:
        return Effect(seeds=EVERY)
    if not target and _may_mean_seeding(call) and not _is_of_an_object(project.python[path], call):
        return Effect(may_seed=not project.callers.callees(path, call))
    return effect_of(target, call) if target else Effect()


def _may_mean_seeding(call: Call) -> bool:
    """Whether a call of something that cannot be seen has a name that says that it seeds."""
    return is_seeding_method(call) or bool(seeded_by(f"x.{call.name}"))


def _is_of_an_object(file: PythonFile, call: Call) -> bool:
    """Whether what is seeded is one object: an environment, a generator that was just made."""
    if isinstance(call.receiver, CallRef):
        maker = file.facts.calls[call.receiver.index]
        return makes_generator(maker.target) or maker.target == "torch.Generator"
    owner = call.name.rpartition(".")[0].rpartition(".")[2]
    return _OWN_STREAM.search(owner) is not None


def is_incidental(file: PythonFile, call: Call) -> bool:
    """Whether what a call draws is a port, a name or another seed, and no part of a result."""
    facts = file.facts
    function = facts.function_of(call.block)
    if function is not None and is_incidental_function(f"{file.path}.{function.qualname}"):
        return True
    user: Call | None = call
    while user is not None and user.use == "argument":
        user = facts.calls[user.user]
        is_text = user.target == "builtins.str" or user.name.rpartition(".")[2] == "join"
        if seeded_by(user.target) or user.target == "time.sleep" or is_text:
            return True
    if user is not None and user.use == "assigned":
        targets = facts.assignments[user.user].targets
        names = [name for target in targets for name in _written(target)]
        return any(not _INCIDENTAL_NAMES.isdisjoint(_words(name)) for name in names)
    return False


def is_incidental_function(qualname: str) -> bool:
    """Whether a function finds a port, shows an example or tests itself, by its name.

    A whole class, or a file, of made-up data counts too.
    """
    owner, _, last = qualname.rpartition(".")
    made_up = {"synthetic", "dummy", "fake", "mock"}
    is_plain = _INCIDENTAL_WORDS.isdisjoint(_words(last)) and made_up.isdisjoint(_words(owner))
    return not is_plain


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}


def _written(target: Expression) -> Iterator[str]:
    yield from bound_names(target)
    for part in parts(target):
        name = getattr(part, "name", "")
        if isinstance(name, str) and not isinstance(part, CallRef):
            yield name.rpartition(".")[2]
