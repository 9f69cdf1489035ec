"""The first seeding call of a run, and what was drawn before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from repro_check.project.calls import Node
from repro_check.project.effects import Effect
from repro_check.project.entries import Entry
from repro_check.project.libraries import EVERY, Family
from repro_check.project.project import Project
from repro_check.project.timeline import Course, Step
from repro_check.rules.seed._entry_streams import (
    Effects,
    effect_at,
    is_incidental,
    is_incidental_function,
)
from repro_check.sources.expressions import CallRef
from repro_check.sources.python import Call
from repro_check.text import pattern

_DEPTH = 6
# these draw when they first see data, Keras layers when they are built, estimators when they are fitted
_LATER = pattern(
    r"\.Lazy\w+$|^sklearn\.(\w+\.)*[A-Z]\w+$|^(tensorflow\.(compat\.v1\.)?)?keras\.|\.(layers|get_variable)\b"
)
_LAYERS = pattern(r"^torch(vision)?\.(nn|models)\.(?!init\.|functional\.)")


class Late(msgspec.Struct, frozen=True):
    """A seeding call that comes too late, and a draw before it.

    Attributes:
        seed: the seeding call.
        draw: the first draw that it should have come before.
        family: what both are about.
        seed_place: where it happens as seen from the function that leads to both.
        draw_place: the same for the draw.
        draw_places: the same for the first draw of every family, as far as it is in that function.
    """

    seed: Step
    draw: Step
    family: Family
    seed_place: Step
    draw_place: Step
    draw_places: tuple[Step, ...]


class Runs:
    """Looks at the runs of a project.

    Args:
        project: the project.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._seeding: dict[Node, bool] = {}
        self._effects = Effects(project)

    def late(self, entry: Entry) -> Late | None:
        """The first seeding call of an entry point that surely comes after a draw of its family."""
        course = self._project.timeline.steps(entry, depth=_DEPTH)
        drawn: dict[Family, list[Step]] = {}
        seeded: set[Family] = set()
        for step, call in course.calls():
            target = self._project.calls.outside_target(step.path, call)
            effect = effect_at(self._project, step.path, call, target)
            if effect.may_seed or self.hides_seeding(step, call):
                return None
            for family in sorted(effect.seeds - seeded, key=lambda each: each.value):
                draw = _before(drawn.get(family, ()), step)
                if draw is not None and not self._is_overwritten(course, draw):
                    every = [_before(draws, step) for draws in drawn.values()]
                    return _late(step, draw, family, [each for each in every if each])
            seeded |= effect.seeds
            if seeded >= EVERY:
                return None
            for family in self._draws(step, call, target, effect) - seeded:
                drawn.setdefault(family, []).append(step)
        return None

    def _draws(self, step: Step, call: Call, target: str, effect: Effect) -> frozenset[Family]:
        if not effect.draws or _LATER.search(target):
            return frozenset()
        if is_incidental(self._project.python[step.path], call):
            return frozenset()
        if any(self._is_default(each) for each in (*step.chain, step)):
            return frozenset()  # of a parameter that is most likely given
        around = (self._function(each.node) for each in step.chain)
        return frozenset() if any(map(is_incidental_function, around)) else effect.draws

    def _is_default(self, step: Step) -> bool:
        """Whether a call makes the default of a parameter, when its function is defined."""
        line = step.action.span.line
        return any(
            isinstance(parameter.default, CallRef)
            and parameter.default.span.line <= line <= parameter.default.span.end_line
            for function in self._project.python[step.path].facts.functions
            for parameter in function.parameters
        )

    def _function(self, node: Node) -> str:
        function = self._project.python[node.path].facts.function_of(node.block)
        return "" if function is None else function.qualname

    def _is_overwritten(self, course: Course, draw: Step) -> bool:
        """Whether a layer's first weights are replaced by loaded ones."""
        call = draw.call
        if call is None or not _LAYERS.match(self._project.calls.outside_target(draw.path, call)):
            return False
        return any(
            each.name.rpartition(".")[2] == "load_state_dict" and draw.implies(step)
            for step, each in course.calls()
        )

    def hides_seeding(self, step: Step, call: Call) -> bool:
        """Whether a call may run, out of sight, a function that seeds."""
        followed = len(step.chain) < _DEPTH
        return any(
            self._seeds(target.node)
            for target in self._project.callers.targets(step.path, call)
            if not (target.is_sure and followed) and not self._is_method(target.node)
        )

    def _is_method(self, node: Node) -> bool:
        blocks = self._project.python[node.path].facts.blocks
        return blocks[blocks[node.block].parent].kind == "class"

    def _seeds(self, node: Node) -> bool:
        if node not in self._seeding:
            self._seeding[node] = any(
                effect.seeds or effect.may_seed
                for each in self._project.calls.walk(node)
                for _, effect in self._effects.of(each)
            )
        return self._seeding[node]


def _before(draws: Iterable[Step], seed: Step) -> Step | None:
    """The first draw that happens in every run in which the seeding call comes after it."""
    return next(
        (
            draw
            for draw in draws
            if draw.process == seed.process and not draw.excludes(seed) and seed.implies(draw)
        ),
        None,
    )


def _late(seed: Step, draw: Step, family: Family, draws: Iterable[Step]) -> Late:
    seed_place, draw_place = _parting(seed, draw)
    others = (_parting(seed, each) for each in draws)
    # a draw on another way to the seeding call is not among the statements beside that call
    places = tuple(there for here, there in others if here == seed_place)
    return Late(seed, draw, family, seed_place, draw_place, places)


def _parting(seed: Step, draw: Step) -> tuple[Step, Step]:
    """Where the ways to the two part: a step of each, in the same function."""
    ways: Iterator[tuple[Step, Step]] = zip((*seed.chain, seed), (*draw.chain, draw), strict=False)
    return next(pair for pair in ways if pair[0] != pair[1])
