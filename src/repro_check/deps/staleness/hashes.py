"""The digests of a manifest that Poetry, PDM and Pipenv write into their locks.

A digest covers what decides the resolution and nothing else, so an edit of the description or of the
settings of other tools does not change it. Versions of a tool differ in what they cover; each digest
that one of them computes counts as fresh.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from repro_check.sources.dependencies.locks.values import OLD_PYPI, PYPI, items, table, tables, text
from repro_check.sources.requirement_item import normal_name

Table = Mapping[str, object]

_LEGACY = ("dependencies", "source", "extras", "dev-dependencies")
_PROJECT = ("requires-python", "dependencies", "optional-dependencies")
_PIPFILE = frozenset(
    {"source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv"}
)
_PYPI = (
    {"name": "pypi", "url": PYPI, "verify_ssl": True},
    {"url": OLD_PYPI, "verify_ssl": True},
)


def poetry_digests(pyproject: Table) -> frozenset[str]:
    """What Poetry 1.0 to 2.5 write as `content-hash` (`Locker._get_content_hash`)."""
    project = table(pyproject.get("project"))
    settings = table(table(pyproject.get("tool")).get("poetry"))
    asked = {key: project[key] for key in _PROJECT if key in project}
    groups = table(pyproject.get("dependency-groups"))
    return _digests(
        _of_poetry(settings, about)
        # before 2.0 [project] did not count, and before 2.2 [dependency-groups]
        for about in (
            {},
            {"project": asked} if asked else {},
            (
                {"project": asked, "dependency-groups": groups}
                if asked
                else {"dependency-groups": groups}
            ),
        )
    )


def _of_poetry(settings: Table, about: Mapping[str, object]) -> object:
    about = {key: value for key, value in about.items() if value}
    own = {
        key: settings.get(key)
        for key in (*_LEGACY, "group")
        if settings.get(key) is not None or (key in _LEGACY and not about)
    }
    return {**about, "tool": {"poetry": own}} if about else own


def pdm_digests(pyproject: Table) -> frozenset[str]:
    """What PDM 2.x writes as `content_hash`, without the `sha256:` (`PyProject.content_hash`)."""
    project = table(pyproject.get("project"))
    settings = table(table(pyproject.get("tool")).get("pdm"))
    resolution = table(settings.get("resolution"))
    own = table(settings.get("dev-dependencies"))
    groups: dict[str, list[object]] = {}
    for written in (table(pyproject.get("dependency-groups")), own):
        for group, listed in written.items():
            groups.setdefault(normal_name(group), []).extend(items(listed))
    return _digests(
        {
            "sources": settings.get("source", []),
            "dependencies": project.get("dependencies", []),
            "dev-dependencies": development,
            "optional-dependencies": project.get("optional-dependencies", {}),
            "requires-python": project.get("requires-python", ""),
            **resolved,
        }
        for development in (groups, own)
        # before 2.17 only the overrides counted
        for resolved in (
            {"resolution": resolution},
            {"overrides": resolution.get("overrides", {})},
        )
    )


def pipenv_digests(pipfile: Table) -> frozenset[str]:
    """What Pipenv writes as `_meta.hash.sha256` (plette's `Pipfile.get_hash`)."""
    sources = [pipfile["source"]] if "source" in pipfile else [[source] for source in _PYPI]
    own = {key: value for key, value in pipfile.items() if key not in _PIPFILE}
    return _digests(
        (
            {
                "_meta": {"sources": source, "requires": pipfile.get("requires", {})},
                "default": section(pipfile.get("packages", {})),
                "develop": section(pipfile.get("dev-packages", {})),
                **{key: section(value) for key, value in more.items()},
            }
            for source in sources
            for section in (lambda value: value, _normalised)
            for more in ({}, own)
        ),
        separators=(",", ":"),
    )


def names_its_sources(pipfile: Table) -> bool:
    """Whether the index of a Pipfile is written out; Pipenv puts in variables before it hashes."""
    return not any("$" in text(source, "url") for source in tables(pipfile.get("source")))


def _normalised(section: object) -> object:
    return {normal_name(name): value for name, value in table(section).items()}


def _digests(
    contents: Iterator[object], *, separators: tuple[str, str] = (", ", ": ")
) -> frozenset[str]:
    """The digests; none where a value has no place in JSON (a date), which no tool can hash."""
    try:
        return frozenset(
            hashlib.sha256(
                json.dumps(content, sort_keys=True, separators=separators).encode()
            ).hexdigest()
            for content in contents
        )
    except TypeError:
        return frozenset()
