"""The versions that lock files decide: uv, Poetry, PDM, PEP 751, Pipenv, pixi and conda-lock."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.required import CONDA_NAMES, Requirement
from repro_check.sources.requirement_item import normal_name
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.project import Project

# a package's table begins with its name, and its version follows in one of the next lines
_TOML = re.compile(r'^name = "([\w.-]+)"\nversion = "([\w.+!]+)"', re.MULTILINE)
_YAML = pattern(r"^(?:- |  )(?:name: )(\S+)\n\s+version: ['\"]?([\w.+!]+)", re.MULTILINE)
_FILE = pattern(r"/([\w.-]+)-(\d[\w.!]*)-[\w.]+\.(?:conda|tar\.bz2)\b")


def locked_versions(project: Project) -> Iterator[Requirement]:
    """Every distribution that a lock file of the repository pins, as `==`."""
    for path in project.environment.locks:
        text = project.text_at(path) or ""
        for name, version in _pairs(posixpath.basename(path), text):
            plain = normal_name(name)
            # a local part (`+cu118`) says how it was built, not which release it is
            release = version.partition("+")[0]
            yield Requirement(CONDA_NAMES.get(plain, plain), f"=={release}", path)


def _pairs(name: str, text: str) -> Iterator[tuple[str, str]]:
    if name == "Pipfile.lock":
        yield from _of_pipenv(text)
    elif name.endswith((".yml", ".yaml")):
        yield from (match.groups() for match in _YAML.finditer(text))  # type: ignore[misc]
    elif name == "pixi.lock" or name.startswith("conda-"):
        yield from (match.groups() for match in _FILE.finditer(text))  # type: ignore[misc]
    else:
        yield from (match.groups() for match in _TOML.finditer(text))  # type: ignore[misc]


class _PipenvPackage(msgspec.Struct):
    version: str = ""


class _PipenvLock(msgspec.Struct):
    default: dict[str, _PipenvPackage] = {}


def _of_pipenv(text: str) -> Iterator[tuple[str, str]]:
    try:
        lock = msgspec.json.decode(text, type=_PipenvLock)
    except (msgspec.DecodeError, RecursionError):
        return
    for name, package in lock.default.items():
        if package.version.startswith("=="):
            yield name, package.version[2:]
