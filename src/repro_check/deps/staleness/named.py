"""The names that Poetry, PDM and Pipenv are asked for, to say what a digest cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from repro_check.deps.staleness.asked import asked_for
from repro_check.deps.staleness.model import Stale
from repro_check.sources.dependencies.locks.values import table
from repro_check.sources.dependencies.model import LockFacts
from repro_check.sources.requirement_item import normal_name

Table = Mapping[str, object]


def first_missing(lock: LockFacts, manifest: Table) -> Stale | None:
    """The first name that a manifest asks for and its lock does not have."""
    locked = {one.name for one in lock.packages}
    for name in _names(manifest):
        if normal_name(name) not in locked:
            return Stale(reason=f"`{name}` is asked for and not locked", name=name)
    return None


def _names(manifest: Table) -> Iterator[str]:
    poetry = table(table(manifest.get("tool")).get("poetry"))
    for section in ("dependencies", "dev-dependencies"):
        yield from (name for name in table(poetry.get(section)) if name != "python")
    for group in table(poetry.get("group")).values():
        yield from table(table(group).get("dependencies"))
    for section in ("packages", "dev-packages"):
        yield from table(manifest.get(section))
    own = normal_name(str(table(manifest.get("project")).get("name") or ""))
    for requirements in asked_for(manifest).values():
        yield from (one.name for one in requirements if normal_name(one.name) != own)
