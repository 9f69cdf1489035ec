"""The calls of a file that seed a generator, and whether the program seeds a family at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family, makes_generator, seeded_by, seeds_itself
from repro_check.project.origins import Summary
from repro_check.project.project import Project
from repro_check.sources.expressions import Expression, Literal
from repro_check.sources.kinds import Role
from repro_check.sources.python import MODULE, Call

_MAKERS = frozenset(
    "default_rng RandomState SeedSequence Random PRNGKey key PCG64 MT19937 Philox SFC64".split()
)
_SEED_NAMES = ("seed", "seed_value", "a", "x")
RESEEDING = frozenset({"random.seed", "numpy.random.seed"})
"""Without an argument, or with None, these take one from the operating system."""


class SeederCall(msgspec.Struct, frozen=True):
    """A call that seeds a generator.

    Attributes:
        call: the call.
        target: the outside function's dotted name.
        seed: what it is given; None if nothing.
        families: the global generators that it seeds; none for one that makes a generator.
    """

    call: Call
    target: str
    seed: Expression | None
    families: frozenset[Family]

    @property
    def is_reseeding(self) -> bool:
        """Whether it takes another seed from the operating system each time."""
        if self.target not in RESEEDING or self.call.unpacks:
            return False
        return self.seed is None or (isinstance(self.seed, Literal) and self.seed.value is None)


def seeder_calls(file: PythonFile, project: Project) -> Iterator[SeederCall]:
    """The calls of a file that seed an outside library's generators, or make one from a seed."""
    lasts = (last for last in file.called if last in _MAKERS or "seed" in last.lower())
    for call in file.calls_named("set_determinism", *lasts):
        target = outside_name(file, project, call)
        families = seeded_by(target)
        if families or makes_generator(target) or target == "torch.Generator().manual_seed":
            keywords = (call.keyword(name) for name in _SEED_NAMES)
            seed = call.args[0] if call.args else next((k for k in keywords if k is not None), None)
            yield SeederCall(call, target, seed, families)


def outside_name(file: PythonFile, project: Project, call: Call) -> str:
    """The dotted name of the outside function that is called, "" if it is none."""
    if call.receiver is not None:
        receiver = getattr(call.receiver, "index", None)
        if not isinstance(receiver, int):
            return ""
        maker = outside_name(file, project, file.facts.calls[receiver])
        return f"{maker}().{call.name}" if maker else ""
    symbol = project.modules.resolve(file, call.name, call.block)
    return symbol.name if symbol is not None and symbol.kind == "external" else ""


def is_none(file: PythonFile, value: Expression | None, block: int) -> bool:
    """Whether nothing is given, or None, also by way of a settled name."""
    if value is None:
        return True
    literal = file.constants.literal(value, block)
    return literal is not None and literal.value is None


def is_seeded_anywhere(project: Project, family: Family) -> bool:
    """Whether any code of the product seeds a family with something that is not drawn itself."""
    return any(
        family in each.families and not each.is_reseeding and not _is_drawn(file, project, each)
        for file in project.python.readable(Role.PRODUCT)
        for each in seeder_calls(file, project)
    )


def _is_drawn(file: PythonFile, project: Project, seeder: SeederCall) -> bool:
    if seeder.seed is None:
        return False
    found = project.origins.summary(file, seeder.seed, seeder.call.block)
    return found in {Summary.DRAWN, Summary.RECORDED}


class SeededAround:
    """Whether the programs of which code of a file is a part seed a family of generators.

    Args:
        file: the file.
        project: the repository.
        family: the generators.
    """

    def __init__(self, file: PythonFile, project: Project, family: Family) -> None:
        self._file = file
        self._project = project
        self._family = family
        self._known: dict[int, bool] = {}

    def at(self, block: int) -> bool:
        """Whether the file seeds the family by itself, or an entry does that reaches a block."""
        if self._here:
            return True
        function = self._file.facts.function_of(block)
        start = function.block if function else MODULE
        if start not in self._known:
            node = Node(self._file.path, start)
            self._known[start] = any(node in reached for reached in self._seeding)
        return self._known[start]

    @cached_property
    def _here(self) -> bool:
        for each in seeder_calls(self._file, self._project):
            if self._family in each.families and not each.is_reseeding:
                return True
        starts = [item.block for item in self._file.facts.functions] + [MODULE]
        nodes = [Node(self._file.path, block) for block in starts]
        return self._is_seeded(self._project.calls.reachable(*nodes))

    @cached_property
    def _seeding(self) -> list[frozenset[Node]]:
        """What the entries reach that seed the family."""
        found = []
        for entry in self._project.entries:
            reached = self._project.calls.reachable(*entry.nodes)
            if self._is_seeded(reached):
                found.append(frozenset(reached))
        return found

    def _is_seeded(self, nodes: Iterable[Node]) -> bool:
        return any(
            self._family in seeded_by(outside.target) and not seeds_itself(outside.target)
            for node in nodes
            for outside in self._project.calls.outside_calls(node)
        )
