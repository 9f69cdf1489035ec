"""What frozen packages need, told by the other locks and by what is installed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import msgspec

from repro_check.findings import Location, Span
from repro_check.project.environment.metadata import installed_requires
from repro_check.project.project import Project
from repro_check.text import pattern

# conda's packages need other things than those of PyPI, and the rest do not say for certain
_TELLING = ("uv", "poetry", "pdm", "pixi", "conda-lock")
# these come with every environment, or pip-compile leaves them out
UNSAFE = frozenset({"pip", "setuptools", "wheel", "distribute"})
# a lock leaves a marker out where all that it is made for fulfil it, and so these look as if they
# were always needed
_OF_SOME = pattern(
    r"nvidia-.*|triton|pywin.*|colorama|appnope|greenlet|pexpect|backports-.*|.*-backport|standard-.*|"
    r"importlib-metadata|importlib-resources|typing-extensions|tomli|exceptiongroup|zipp|async-timeout|"
    r"dataclasses|contextvars|pkgutil-resolve-name|tzdata|audioop-lts|intel-.*|mkl|tbb|jaraco-.*"
)


class Need(msgspec.Struct, frozen=True):
    """What one frozen package needs everywhere, and where that is said (None: by what is installed)."""

    names: tuple[str, ...]
    source: Location | None = None


def needs_of(project: Project, frozen: Mapping[str, str], *, path: str) -> dict[str, Need]:
    """The needs that are known of frozen packages, by name.

    Args:
        project: whose locks are asked.
        frozen: the version of each name.
        path: of the file that freezes them, which is not asked itself.
    """
    found: dict[str, Need] = {}
    for lock in project.environment.locks:
        if lock.path == path or lock.tool not in _TELLING:
            continue
        for name, version in frozen.items():
            ones = [
                one
                for one in lock.packages(name)
                if one.version == version and one.origin != "conda"
            ]
            if ones and name not in found:
                # forks of one version may need different things
                names = set.intersection(*({*one.requires} - {*one.conditional} for one in ones))
                span = Span(ones[0].line, 1, ones[0].line, 1)
                found[name] = Need(tuple(sorted(names)), Location(path=lock.path, span=span))
    asked = {name: version for name, version in frozen.items() if name not in found}
    for name, needed in installed_requires(project.root, os.environ, asked).items():
        found[name] = Need(needed)
    return found


def missing_from(need: Need, names: Iterable[str]) -> list[str]:
    """The names that are needed and not there, in this or in another build (`-headless`, `-cpu`)."""
    known = set(names)
    return [
        one
        for one in need.names
        if one not in known
        and one not in UNSAFE
        and not _OF_SOME.fullmatch(one)
        and not any(each.startswith(f"{one}-") or one.startswith(f"{each}-") for each in known)
    ]
