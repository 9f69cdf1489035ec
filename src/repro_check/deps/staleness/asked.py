"""What a manifest asks for, as PEP 508, in the groups that uv's lock repeats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from repro_check.sources.dependencies.locks.values import items, table, words
from repro_check.sources.requirement_item import normal_name

if TYPE_CHECKING:
    from packaging.requirements import Requirement

Table = Mapping[str, object]
Group = tuple[str, str]
"""Role ("runtime", "extra", "group") and name."""


def asked_for(pyproject: Table) -> dict[Group, list[Requirement]]:
    """The requirements of `[project]` (PEP 621), `[dependency-groups]` (PEP 735) and uv's own group.

    What the build makes up (`dynamic`) is left out, and so is what is no requirement.
    """
    project = table(pyproject.get("project"))
    dynamic = words(project.get("dynamic"))
    found: dict[Group, list[Requirement]] = {}
    if "dependencies" not in dynamic:
        found["runtime", ""] = list(parsed(words(project.get("dependencies"))))
    if "optional-dependencies" not in dynamic:
        for extra, listed in table(project.get("optional-dependencies")).items():
            found["extra", normal_name(extra)] = list(parsed(words(listed)))
    groups = table(pyproject.get("dependency-groups"))
    for group in groups:
        found["group", normal_name(group)] = list(parsed(_members(groups, group, ())))
    settings = table(table(pyproject.get("tool")).get("uv"))
    if "dev-dependencies" in settings:
        found.setdefault(("group", "dev"), []).extend(
            parsed(words(settings.get("dev-dependencies")))
        )
    return found


def parsed(written: Iterable[str]) -> Iterator[Requirement]:
    """Those that are requirements."""
    from packaging.requirements import InvalidRequirement, Requirement

    for one in written:
        with suppress(InvalidRequirement):
            yield Requirement(one)


def _members(groups: Table, group: str, above: tuple[str, ...]) -> Iterator[str]:
    plain = normal_name(group)
    if plain in above:
        return
    for name, listed in groups.items():
        if normal_name(name) != plain:
            continue
        for one in items(listed):
            if isinstance(one, str):
                yield one
            elif isinstance(included := table(one).get("include-group"), str):
                yield from _members(groups, included, (*above, plain))
