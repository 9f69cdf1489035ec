"""Calls that seed with what a config says, and what becomes of them when it says nothing."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.origins import Origin
from repro_check.project.origins.arguments import given_by
from repro_check.project.origins.guards import Guard, guards_around
from repro_check.project.project import Project
from repro_check.rules.seed._falsy_seeds import falsy_seeds
from repro_check.rules.seed._seed_values import seed_name
from repro_check.rules.seed._seeder_calls import SeederCall, seeder_calls
from repro_check.sources.expressions import Expression, Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import MODULE, Call
from repro_check.text import pattern

# with None these take a seed from the operating system (documentation of each)
_FROM_THE_SYSTEM = pattern(
    r"^(random\.(seed|Random)|numpy\.random\.(seed|default_rng|RandomState|SeedSequence))$"
)
_MOST_SITES = 12


class Seeding(msgspec.Struct, frozen=True):
    """A call that seeds with a value from elsewhere.

    Attributes:
        file: where it stands.
        call: the seeding call, or that of the project's own helper.
        seed: what it is given.
        target: the seeding function of a library.
    """

    file: PythonFile
    call: Call
    seed: Expression
    target: str

    def origins(self, project: Project) -> tuple[Origin, ...]:
        """Where the seed may come from."""
        return project.origins.of(self.file, self.seed, self.call.block)


def skipped_seedings(project: Project) -> Iterator[tuple[Seeding, Span | None]]:
    """The seedings that a null seed leaves out, each with the test that does so.

    With None where the call itself takes a missing seed for "any seed". Those behind a truth test are
    left out: SEED004 speaks of them, of seed 0 and null at once.

    Args:
        project: the repository.
    """
    for file in project.python.readable(Role.PRODUCT):
        for seeder in seeder_calls(file, project):
            for seeding in _seedings(project, file, seeder):
                guard = _guard(seeding)
                if guard is None and _FROM_THE_SYSTEM.match(seeding.target):
                    yield seeding, None
                elif guard is not None and not _is_truth_test(project, seeding.file, guard):
                    yield seeding, guard.tested.span


def _seedings(project: Project, file: PythonFile, seeder: SeederCall) -> Iterator[Seeding]:
    """The call itself; for one that is given a parameter of the function around, that one's calls."""
    if seeder.seed is None:
        return
    own = Seeding(file, seeder.call, seeder.seed, seeder.target)
    function = file.facts.function_of(seeder.call.block)
    name = seeder.seed.name if isinstance(seeder.seed, Name) else ""
    if function is None or name not in {item.name for item in function.parameters} or _guard(own):
        yield own
        return
    sites = project.callers.few_calls_of(Node(file.path, function.block)) or ()
    for site in sites[:_MOST_SITES]:
        if site.given is not None:
            given = given_by(site.given, function, name, (), is_bound=site.is_bound)
            if given.value is not None and not given.keys and not given.is_default:
                there = project.python[site.path]
                yield Seeding(there, site.call, given.value, seeder.target)


def _guard(seeding: Seeding) -> Guard | None:
    """The test around a seeding that asks whether there is a seed."""
    for guard in guards_around(seeding.file.facts, seeding.call.block, MODULE):
        if guard.if_given and seed_name(seeding.file, guard.tested):
            return guard
    return None


def _is_truth_test(project: Project, file: PythonFile, guard: Guard) -> bool:
    return any(doubt.tested.span == guard.tested.span for doubt in falsy_seeds(file, project))
