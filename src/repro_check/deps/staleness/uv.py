"""uv.lock against pyproject.toml.

uv repeats in the lock what it was asked for (`requires-dist`, `requires-dev`), so nothing needs to be
resolved; `uv lock --check` compares the same (`Lock::satisfies` in crates/uv-resolver/src/lock).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from repro_check.deps.staleness.asked import Group, asked_for
from repro_check.deps.staleness.environments import Environment, environments, is_same_python
from repro_check.deps.staleness.model import Stale
from repro_check.sources.dependencies.locks.values import table, text, words
from repro_check.sources.dependencies.model import Declared, LockFacts
from repro_check.sources.requirement_item import normal_name

if TYPE_CHECKING:
    from packaging.markers import Marker
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    _Wanted = tuple[SpecifierSet, frozenset[str], Marker | None]

_WHERE = {"runtime": "", "extra": " in the extra `{}`", "group": " in the group `{}`"}


def uv_stale(lock: LockFacts, pyproject: Mapping[str, object]) -> Stale | None:
    """What pyproject.toml asks for and the lock does not know, or the other way round."""
    project = table(pyproject.get("project"))
    if not project or not lock.knows_requested:
        return None
    settings = table(table(pyproject.get("tool")).get("uv"))
    python = text(project, "requires-python")
    # a workspace has the Pythons of all its members
    if "workspace" not in settings and python and not is_same_python(python, lock.python):
        reason = f"`requires-python` is `{python}`, and `{lock.python}` was locked"
        return Stale(reason=reason, name="requires-python")
    asked = asked_for(pyproject)
    machines = environments(lock.python)
    locked: dict[Group, list[Declared]] = {}
    for one in lock.requested:
        locked.setdefault((one.role, one.group), []).append(one)
    own = normal_name(text(project, "name"))
    dynamic = words(project.get("dynamic"))
    for group in dict.fromkeys([*asked, *locked]):
        role, name = group
        is_made_up = (role == "runtime" and "dependencies" in dynamic) or (
            role == "extra" and "optional-dependencies" in dynamic
        )
        # uv writes out what an extra takes from another one of the same project
        is_nested = role == "extra" and any(
            normal_name(one.name) == own
            for each, ones in asked.items()
            for one in ones
            if each[0] == role
        )
        if not is_made_up and not is_nested:
            found = next(_differences(asked.get(group, ()), locked.get(group, ()), machines), None)
            if found:
                where = _WHERE[role].format(name)
                reason = found.reason.replace("{where}", where)
                return Stale(reason=reason, name=found.name, group=name)
    return None


def _differences(
    asked: Sequence[Requirement], locked: Sequence[Declared], machines: Sequence[Environment]
) -> Iterator[Stale]:
    wanted: dict[str, list[Requirement]] = {}
    known: dict[str, list[Declared]] = {}
    for requirement in asked:
        wanted.setdefault(normal_name(requirement.name), []).append(requirement)
    for one in locked:
        known.setdefault(one.name, []).append(one)
    for name, requirements in wanted.items():
        written = requirements[0].name
        if name not in known:
            yield Stale(reason=f"`{written}` is asked for{{where}} and not locked", name=written)
        elif not _is_same(requirements, known[name], machines):
            before = ", ".join(dict.fromkeys(f"`{_shown(one)}`" for one in known[name]))
            now = ", ".join(dict.fromkeys(f"`{one}`" for one in requirements))
            yield Stale(
                reason=f"{now} is asked for{{where}}, and {before} was locked", name=written
            )
    for name, ones in known.items():
        if name not in wanted:
            reason = f"`{ones[0].text}` was locked{{where}} and is asked for no more"
            yield Stale(reason=reason)


def _shown(one: Declared) -> str:
    extras = f"[{','.join(one.extras)}]" if one.extras else ""
    marker = f"; {one.marker}" if one.marker else ""
    return f"{one.name}{extras}{one.specifier}{marker}"


def _is_same(
    asked: Sequence[Requirement], locked: Sequence[Declared], machines: Sequence[Environment]
) -> bool:
    """Whether both ask for the same in every environment.

    uv rewrites markers, so their text tells nothing. A source of `[tool.uv.sources]` takes the place
    of the versions, which are then not compared.
    """
    from packaging.markers import InvalidMarker, Marker
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    is_versioned = all(one.origin == "index" for one in locked) and not any(
        one.url for one in asked
    )

    def of(specifier: str, extras: Iterable[str], marker: str) -> _Wanted:
        plain = frozenset(map(normal_name, extras))
        versions = SpecifierSet(specifier if is_versioned else "")
        return versions, plain, Marker(marker) if marker else None

    try:
        left = [of(str(one.specifier), one.extras, str(one.marker or "")) for one in asked]
        right = [of(one.specifier, one.extras, one.marker) for one in locked]
    except (InvalidMarker, InvalidSpecifier):
        return True
    if not any(marker for _, _, marker in [*left, *right]):
        return {one[:2] for one in left} == {one[:2] for one in right}

    def active(ones: list[_Wanted], at: Environment) -> object:
        return {one[:2] for one in ones if one[2] is None or one[2].evaluate(at)}

    return all(active(left, at) == active(right, at) for at in machines)
