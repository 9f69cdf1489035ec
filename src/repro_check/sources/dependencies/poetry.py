"""What `[tool.poetry]` declares (https://python-poetry.org/docs/dependency-specification/)."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.sources.dependencies.locks.values import OLD_PYPI, PYPI
from repro_check.sources.dependencies.model import Declared, Role
from repro_check.sources.dependencies.sources import located
from repro_check.sources.dependencies.specifiers import is_exact, poetry_specifier, python_marker
from repro_check.sources.dependencies.tree import Node
from repro_check.sources.requirement_item import normal_name


def poetry_declared(poetry: Node) -> Iterator[Declared]:
    """The dependencies, those of groups and those of extras, in document order."""
    extras = {
        normal_name(each.text): extra
        for extra, names in poetry.at("extras").named()
        for each in names.strings()
    }
    for name, given in poetry.at("dependencies").named():
        if normal_name(name) != "python":
            yield from _of_name(name, given, "runtime", "", extras)
    for name, given in poetry.at("dev-dependencies").named():
        yield from _of_name(name, given, "group", "dev", {})
    for group, table in poetry.at("group").named():
        for name, given in table.at("dependencies").named():
            yield from _of_name(name, given, "group", group, {})


def poetry_python(poetry: Node) -> Node:
    """Where Poetry's constraint on Python stands."""
    return poetry.at("dependencies", "python")


def poetry_indexes(tool: Node) -> tuple[str, ...]:
    """The package indexes that `[[tool.poetry.source]]` (or PDM's) names, but for PyPI."""
    urls = (each.at("url").text for each in tool.at("source").items())
    return tuple(url for url in urls if url and url.rstrip("/") not in {PYPI, OLD_PYPI})


def _of_name(
    name: str, given: Node, role: Role, group: str, extras: dict[str, str]
) -> Iterator[Declared]:
    """A dependency; a list gives it several constraints, each with its own marker."""
    for each in given.items() if given.kind == "list" else (given,):
        written = each.text or each.at("version").text
        specifier = poetry_specifier(written)
        place = located(each)
        is_extra = role == "runtime" and (
            normal_name(name) in extras or each.at("optional").is_true
        )
        yield Declared(
            name=normal_name(name),
            text=f"{name} {written}".strip(),
            span=each.span,
            specifier="" if place else specifier,
            marker=_marker(each),
            extras=tuple(extra.text for extra in each.at("extras").strings()),
            role="extra" if is_extra else role,
            group=extras.get(normal_name(name), "") if is_extra else group,
            origin=place.origin if place else "index",
            url=place.url if place else "",
            is_pinned=place.is_fixed if place else bool(specifier) and is_exact(specifier),
        )


def _marker(given: Node) -> str:
    parts = [given.at("markers").text]
    if given.at("python").text:
        parts.append(python_marker(poetry_specifier(given.at("python").text)))
    if given.at("platform").text:
        parts.append(f'sys_platform == "{given.at("platform").text}"')
    kept = [part for part in parts if part]
    return kept[0] if len(kept) == 1 else " and ".join(f"({part})" for part in kept)
