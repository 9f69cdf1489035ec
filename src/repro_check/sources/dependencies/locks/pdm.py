"""pdm.lock, of all versions of its form.

The form is told by PDM's src/pdm/formats and src/pdm/project/lockfile; before 4.4 the hashes stand in

"""

from __future__ import annotations

from repro_check.sources.dependencies.locks import values
from repro_check.sources.dependencies.locks.requires import split_requirements
from repro_check.sources.dependencies.locks.toml_lock import hashes_in, header_lines, load_toml
from repro_check.sources.dependencies.locks.values import Table
from repro_check.sources.dependencies.model import Locked, LockFacts, Origin
from repro_check.sources.requirement_item import normal_name

_ORIGINS: tuple[tuple[str, Origin], ...] = (("git", "vcs"), ("url", "url"), ("path", "path"))


def read_pdm(text: str) -> LockFacts:
    """Facts of a pdm.lock.

    A package with extras stands there twice, once without them, as in the file.

    Raises:
        Unreadable: no TOML.
    """
    document = load_toml(text)
    packages = list(values.tables(document.get("package")))
    lines = header_lines(text, "package", len(packages))
    metadata = values.table(document.get("metadata"))
    targets = values.tables(metadata.get("targets"))
    pythons = dict.fromkeys(values.text(target, "requires_python") for target in targets)
    files = values.table(metadata.get("files"))
    return LockFacts(
        tool="pdm",
        packages=tuple(
            _package(one, line, files) for one, line in zip(packages, lines, strict=True)
        ),
        python=next(iter(pythons)) if len(pythons) == 1 else "",
        content_hash=values.text(metadata, "content_hash"),
    )


def _package(package: Table, line: int, files: Table) -> Locked:
    written, version = values.text(package, "name"), values.text(package, "version")
    requires, conditional = split_requirements(values.words(package.get("dependencies")))
    kind, origin = next(
        ((kind, origin) for kind, origin in _ORIGINS if values.text(package, kind)), ("", None)
    )
    url, commit = values.text(package, kind), values.text(package, "revision")
    artifacts = package.get("files", files.get(f"{written} {version}"))
    groups = values.words(package.get("groups"))
    return Locked(
        name=normal_name(written),
        version=version,
        line=line,
        marker=values.text(package, "marker"),
        origin=origin or "index",
        url=f"{url}@{commit}" if origin == "vcs" and commit else url,
        hashes=hashes_in(artifacts),
        requires=requires,
        conditional=conditional,
        groups=tuple("main" if group == "default" else group for group in groups),
    )
