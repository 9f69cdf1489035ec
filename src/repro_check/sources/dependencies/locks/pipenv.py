"""Pipfile.lock (https://pipenv.pypa.io/en/latest/pipfile.html)."""

from __future__ import annotations

import msgspec

from repro_check.sources.decoding import encodable
from repro_check.sources.dependencies.locks import values
from repro_check.sources.dependencies.locks.toml_lock import Places
from repro_check.sources.dependencies.locks.values import Table
from repro_check.sources.dependencies.model import Locked, LockFacts, Origin
from repro_check.sources.requirement_item import normal_name
from repro_check.sources.unreadable import Unreadable

_GROUPS = {"default": "main", "develop": "dev-packages"}


def read_pipenv(text: str) -> LockFacts:
    """Facts of a Pipfile.lock.

    Raises:
        Unreadable: no JSON.
    """
    try:
        document = values.table(msgspec.json.decode(encodable(text)))
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(f"is no JSON: {error}") from error
    meta = values.table(document.get("_meta"))
    places = Places(text, 1, form='"{}": {')
    python = values.table(meta.get("requires"))
    version = values.text(python, "python_version")
    full = values.text(python, "python_full_version")
    return LockFacts(
        tool="pipenv",
        packages=tuple(
            _package(name, values.table(package), group, places)
            for group, section in document.items()
            if group != "_meta"
            for name, package in values.table(section).items()
        ),
        python=f"=={full}" if full else f"=={version}.*" if version else "",
        content_hash=values.text(values.table(meta.get("hash")), "sha256"),
    )


def _package(name: str, package: Table, group: str, places: Places) -> Locked:
    origin, url = _origin(package)
    version = values.text(package, "version")
    return Locked(
        name=normal_name(name),
        version=version.lstrip("=").strip(),
        line=places.of(name).line,
        marker=values.text(package, "markers"),
        origin=origin,
        url=url,
        hashes=len(values.words(package.get("hashes"))),
        groups=(_GROUPS.get(group, group),),
    )


def _origin(package: Table) -> tuple[Origin, str]:
    for kind in ("git", "hg", "svn", "bzr"):
        url, commit = values.text(package, kind), values.text(package, "ref")
        if url:
            return "vcs", f"{url}@{commit}" if commit else url
    path, file = values.text(package, "path"), values.text(package, "file")
    if path or file.startswith((".", "/", "file:")):
        return "path", path or file
    return ("url", file) if file else ("index", "")
