"""What is installed beside a repository, as its files on disk say; nothing is imported or run.

Every installed distribution lists its modules in `top_level.txt` or its files in `RECORD`
(packaging.python.org, "Recording installed projects").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from repro_check.sources.requirement_item import normal_name

_OWN = (".venv", "venv", "env")
_VARIABLES = ("VIRTUAL_ENV", "CONDA_PREFIX")
_MOST = 3_000
_LARGEST = 4_000_000
# these folders many distributions leave behind by accident
_ACCIDENTS = frozenset(
    "tests test testing src docs doc examples example utils scripts benchmarks tools data config lib "
    "model models bin __pycache__".split()
)


class Installed:
    """The distributions of the environments that a repository has, or that are active.

    Args:
        root: the repository.
        environment: variables of the process: `VIRTUAL_ENV` and `CONDA_PREFIX` name environments.
    """

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._environment = environment
        self._known: dict[str, list[str]] | None = None

    def find(self, module: str) -> tuple[str, ...]:
        """The normalised names of the distributions that ship a top-level module."""
        if self._known is None:
            self._known = {}
            for folder in self._folders():
                for name, modules in _distributions(folder):
                    for each in modules - _ACCIDENTS:
                        self._known.setdefault(each, []).append(name)
        return tuple(dict.fromkeys(self._known.get(module, ())))

    def _folders(self) -> Iterator[Path]:
        prefixes = [self._root / name for name in _OWN]
        prefixes += [
            Path(self._environment[name]) for name in _VARIABLES if self._environment.get(name)
        ]
        for prefix in prefixes:
            yield from _site_packages(prefix)


def _site_packages(prefix: Path) -> list[Path]:
    try:
        return [
            *sorted(prefix.glob("lib/python3*/site-packages")),
            *prefix.glob("Lib/site-packages"),
        ]
    except OSError:
        return []


def _distributions(folder: Path) -> Iterator[tuple[str, set[str]]]:
    try:
        places = sorted(folder.glob("*.dist-info"))[:_MOST]
    except OSError:
        return
    for place in places:
        name = normal_name(place.name.removesuffix(".dist-info").partition("-")[0])
        top = _text(place / "top_level.txt")
        modules = set(top.split()) if top else set(_recorded(_text(place / "RECORD")))
        yield name, modules


def _recorded(record: str) -> Iterator[str]:
    """The modules whose files a RECORD names: `package/...` or `module.py`."""
    for line in record.splitlines():
        first, slash, _ = line.partition(",")[0].strip('"').partition("/")
        stem, _, suffix = first.partition(".")
        if stem.isidentifier() and (not suffix if slash else suffix in {"py", "so"}):
            yield stem


def _text(place: Path) -> str:
    try:
        if place.stat().st_size > _LARGEST:
            return ""
        return place.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
