"""What a Pipfile declares (https://pipenv.pypa.io/en/stable/pipfile.html)."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.sources.config import ConfigFacts
from repro_check.sources.dependencies.locks.values import PYPI
from repro_check.sources.dependencies.model import Declared, ManifestFacts, Role
from repro_check.sources.dependencies.sources import located
from repro_check.sources.dependencies.specifiers import is_exact
from repro_check.sources.dependencies.tree import Node, tree
from repro_check.sources.requirement_item import normal_name

_NO_CATEGORIES = frozenset({"source", "requires", "scripts", "pipenv", "pipfile"})
# markers that a table may spell as keys of their own (PEP 508)
_MARKERS = (
    *("sys_platform", "platform_system", "platform_machine", "os_name", "python_version"),
    *("python_full_version", "implementation_name", "platform_python_implementation"),
)


def read_pipfile(facts: ConfigFacts) -> ManifestFacts:
    """What a Pipfile declares; `[dev-packages]` is the group "dev", other categories are groups."""
    top = tree(facts)
    declared: list[Declared] = []
    for category, packages in top.named():
        if category not in _NO_CATEGORIES:
            role: Role = "runtime" if category == "packages" else "group"
            group = {"packages": "", "dev-packages": "dev"}.get(category, category)
            declared.extend(_packages(packages, role, group))
    requires = top.at("requires")
    full, short = requires.at("python_full_version"), requires.at("python_version")
    python = f"=={full.text}" if full.text else f"=={short.text}.*" if short.text else ""
    indexes = (source.at("url").text for source in top.at("source").items())
    return ManifestFacts(
        tool="pipenv",
        declared=tuple(declared),
        python="" if "*" in (full.text or short.text) else python,
        python_span=(full if full.text else short).span if python else None,
        indexes=tuple(url for url in indexes if url and url.rstrip("/") != PYPI),
    )


def _packages(packages: Node, role: Role, group: str) -> Iterator[Declared]:
    for name, given in packages.named():
        version = given.text or given.at("version").text
        specifier = "" if version.strip() in {"*", ""} else version.strip()
        if specifier and specifier[0].isdigit():
            specifier = f"=={specifier}"
        place = located(given)
        yield Declared(
            name=normal_name(name),
            text=f"{name} {version}".strip(),
            span=given.span,
            specifier=specifier,
            marker=_marker(given),
            extras=tuple(each.text for each in given.at("extras").strings()),
            role=role,
            group=group,
            origin=place.origin if place else "index",
            url=place.url if place else "",
            is_pinned=place.is_fixed if place else bool(specifier) and is_exact(specifier),
        )


def _marker(given: Node) -> str:
    each = [given.at("markers").text]
    each += [f"{name} {given.at(name).text}" for name in _MARKERS if given.at(name).text]
    return " and ".join(filter(None, each))
