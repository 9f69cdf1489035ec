"""Which versions of a distribution the work may run with: lock, then pins, then lower bounds.

A rule about a defect that a release has mended asks here first. What nothing bounds is taken for the
current release, so that nobody is warned of what was mended years ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.environment.locks import COMPILED
from repro_check.sources.requirement_item import normal_name

if TYPE_CHECKING:
    from repro_check.project.project import Project


class Bound(msgspec.Struct, frozen=True):
    """What one file says of a distribution's version; "" where it says nothing.

    Attributes:
        exact: the only version that it allows.
        lower: the least version, itself included.
        upper: the version below which it must stay (or, for `<=`, the greatest).
        path: the file.
        is_locked: whether that is a lock file.
    """

    exact: str
    lower: str
    upper: str
    path: str
    is_locked: bool = False


class _Item(msgspec.Struct, frozen=True):
    """The versions allowed of a distribution (PEP 440), and the file that says so."""

    specifier: str
    path: str


class Versions:
    """The versions of a project's dependencies.

    Args:
        project: whose files say so.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[str, tuple[Bound, ...]] = {}

    def bound(self, distribution: str, near: str = "") -> Bound | None:
        """The bound of the best source nearest to a file; None if nothing bounds it.

        Args:
            distribution: its name, in any spelling.
            near: the file that asks; of several projects in one repository only its own one counts.
        """
        found = self.bounds(distribution, near)
        return found[-1 if near else 0] if found else None

    def bounds(self, distribution: str, near: str = "") -> tuple[Bound, ...]:
        """The bounds of the best kind of source that has any: locks, exact pins, other bounds."""
        name = normal_name(distribution)
        if name not in self._known:
            self._known[name] = self._find(name)
        known = [bound for bound in self._known[name] if not near or _holds_for(bound.path, near)]
        locks = [bound for bound in known if bound.is_locked]
        pins = [bound for bound in known if bound.exact]
        return tuple(locks or pins or known)

    def may_be_below(self, distribution: str, version: str, near: str = "") -> bool:
        """Whether a version below this one may be installed; no, if nothing is known."""
        found = self.bounds(distribution, near)
        return bool(found) and all(_may_be_below(bound, version) for bound in found)

    def is_at_least(self, distribution: str, version: str, near: str = "") -> bool:
        """Whether only this version or later ones are installed; yes, if nothing is known."""
        return not self.may_be_below(distribution, version, near)

    def _find(self, name: str) -> tuple[Bound, ...]:
        environment = self._project.environment
        locked = [
            # a local part (`+cu118`) says how it was built, not which release it is
            _Item(f"=={one.version.partition('+')[0]}", lock.path)
            for lock, one in environment.locked(name)
            if one.version and lock.tool != COMPILED
        ]
        required = [
            _Item(one.specifier, manifest.path)
            for manifest, one in environment.declared(name)
            if one.role in {"runtime", "constraint"} and one.origin in {"index", "conda"}
        ]
        bounds = [
            bound
            for source, is_locked in ((locked, True), (required, False))
            for item in source
            if (bound := _bound(item, is_locked=is_locked)) is not None
        ]
        return tuple(sorted(bounds, key=lambda bound: (bound.path.count("/"), bound.path)))


def _holds_for(source: str, path: str) -> bool:
    """Whether a file of requirements lies in a folder above a file (or in `requirements/` there)."""
    folder = source.rpartition("/")[0]
    if folder.rpartition("/")[2] in {"requirements", "reqs", "conda", "envs", "environments"}:
        folder = folder.rpartition("/")[0]
    return not folder or path.startswith(f"{folder}/")


def _bound(item: _Item, *, is_locked: bool) -> Bound | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        specifiers = list(SpecifierSet(item.specifier))
    except InvalidSpecifier:
        return None
    exact, lower, upper = "", [], []
    for one in specifiers:
        plain = one.version.removesuffix(".*")
        try:
            version = Version(plain)
        except InvalidVersion:
            continue
        if one.operator in {"==", "==="} and plain == one.version:
            exact = plain
        elif one.operator in {"==", "~="}:
            parts = list(version.release)
            parts = parts if plain != one.version else parts[:-1]
            lower.append(version)
            upper.append(
                Version(".".join(map(str, [*parts[:-1], parts[-1] + 1] if parts else [0])))
            )
        elif one.operator in {">", ">="}:
            lower.append(version)
        elif one.operator in {"<", "<="}:
            upper.append(version)
    if not (exact or lower or upper):
        return None
    return Bound(exact, _extreme(max, lower), _extreme(min, upper), item.path, is_locked)


def _extreme(choose: Callable[..., object], versions: Iterable[object]) -> str:
    found = list(versions)
    return str(choose(found)) if found else ""


def _may_be_below(bound: Bound, version: str) -> bool:
    from packaging.version import Version

    limit = Version(version)
    if bound.exact:
        return Version(bound.exact) < limit
    if bound.lower:
        return Version(bound.lower) < limit
    return Version(bound.upper) <= limit
