"""What is installed in the environment that the results come from, read from the names of its files.

`NAME-VERSION.dist-info` is the form of the specification of installed projects
(packaging.python.org/specifications/recording-installed-packages); conda writes
`conda-meta/NAME-VERSION-BUILD.json`. Nothing is imported or run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from repro_check.sources.requirement_item import normal_name
from repro_check.text import pattern

_DIST = pattern(
    r"(?P<name>[A-Za-z0-9._-]+?)-(?P<version>\d[A-Za-z0-9.!+_]*)(?:-py\d[\d.]*)?\.(?:dist|egg)-info"
)
_CONDA = pattern(r"(?P<name>[A-Za-z0-9._-]+)-(?P<version>[^-]+)-[^-]+\.json")
_MOST = 20_000


class Installed(msgspec.Struct, frozen=True):
    """The distributions of one environment.

    Attributes:
        label: the environment, as people call it.
        versions: by normalised name.
    """

    label: str
    versions: Mapping[str, str]


def active_environment(folder: Path, root: Path, caller: Mapping[str, str]) -> Installed | None:
    """The environment that belongs to a folder; None if there is none.

    The active one ($VIRTUAL_ENV, $CONDA_PREFIX) comes first, then `.venv` and `venv` of the folder and of
    the repository.

    Args:
        folder: whose dependencies are frozen.
        root: the repository.
        caller: the user's environment variables.
    """
    named = [(name, caller.get(name, "")) for name in ("VIRTUAL_ENV", "CONDA_PREFIX")]
    places = [(f"${name}", Path(value)) for name, value in named if os.path.isabs(value)]
    for above in dict.fromkeys((folder, root)):
        places += [(name, above / name) for name in (".venv", "venv")]
    for label, place in places:
        if versions := dict(_versions(place)):
            return Installed(label, versions)
    return None


def _versions(prefix: Path) -> Iterator[tuple[str, str]]:
    """Of each distribution; what pip installed comes last and so counts."""
    for name in _names(prefix / "conda-meta"):
        if found := _CONDA.fullmatch(name):
            yield normal_name(found["name"]), found["version"]
    libraries = [f"lib/{name}" for name in _names(prefix / "lib") if name.startswith("python3")]
    for inner in (*libraries, "Lib"):
        for name in _names(prefix / inner / "site-packages"):
            if found := _DIST.fullmatch(name):
                yield normal_name(found["name"]), found["version"].replace("_", "+")


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))[:_MOST]
    except OSError:
        return []
