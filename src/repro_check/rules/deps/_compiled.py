"""Compiled requirement files that no longer fit their input."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator
from importlib import import_module

import msgspec

from repro_check.deps.staleness.asked import asked_for
from repro_check.deps.staleness.compiled import Recipe, fits, recipe
from repro_check.findings import Location, Span
from repro_check.project.files import RequirementsFile
from repro_check.project.project import Project
from repro_check.rules.deps._staleness import place_of
from repro_check.sources.dependencies.locks.pip_compile import asked_directly, compiled
from repro_check.sources.dependencies.locks.values import table, text
from repro_check.sources.dependencies.model import Locked
from repro_check.sources.requirement_item import normal_name
from repro_check.sources.requirements import RequirementFacts, read_requirements
from repro_check.sources.unreadable import Unreadable

_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg")
# pip-compile leaves them out unless `--allow-unsafe` says otherwise
_TOOLS = frozenset({"pip", "setuptools", "wheel", "distribute"})


class Asked(msgspec.Struct, frozen=True):
    """One requirement of an input that holds in every environment, and where it stands.

    Attributes:
        is_frozen: whether it is a line of a frozen file, which the compiled one may build on and leave
            out (Open edX removes Django from `test.txt` to install it by itself).
    """

    name: str
    text: str
    specifier: str
    location: Location
    is_frozen: bool = False


class Disagreement(msgspec.Struct, frozen=True):
    """The first difference between a compiled file and its input.

    Attributes:
        path: of the compiled file.
        reason: a clause that says what differs.
        location: in the input, or in the compiled file of what the input asks for no more.
        span: in the compiled file, if it has the package.
        others: how many more there are.
    """

    path: str
    reason: str
    location: Location
    span: Span | None = None
    others: int = 0


def disagreements(project: Project) -> Iterator[Disagreement]:
    """One for each compiled file that does not fit its input."""
    for file in project.requirements.readable():
        if not file.is_product or not file.facts.compiled_by:
            continue
        how = recipe(file.path, file.facts, project.tree.__contains__)
        if how is None or how.is_waived:
            continue
        found = list(_differences(project, file, how))
        if found:
            yield msgspec.structs.replace(found[0], others=len(found) - 1)


def _differences(project: Project, file: RequirementsFile, how: Recipe) -> Iterator[Disagreement]:
    locked: dict[str, list[Locked]] = {}
    for one in compiled(file.facts).packages:
        locked.setdefault(one.name, []).append(one)
    asked = list(_asked(project, how))
    for each in asked:
        ones = locked.get(each.name, [])
        if each.name in _TOOLS:
            continue
        if not ones and each.is_frozen:
            continue
        if not ones:
            reason = f"`{each.text}` is asked for and not frozen"
            yield Disagreement(file.path, reason, each.location)
        elif not fits(each.specifier, [one.version for one in ones]):
            frozen = ones[0].version
            reason = f"`{each.text}` is asked for and `{each.name}=={frozen}` is frozen"
            yield Disagreement(file.path, reason, each.location, _line(file, ones[0].line))
    known = _names(project, how)
    if known is None:
        return
    for name in asked_directly(file.facts):
        if name not in known and name in locked and name not in _TOOLS:
            span = _line(file, locked[name][0].line)
            reason = f"`{name}` is frozen as asked for by its input, which no longer asks for it"
            yield Disagreement(file.path, reason, Location(path=file.path, span=span), span)


def _line(file: RequirementsFile, line: int) -> Span | None:
    return next((item.span for item in file.facts.items if item.span.line == line), None)


def _asked(project: Project, how: Recipe) -> Iterator[Asked]:
    for path in how.inputs:
        if path.endswith("pyproject.toml"):
            yield from _of_project(project, path, how)
        for each, facts in _included(project, path, ()):
            for item in facts.items:
                if item.kind in ("requirement", "url") and item.name and not item.marker:
                    specifier = item.specifier if item.kind == "requirement" else ""
                    is_frozen = each.endswith(".txt") and item.is_pinned
                    location = Location(path=each, span=item.span)
                    yield Asked(item.name, item.text, specifier, location, is_frozen)


def _of_project(project: Project, path: str, how: Recipe) -> Iterator[Asked]:
    reader = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        document = reader.loads(project.text_at(path) or "")
    except (ValueError, RecursionError):
        return
    own = normal_name(text(table(document.get("project")), "name"))
    extras = {normal_name(extra) for extra in how.extras}
    for (role, group), requirements in asked_for(document).items():
        if role == "runtime" or (role == "extra" and (how.has_all_extras or group in extras)):
            for one in requirements:
                name = normal_name(one.name)
                if one.marker is None and not one.url and name != own:
                    location = Location(path=path, span=place_of(project, path, one.name))
                    yield Asked(name, str(one), str(one.specifier), location)


def _included(
    project: Project, path: str, above: tuple[str, ...]
) -> Iterator[tuple[str, RequirementFacts]]:
    """An input and the files that it includes with `-r`, whatever their names; each with its path."""
    is_other = path in above or path.endswith(_PROJECT)
    written = None if is_other else project.text_at(path)
    if written is None:
        return
    try:
        facts = read_requirements(written.encode())
    except Unreadable:
        return
    yield path, facts
    for item in facts.items:
        if item.kind == "include":
            yield from _included(project, _beside(path, item.url), (*above, path))


def _beside(path: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), other))


def _names(project: Project, how: Recipe) -> set[str] | None:
    """All names that the inputs ask for; None where some of them cannot be told."""
    names: set[str] = set()
    for path in how.inputs:
        files = dict(_included(project, path, ()))
        if not files:
            return None
        for each, facts in files.items():
            for item in facts.items:
                if item.kind == "include" and _beside(each, item.url) not in files:
                    return None
                if item.kind not in ("include", "constraint", "option"):
                    names.add(item.name)
    return None if "" in names else names
