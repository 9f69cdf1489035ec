"""The versions that the files of a repository decide on, and which of these files belong together."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

import msgspec

from repro_check.findings import Location
from repro_check.project.environment import Lock, Manifest
from repro_check.project.environment.environment import is_recorded
from repro_check.project.environment.locks import COMPILED
from repro_check.project.project import Project
from repro_check.sources.dependencies.model import Declared
from repro_check.text import pattern

# of a folder with several files of one kind these are the environment, and the others alternatives
_CANONICAL = {
    "pip": pattern(r"requirements\.(txt|in)", re.IGNORECASE),
    "conda": pattern(r"(conda[-_.]?)?env(ironment)?\.ya?ml|conda\.ya?ml", re.IGNORECASE),
}
_PARTS = frozenset(
    {"requirements", "reqs", "docker", "containers", "envs", "environments", "conda", "env"}
)
# conda's package is another program, or counts its versions otherwise
_OTHER_IN_CONDA = frozenset(
    {"graphviz", "pyqt5", "protobuf", "lz4", "zstd", "xz", "snappy", "rdkit"}
)
_PACKAGING = frozenset({"setuptools", "pep621", "poetry", "pdm", "hatch", "uv"})


class Pin(msgspec.Struct, frozen=True):
    """What one file decides of one distribution.

    Attributes:
        name: normalised (PEP 503).
        version: the only one, without its local part; "" where a range is given.
        specifier: as PEP 440 has it.
        marker: the environment marker.
        is_prefix: whether the version may go on: conda's 1.21 is every 1.21.
    """

    name: str
    version: str
    specifier: str
    marker: str
    is_prefix: bool
    location: Location

    @property
    def shown(self) -> str:
        """The versions, for a message."""
        return self.version or self.specifier


class Source(msgspec.Struct, frozen=True):
    """A file that decides on versions.

    Attributes:
        kind: "pip", "conda", "packaging", "pipenv", "pixi", "container", "readme" or "lock".
        folder: whose environment it describes.
        is_canonical: whether it is the file that people take unless told otherwise.
    """

    path: str
    kind: str
    folder: str
    is_canonical: bool
    pins: tuple[Pin, ...]


def sources(project: Project) -> Iterator[Source]:
    """The files that decide on versions for the work itself."""
    environment = project.environment
    for manifest in environment.files:
        is_constraint = all(one.role == "constraint" for one in manifest.facts.declared)
        if manifest.is_runtime or (is_constraint and manifest.facts.declared):
            yield _of_manifest(manifest)
    for lock in environment.locks:
        if lock.tool not in {COMPILED, "conda"} and not lock.path.endswith(".py.lock"):
            yield _of_lock(lock)
    yield from _of_commands(project)


def folder_of(path: str) -> str:
    """The folder whose environment a file describes: `requirements/base.txt` is one of its parent."""
    folder = posixpath.dirname(path)
    while posixpath.basename(folder).lower() in _PARTS:
        folder = posixpath.dirname(folder)
    return folder


def disagree(one: Pin, other: Pin) -> bool:
    """Whether no version satisfies both; ranges alone never disagree."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    if one.marker != other.marker:
        return False
    try:
        if one.version and other.version:
            first, second = Version(one.version), Version(other.version)
            if one.is_prefix or other.is_prefix:
                count = min(len(first.release), len(second.release))
                return first.release[:count] != second.release[:count]
            return first != second
        exact, ranged = (one, other) if one.version else (other, one)
        if not exact.version or exact.is_prefix:
            return False
        return not SpecifierSet(ranged.specifier).contains(exact.version, prereleases=True)
    except (InvalidVersion, InvalidSpecifier):
        return False


def _of_manifest(manifest: Manifest) -> Source:
    tool = manifest.facts.tool
    kind = "packaging" if tool in _PACKAGING else tool
    form = _CANONICAL.get(kind)
    pins = (
        pin
        for one in manifest.facts.declared
        if one.role in {"runtime", "constraint"}
        for pin in _pin(one, Location(path=manifest.path, span=one.span), kind)
    )
    return Source(
        manifest.path,
        kind,
        folder_of(manifest.path),
        form is None or form.fullmatch(posixpath.basename(manifest.path)) is not None,
        tuple(pins),
    )


def _pin(one: Declared, location: Location, kind: str) -> Iterator[Pin]:
    if not one.name or one.origin not in {"index", "conda"}:
        return
    is_conda = one.origin == "conda"
    if is_conda and one.name in _OTHER_IN_CONDA:
        return
    version = _version(one.specifier) if is_recorded(one) else ""
    if version or (kind == "packaging" and one.specifier):
        yield Pin(one.name, version, one.specifier, one.marker, is_conda, location)


def _version(specifier: str) -> str:
    for clause in specifier.split(","):
        found = re.fullmatch(r"\s*={2,3}\s*([^*\s]+?)(?:\.\*)?\s*", clause)
        if found:
            return found[1].partition("+")[0]
    return ""


def _of_lock(lock: Lock) -> Source:
    found: dict[str, set[str]] = {}
    lines: dict[str, int] = {}
    for package in lock.facts.packages:
        found.setdefault(package.name, set()).add(package.version.partition("+")[0])
        lines.setdefault(package.name, package.line)
    from repro_check.findings import Span

    pins = (
        Pin(
            name,
            (version := next(iter(versions))),
            f"=={version}",
            "",
            lock.tool in {"pixi", "conda-lock"},
            Location(path=lock.path, span=Span(lines[name], 1, lines[name], 1)),
        )
        for name, versions in found.items()
        if len(versions) == 1 and "" not in versions
    )
    return Source(lock.path, "lock", folder_of(lock.path), is_canonical=True, pins=tuple(pins))


def _of_commands(project: Project) -> Iterator[Source]:
    """Dockerfiles that are called so, and READMEs; of several versions in one file none counts."""
    found: dict[str, list[Pin]] = {}
    kinds: dict[str, str] = {}
    for command in project.installs.commands:
        name = posixpath.basename(command.path).lower()
        kind = {"dockerfile": "container", "readme.md": "readme"}.get(name, "")
        if not kind or not command.is_product:
            continue
        kinds[command.path] = kind
        for one in command.install.declared:
            found.setdefault(command.path, []).extend(_pin(one, command.location(one.span), kind))
    for path, pins in found.items():
        yield Source(path, kinds[path], folder_of(path), True, tuple(_single(pins)))


def _single(pins: Iterable[Pin]) -> Iterator[Pin]:
    by_name: dict[str, list[Pin]] = {}
    for pin in pins:
        by_name.setdefault(pin.name, []).append(pin)
    for same in by_name.values():
        if len({pin.version for pin in same}) == 1:
            yield same[0]
