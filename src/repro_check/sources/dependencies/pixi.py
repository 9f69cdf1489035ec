"""What pixi's manifest declares, in `pixi.toml` or `[tool.pixi]`.

https://pixi.sh/latest/reference/pixi_manifest/
"""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.sources.config import ConfigFacts
from repro_check.sources.dependencies.conda_names import pypi_name
from repro_check.sources.dependencies.model import Declared, ManifestFacts, Role
from repro_check.sources.dependencies.sources import located
from repro_check.sources.dependencies.specifiers import conda_specifier, is_exact
from repro_check.sources.dependencies.tree import Node, tree
from repro_check.sources.requirement_item import normal_name

_TABLES: tuple[tuple[str, bool], ...] = (
    ("dependencies", False),
    ("host-dependencies", True),
    ("build-dependencies", True),
)
_PLATFORMS = {"linux": "linux", "osx": "darwin", "win": "win32", "unix": ""}


def read_pixi_toml(facts: ConfigFacts) -> ManifestFacts:
    """What a `pixi.toml` declares."""
    return read_pixi(tree(facts))


def read_pixi(top: Node) -> ManifestFacts:
    """What a pixi manifest declares, each feature a group; Python itself is its `python`."""
    declared = [*_feature(top, "")]
    for name, feature in top.at("feature").named():
        declared += _feature(feature, name)
    python = next((one for one in declared if one.name == "python"), None)
    options = top.at("pypi-options")
    indexes = [options.at("index-url").text]
    indexes += [each.text for each in options.at("extra-index-urls").strings()]
    return ManifestFacts(
        tool="pixi",
        declared=tuple(
            sorted(
                (one for one in declared if one.name != "python"),
                key=lambda one: (one.span.line, one.span.column),
            )
        ),
        python=python.specifier if python else "",
        python_span=python.span if python else None,
        indexes=tuple(filter(None, indexes)),
    )


def _feature(table: Node, group: str) -> Iterator[Declared]:
    yield from _of_platform(table, group, "")
    for platform, given in table.at("target").named():
        system = _PLATFORMS.get(platform.partition("-")[0], "")
        yield from _of_platform(given, group, f"sys_platform == '{system}'" if system else "")


def _of_platform(table: Node, group: str, marker: str) -> Iterator[Declared]:
    role: Role = "group" if group else "runtime"
    for key, is_build in _TABLES:
        for name, given in table.at(key).named():
            yield _conda(name, given, "build" if is_build else role, group, marker)
    for name, given in table.at("pypi-dependencies").named():
        yield _pypi(name, given, role, group, marker)


def _conda(name: str, given: Node, role: Role, group: str, marker: str) -> Declared:
    version = (given.text or given.at("version").text).strip()
    specifier = conda_specifier(version)
    place = located(given)
    return Declared(
        name=pypi_name(name),
        text=f"{name} {version}".strip(),
        span=given.span,
        specifier=specifier,
        marker=marker,
        role=role,
        group=group,
        origin=place.origin if place else "conda",
        url=place.url if place else "",
        is_pinned=place.is_fixed if place else bool(specifier) and is_exact(specifier),
    )


def _pypi(name: str, given: Node, role: Role, group: str, marker: str) -> Declared:
    version = (given.text or given.at("version").text).strip()
    place = located(given)
    specifier = "" if version in {"", "*"} else version
    return Declared(
        name=normal_name(name),
        text=f"{name} {version}".strip(),
        span=given.span,
        specifier=specifier,
        marker=marker,
        extras=tuple(each.text for each in given.at("extras").strings()),
        role=role,
        group=group,
        origin=place.origin if place else "index",
        url=place.url if place else "",
        is_pinned=place.is_fixed if place else bool(specifier) and is_exact(specifier),
    )
