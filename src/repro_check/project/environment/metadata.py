"""What installed distributions need, as their metadata on disk says; nothing is imported or run.

The form is https://packaging.python.org/en/latest/specifications/core-metadata/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path

from repro_check.sources.dependencies.locks.requires import split_requirements
from repro_check.sources.requirement_item import normal_name

_OWN = (".venv", "venv", "env")
_ACTIVE = ("VIRTUAL_ENV", "CONDA_PREFIX")
_LARGEST = 4_000_000
_FIELD = "Requires-Dist:"


def installed_requires(
    root: Path, variables: Mapping[str, str], wanted: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The names that installed distributions need on every platform, by normalised name.

    Args:
        root: of the repository, whose own virtual environments are looked at.
        variables: of the process; `VIRTUAL_ENV` and `CONDA_PREFIX` name environments as well.
        wanted: the version that is asked about of each name; others are not read.
    """
    found: dict[str, tuple[str, ...]] = {}
    for prefix in _prefixes(root, variables):
        for place in _distributions(prefix):
            name, _, version = place.name.removesuffix(".dist-info").partition("-")
            name = normal_name(name)
            if name not in found and wanted.get(name) == version:
                requires, conditional = split_requirements(_required(place / "METADATA"))
                found[name] = tuple(one for one in requires if one not in conditional)
    return found


def _prefixes(root: Path, variables: Mapping[str, str]) -> Iterator[Path]:
    # a link may lead out of the repository
    yield from (root / name for name in _OWN if not (root / name).is_symlink())
    yield from (Path(variables[name]) for name in _ACTIVE if variables.get(name))


def _distributions(prefix: Path) -> Iterator[Path]:
    try:
        yield from sorted(
            [
                *prefix.glob("lib/python3*/site-packages/*.dist-info"),
                *prefix.glob("Lib/site-packages/*.dist-info"),
            ]
        )
    except OSError:
        return


def _required(path: Path) -> Iterator[str]:
    try:
        if path.stat().st_size > _LARGEST:
            return
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in takewhile(str.strip, text.splitlines()):
        if line.startswith(_FIELD):
            yield line.removeprefix(_FIELD).strip()
