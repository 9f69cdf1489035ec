"""Which Python a container gets, as an exact version."""

from __future__ import annotations

import re

import msgspec

from repro_check.deps.container.pins import DISTRIBUTIONS, PYTHONS
from repro_check.text import pattern

_VERSION = pattern(r"3\.(\d+)(?:\.(\d+))?")
_EXACT = pattern(r"\s*(?:={2,3})?\s*3\.\d+(\.(\d+|\*))?\s*")
_BOUND = pattern(r"(>=|>|~=|\^|==|~)?\s*3\.(\d+)(?:\.(\d+|\*))?")


class PythonChoice(msgspec.Struct, frozen=True):
    """A version such as "3.11.9", and a sentence on why it is that one; "" if it is as declared."""

    version: str
    why: str = ""

    @property
    def minor(self) -> int:
        """The 11 of 3.11.9."""
        return int(self.version.split(".")[1])

    @property
    def image(self) -> str:
        """Its image on the newest Debian that has one."""
        _, minor, patch = map(int, self.version.split("."))
        for name, firsts in DISTRIBUTIONS:
            if patch >= firsts.get(minor, 0 if minor > max(firsts) else 1000):
                return f"python:{self.version}-slim-{name}"
        return f"python:{self.version}-slim-buster"


def choose_python(declared: str, locked: str, *, running: str) -> PythonChoice:
    """The Python of a container.

    Args:
        declared: by the repository; an exact version settles it.
        locked: the versions that the lock was made for (PEP 440), "" if it does not say.
        running: the version that this program runs with, where nothing else is known.

    Returns:
        What is declared, unless the lock was made for another minor version; else the oldest that the lock
        allows, for which it was certainly made.
    """
    one, other = (
        _VERSION.search(said) if _EXACT.fullmatch(said) else None for said in (declared, locked)
    )
    if one and other and one[1] != other[1]:
        chosen = _completed(int(other[1]), other[2])
        why = f"The lock was made for Python 3.{other[1]}, and the repository names {declared.strip()}"
        return PythonChoice(
            chosen.version, f"{why}: freeze with the one that your results came from."
        )
    for said in (declared, locked):
        found = _VERSION.search(said) if _EXACT.fullmatch(said) else None
        if found is not None:
            return _completed(int(found[1]), found[2])
    for said in (locked, declared):
        lower = [(int(found[2]), found[3]) for found in _BOUND.finditer(said) if _is_lower(found)]
        if lower:
            minor, _ = max(lower, key=lambda one: one[0])
            minor = max(minor, min(PYTHONS)[1])
            chosen = _completed(minor, None)
            why = f"Python {said.strip()} is asked for; this is the oldest such one"
            return PythonChoice(chosen.version, f"{why}: name the one that your results came from.")
    found = _VERSION.search(running)
    chosen = _completed(int(found[1]) if found else 11, None)
    return PythonChoice(
        chosen.version,
        "No file says which Python is meant: name the one that your results came from.",
    )


def _is_lower(found: re.Match[str]) -> bool:
    return found[1] in {">=", ">", "~=", "^", "==", "~"}


def _completed(minor: int, patch: str | None) -> PythonChoice:
    if patch is not None:
        return PythonChoice(f"3.{minor}.{patch}")
    known = PYTHONS.get((3, minor))
    if known is not None:
        return PythonChoice(known)
    return PythonChoice(
        f"3.{minor}.0",
        f"Of Python 3.{minor} no newer version is known here: see whether there is one.",
    )
