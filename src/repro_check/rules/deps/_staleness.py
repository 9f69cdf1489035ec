"""Which manifest a lock belongs to, and how the two differ."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Callable, Mapping
from importlib import import_module

from repro_check.deps.staleness import hashes
from repro_check.deps.staleness.model import Stale
from repro_check.deps.staleness.named import first_missing
from repro_check.deps.staleness.pixi import pixi_stale
from repro_check.deps.staleness.uv import uv_stale
from repro_check.findings import Span
from repro_check.project.project import Project
from repro_check.sources.dependencies.locks.values import table
from repro_check.sources.dependencies.model import LockFacts
from repro_check.sources.requirement_item import normal_name
from repro_check.text import pattern

Table = Mapping[str, object]

_MANIFESTS = {
    "uv": ("pyproject.toml",),
    "poetry": ("pyproject.toml",),
    "pdm": ("pyproject.toml",),
    "pipenv": ("Pipfile",),
    "pixi": ("pixi.toml", "pyproject.toml"),
}
_DIGEST = pattern(r"[0-9a-f]{64}")
_ASKING = frozenset(
    {"dependencies", "optional-dependencies", "dependency-groups", "dev-dependencies"}
    | {"pypi-dependencies", "host-dependencies"}
)
_PIPFILE = frozenset({"packages", "dev-packages"})


def manifest_of(project: Project, path: str, tool: str) -> str:
    """The path of the manifest beside a lock, "" if there is none."""
    folder = posixpath.dirname(path)
    beside = (posixpath.join(folder, name) for name in _MANIFESTS.get(tool, ()))
    return next((one for one in beside if one in project.tree), "")


def staleness(lock: LockFacts, text: str) -> Stale | None:
    """How a lock differs from the text of its manifest; None if it does not, or nobody can tell."""
    reader = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        manifest: Table = reader.loads(text)
    except (ValueError, RecursionError):
        return None
    tell = _TOOLS.get(lock.tool)
    return tell(lock, manifest) if tell else None


def place_of(project: Project, path: str, name: str, group: str = "") -> Span | None:
    """The place in a manifest that asks for a name, else of the first thing that it asks for.

    Args:
        project: which has the manifest.
        path: of the manifest.
        name: of a distribution, or of a key ("requires-python").
        group: the extra or the group that asks, normalised.
    """
    config = project.configs.get(path)
    if config is None:
        return None
    asking = _PIPFILE if path.endswith("Pipfile") else _ASKING
    first: Span | None = None
    written = name.lower()
    for entry in config.facts.entries:
        last = entry.keys[-1] if entry.keys else ""
        if written and str(last).lower() == written and entry.key_span:
            return entry.key_span
        is_asking = entry.kind == "scalar" and not asking.isdisjoint(entry.keys)
        if not is_asking or (group and group not in map(normal_name, map(str, entry.keys))):
            continue
        first = first or (entry.span if isinstance(last, int) else entry.key_span)
        if written and isinstance(last, int) and _asks(entry.text, written):
            return entry.span
    return first


def _asks(text: str, name: str) -> bool:
    head = text.lower()[: len(name) + 1]
    return head.startswith(name) and not (head[len(name) :].isalnum() or head[-1] in "-_")


def _poetry(lock: LockFacts, manifest: Table) -> Stale | None:
    settings = table(table(manifest.get("tool")).get("poetry"))
    if not settings and "project" not in manifest:
        return None
    return _by_digest(lock, manifest, hashes.poetry_digests(manifest), lock.content_hash)


def _pdm(lock: LockFacts, manifest: Table) -> Stale | None:
    settings = table(table(manifest.get("tool")).get("pdm"))
    if "workspace" in settings or "project" not in manifest:
        return None
    digest = lock.content_hash.removeprefix("sha256:")
    return _by_digest(lock, manifest, hashes.pdm_digests(manifest), digest)


def _pipenv(lock: LockFacts, manifest: Table) -> Stale | None:
    if not hashes.names_its_sources(manifest):
        return None
    return _by_digest(lock, manifest, hashes.pipenv_digests(manifest), lock.content_hash)


def _by_digest(
    lock: LockFacts, manifest: Table, digests: frozenset[str], digest: str
) -> Stale | None:
    if not digests or not _DIGEST.fullmatch(digest) or digest in digests:
        return None
    missing = first_missing(lock, manifest)
    return missing or Stale(reason="what is asked for was changed after it was locked")


_TOOLS: dict[str, Callable[[LockFacts, Table], Stale | None]] = {
    "uv": uv_stale,
    "poetry": _poetry,
    "pdm": _pdm,
    "pipenv": _pipenv,
    "pixi": pixi_stale,
}
