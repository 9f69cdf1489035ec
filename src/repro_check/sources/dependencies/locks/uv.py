"""uv.lock, and the lock of a script (`train.py.lock`).

The form is told by https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile and by uv's
crates/uv-resolver/src/lock/mod.rs.
"""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.sources.dependencies.locks import values
from repro_check.sources.dependencies.locks.toml_lock import (
    Places,
    hashes_in,
    header_lines,
    load_toml,
)
from repro_check.sources.dependencies.locks.values import Table
from repro_check.sources.dependencies.model import Declared, Locked, LockFacts, Origin, Role
from repro_check.sources.requirement_item import normal_name
from repro_check.text import pattern

_EXTRA = pattern(r"(?:^| and )extra == '([^']+)'$")
_NEEDS = ("dependencies", "optional-dependencies", "dev-dependencies")
_ORIGINS: tuple[tuple[str, Origin], ...] = (
    ("registry", "index"),
    ("git", "vcs"),
    ("url", "url"),
    ("path", "path"),
    ("directory", "path"),
    ("editable", "path"),
    ("virtual", "path"),
)


def read_uv(text: str) -> LockFacts:
    """Facts of a uv.lock.

    `requested` is what the project at the root of the workspace (or the script) asked for.

    Raises:
        Unreadable: no TOML.
    """
    document = load_toml(text)
    packages = list(values.tables(document.get("package")))
    lines = header_lines(text, "package", len(packages))
    manifest = values.table(document.get("manifest"))
    root: dict[str, object] = next(filter(_is_root, packages), {})
    metadata = values.table(root.get("metadata"))
    line = lines[packages.index(root)] if root else 1
    places, above = Places(text, line, after="[package.metadata]"), Places(text, 1)
    return LockFacts(
        tool="uv",
        packages=tuple(_package(one, at) for one, at in zip(packages, lines, strict=True)),
        python=values.text(document, "requires-python"),
        requested=values.unique(
            [
                *_requested(metadata.get("requires-dist"), "runtime", "", places),
                *_groups(metadata.get("requires-dev"), places),
                *_requested(manifest.get("requirements"), "runtime", "", above),
                *_groups(manifest.get("dependency-groups"), above),
            ]
        ),
        # what asks for nothing has no metadata, and the first versions of uv wrote none
        knows_requested=bool(manifest.get("requirements") or metadata or root)
        and (bool(metadata) or not any(root.get(key) for key in _NEEDS)),
    )


def _is_root(package: Table) -> bool:
    source = values.table(package.get("source"))
    return any(source.get(kind) == "." for kind in ("editable", "virtual", "directory"))


def _package(package: Table, line: int) -> Locked:
    origin, url = _origin(values.table(package.get("source")))
    needed = list(values.named(package.get("dependencies")))
    always = {normal_name(values.text(one, "name")) for one in needed if not one.get("marker")}
    requires = values.names(values.text(one, "name") for one in needed)
    return Locked(
        name=normal_name(values.text(package, "name")),
        version=values.text(package, "version"),
        line=line,
        marker=values.either(values.words(package.get("resolution-markers"))),
        origin=origin,
        url=url,
        hashes=hashes_in(package.get("sdist")) + hashes_in(package.get("wheels")),
        requires=requires,
        conditional=tuple(name for name in requires if name not in always),
    )


def _origin(source: Table) -> tuple[Origin, str]:
    for kind, origin in _ORIGINS:
        url = values.text(source, kind)
        if not url:
            continue
        if origin == "vcs":
            place, _, commit = url.partition("#")
            return origin, f"{place.partition('?')[0]}@{commit}" if commit else place
        return origin, "" if url == values.PYPI else url
    return "index", ""


def _groups(table: object, place: Places) -> Iterator[Declared]:
    for group, requirements in values.table(table).items():
        yield from _requested(requirements, "group", group, place)


def _requested(listed: object, role: Role, group: str, place: Places) -> Iterator[Declared]:
    for one in values.named(listed):
        written = values.text(one, "name")
        marker = values.text(one, "marker")
        extra = _EXTRA.search(marker) if role == "runtime" else None
        origin, url = _origin(one)
        specifier = values.text(one, "specifier")
        yield Declared(
            name=normal_name(written),
            text=f"{written}{specifier}",
            span=place.of(written),
            specifier=specifier,
            marker=marker[: extra.start()] if extra else marker,
            extras=values.words(one.get("extras")),
            role="extra" if extra else role,
            group=extra[1] if extra else group,
            origin=origin,
            url=url,
            is_pinned=specifier.startswith("==") and not specifier.endswith("*"),
        )
