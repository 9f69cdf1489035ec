"""Which minor versions of Python a specifier allows."""

from __future__ import annotations

from collections.abc import Iterable

MINORS = ("2.7", *(f"3.{minor}" for minor in range(3, 21)))
_MICROS = 30


def minors(specifier: str) -> frozenset[str]:
    """The minor versions of which a release is allowed; all where the specifier cannot be read.

    `==3.8.5` and `==3.8.10` are not told apart: bug-fix releases are not what environments disagree
    about.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        allowed = SpecifierSet(specifier)
    except InvalidSpecifier:
        return frozenset(MINORS)
    return frozenset(
        minor
        for minor in MINORS
        if any(allowed.contains(f"{minor}.{micro}") for micro in range(_MICROS))
    )


def spoken(versions: Iterable[str]) -> str:
    """Minor versions in words: `3.8`, `3.8 and 3.9`, `3.8 to 3.11`, `3.10 or later`."""
    found = [minor for minor in MINORS if minor in set(versions)]
    if not found:
        return "none"
    if found[-1] == MINORS[-1] and len(found) > 1:
        return f"{found[0]} or later"
    if len(found) > 2:
        return f"{found[0]} to {found[-1]}"
    return " and ".join(found)
