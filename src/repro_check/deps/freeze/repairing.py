"""Give versions to the requirements that `pip freeze` writes inside a conda environment.

conda installs from folders that it removes afterwards, and pip repeats them as `name @ file:///...`
(conda/conda#11580); nobody can install from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

import msgspec

from repro_check.deps.freeze.folder import Folder
from repro_check.sources.requirement_item import RequirementItem, normal_name
from repro_check.text import pattern

_WHEEL = pattern(
    r"(?P<name>[A-Za-z0-9_.]+)-(?P<version>\d[A-Za-z0-9.!+_]*)-(?:\d[\w.]*-)?"
    r"[\w.]+-[\w.]+-[\w.]+\.whl"
)
_ARCHIVE = pattern(
    r"(?P<name>[A-Za-z0-9_.-]+)-(?P<version>\d[A-Za-z0-9.!+_]*)\.(?:tar\.gz|tgz|zip|tar\.bz2)"
)
_DRIVE = pattern(r"/?[A-Za-z]:[\\/]")


class Repaired(msgspec.Struct, frozen=True):
    """A requirements file without places on one machine.

    Attributes:
        text: the file.
        versions: the version that was put for each distribution, and where it was found.
        unknown: names for which none was found; any version is taken for them.
    """

    text: str
    versions: Mapping[str, tuple[str, str]]
    unknown: tuple[str, ...]


class Known(msgspec.Struct, frozen=True):
    """Versions by normalised name, and where they come from: one place to look a version up."""

    label: str
    versions: Mapping[str, str]


def is_machine_file(item: RequirementItem, folder: Folder) -> bool:
    """Whether a requirement with a name is installed from a place outside of the repository."""
    if item.kind != "file" or not item.name:
        return False
    path = _path(item.url)
    return (path.startswith(("/", "~")) or bool(_DRIVE.match(path))) and not path.startswith(
        f"{folder.root}/"
    )


def version_in_url(item: RequirementItem) -> str:
    """The version in the name of a wheel or an archive at the end of a URL, "" if there is none."""
    last = _path(item.url).replace("\\", "/").rstrip("/").rpartition("/")[2]
    found = _WHEEL.fullmatch(last) or _ARCHIVE.fullmatch(last)
    return found["version"] if found and normal_name(found["name"]) == item.name else ""


def repair(
    text: str, items: tuple[RequirementItem, ...], folder: Folder, known: tuple[Known, ...]
) -> Repaired:
    """Replace each `name @ file:///...` by `name==version`.

    Args:
        text: a requirements file.
        items: what it holds.
        folder: the folder that it stands in.
        known: where to look for versions that no URL names, the best first.
    """
    lines = text.split("\n")
    versions: dict[str, tuple[str, str]] = {}
    unknown = []
    for item in items:
        if not is_machine_file(item, folder) or item.span.line != item.span.end_line:
            continue
        version, label = version_in_url(item), "its URL"
        for place in known if not version else ():
            if version := place.versions.get(item.name, ""):
                label = place.label
                break
        if version:
            versions[item.name] = version, label
        else:
            unknown.append(item.name)
        written = item.text.partition("@")[0].strip() if "@" in item.text else item.name
        marker = f" ; {item.marker}" if item.marker else ""
        new = f"{written}=={version}{marker}" if version else f"{written}{marker}"
        line = lines[item.span.line - 1]
        start, end = item.span.column - 1, item.span.end_column - 1
        lines[item.span.line - 1] = f"{line[:start]}{new}{line[end:]}"
    return Repaired("\n".join(lines), versions, tuple(unknown))


def _path(url: str) -> str:
    return unquote(url.partition("#")[0].removeprefix("file://").removeprefix("localhost"))
