"""pylock.toml and pylock.*.toml.

The form is told by PEP 751 (https://packaging.python.org/en/latest/specifications/pylock-toml/).
"""

from __future__ import annotations

from repro_check.sources.dependencies.locks import values
from repro_check.sources.dependencies.locks.toml_lock import hashes_in, header_lines, load_toml
from repro_check.sources.dependencies.locks.values import Table
from repro_check.sources.dependencies.model import Locked, LockFacts, Origin
from repro_check.sources.requirement_item import normal_name


def read_pylock(text: str) -> LockFacts:
    """Facts of a pylock.toml.

    Raises:
        Unreadable: no TOML.
    """
    document = load_toml(text)
    packages = list(values.tables(document.get("packages")))
    lines = header_lines(text, "packages", len(packages))
    return LockFacts(
        tool="pylock",
        packages=tuple(_package(one, line) for one, line in zip(packages, lines, strict=True)),
        python=values.text(document, "requires-python"),
    )


def _package(package: Table, line: int) -> Locked:
    origin, url = _origin(package)
    needed = values.names(
        values.text(one, "name") for one in values.named(package.get("dependencies"))
    )
    hashes = sum(hashes_in(package.get(kind)) for kind in ("sdist", "wheels", "archive"))
    return Locked(
        name=normal_name(values.text(package, "name")),
        version=values.text(package, "version"),
        line=line,
        marker=values.text(package, "marker"),
        origin=origin,
        url=url,
        hashes=hashes,
        requires=needed,
        # the entry that a dependency points at carries the marker, which may be of another one
        conditional=needed,
    )


def _origin(package: Table) -> tuple[Origin, str]:
    vcs, directory, archive = (
        values.table(package.get(kind)) for kind in ("vcs", "directory", "archive")
    )
    if vcs:
        place = values.text(vcs, "url") or values.text(vcs, "path")
        commit = values.text(vcs, "commit-id")
        return "vcs", f"{place}@{commit}" if commit else place
    if directory:
        return "path", values.text(directory, "path")
    if archive:
        url = values.text(archive, "url")
        return ("url", url) if url else ("path", values.text(archive, "path"))
    index = values.text(package, "index")
    return "index", "" if index.rstrip("/") == values.PYPI else index
