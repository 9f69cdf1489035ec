"""poetry.lock, from Poetry 1.0 to 2.x.

The form is told by Poetry's src/poetry/packages/locker.py; before 1.3 the hashes stand in a table of
their own, and before 2.0 a package has a category or no group at all.
"""

from __future__ import annotations

from repro_check.sources.dependencies.locks import values
from repro_check.sources.dependencies.locks.toml_lock import hashes_in, header_lines, load_toml
from repro_check.sources.dependencies.locks.values import Table
from repro_check.sources.dependencies.model import Locked, LockFacts, Origin
from repro_check.sources.requirement_item import normal_name

_ORIGINS: dict[str, Origin] = {"git": "vcs", "url": "url", "file": "path", "directory": "path"}


def read_poetry(text: str) -> LockFacts:
    """Facts of a poetry.lock.

    Raises:
        Unreadable: no TOML.
    """
    document = load_toml(text)
    packages = list(values.tables(document.get("package")))
    lines = header_lines(text, "package", len(packages))
    metadata = values.table(document.get("metadata"))
    files = values.table(metadata.get("files") or metadata.get("hashes"))
    return LockFacts(
        tool="poetry",
        packages=tuple(
            _package(one, line, files) for one, line in zip(packages, lines, strict=True)
        ),
        python=values.text(metadata, "python-versions"),
        content_hash=values.text(metadata, "content-hash"),
    )


def _package(package: Table, line: int, files: Table) -> Locked:
    written = values.text(package, "name")
    dependencies = {
        name: one
        for name, one in values.table(package.get("dependencies")).items()
        if not _is_optional(one)
    }
    source = values.table(package.get("source"))
    origin = _ORIGINS.get(values.text(source, "type"), "index")
    url = values.text(source, "url")
    commit = values.text(source, "resolved_reference")
    artifacts = package.get("files", files.get(written))
    return Locked(
        name=normal_name(written),
        version=values.text(package, "version"),
        line=line,
        marker=_marker(package),
        origin=origin,
        url=f"{url}@{commit}" if origin == "vcs" and commit else url,
        # Poetry 1.0 lists bare hashes
        hashes=hashes_in(artifacts) + len(values.words(artifacts)),
        requires=values.names(dependencies),
        conditional=values.names(
            name for name, one in dependencies.items() if not _is_unconditional(one)
        ),
        groups=_groups(package),
    )


def _is_optional(dependency: object) -> bool:
    """Whether only an extra asks for it."""
    if isinstance(dependency, list):
        return all(_is_optional(one) for one in dependency)
    return isinstance(dependency, dict) and bool(dependency.get("optional"))


def _is_unconditional(dependency: object) -> bool:
    """Whether one of the ways in which a package is required has no marker."""
    if isinstance(dependency, list):
        return any(_is_unconditional(one) for one in dependency)
    if isinstance(dependency, dict):
        return not (dependency.get("markers") or dependency.get("python"))
    return isinstance(dependency, str)


def _marker(package: Table) -> str:
    markers = package.get("markers")
    if isinstance(markers, dict):
        groups = values.words(package.get("groups"))
        return values.either(values.text(markers, group) for group in groups or markers)
    return values.text(package, "markers") or values.text(package, "marker")


def _groups(package: Table) -> tuple[str, ...]:
    return values.words(package.get("groups")) or tuple(
        filter(None, [values.text(package, "category")])
    )
