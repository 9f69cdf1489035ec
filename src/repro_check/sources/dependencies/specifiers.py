"""The versions that Poetry and conda allow, in the words of PEP 440.

What PEP 440 cannot say (`^1 || ^3`, conda's `1.7|1.9`) is "", which means any version: more is allowed
than was asked for, never less.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from repro_check.text import pattern

_LONGEST = 1000
_CLAUSE = pattern(r"(\^|~=|~|===?|!=|>=|<=|=|>|<)?\s*(v?\d[\w.*+!-]*)")
_BETWEEN = pattern(r"\s*,\s*|(?<=[\w*])\s+(?=[\^~=!<>])|(?<=[\w*])\s+(?=\d)")
_WILD = pattern(r"(?:\.\*)+$")


def poetry_specifier(text: str) -> str:
    """The versions of a constraint of Poetry.

    Its operators are told by https://python-poetry.org/docs/dependency-specification/.
    """
    return _translated(text, _poetry_clause)


def conda_specifier(text: str) -> str:
    """The versions of a conda match specification: `=1.2` allows all of 1.2.

    https://docs.conda.io/projects/conda-build/en/latest/resources/package-spec.html
    """
    return _translated(text, _conda_clause)


def is_exact(specifier: str) -> bool:
    """Whether a specifier allows one version alone (but for its local part)."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        each = list(SpecifierSet(specifier))
    except InvalidSpecifier:
        return False
    return any(one.operator in {"==", "==="} and not one.version.endswith(".*") for one in each)


def python_marker(specifier: str) -> str:
    """The environment marker of some versions of Python; "" for all."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        each = sorted(SpecifierSet(specifier), key=str)
    except InvalidSpecifier:
        return ""
    return " and ".join(
        f'python_{"full_" if one.version.count(".") > 1 and "*" not in one.version else ""}version '
        f'{one.operator} "{one.version}"'
        for one in each
    )


def _translated(text: str, clause: Callable[[str, str], str]) -> str:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    text = text.strip()
    if not text or len(text) > _LONGEST or "|" in text:
        return ""
    made: list[str] = []
    for part in _BETWEEN.split(text):
        word = part.strip()
        if word in {"", "*", "=*", "==*"}:
            continue
        found = _CLAUSE.fullmatch(word)
        one = clause(found[1] or "", found[2].removeprefix("v")) if found else ""
        if not one:
            return ""
        made.append(one)
    specifier = ",".join(made)
    try:
        SpecifierSet(specifier)
    except InvalidSpecifier:
        return ""
    return specifier


def _poetry_clause(operator: str, version: str) -> str:
    wild = _WILD.search(version)
    plain = version[: wild.start()] if wild else version
    if operator in {"^", "~"} or (operator == "~=" and "." not in plain):
        return _range(operator[:1], plain)
    if wild:
        sign = {"": "==", "=": "=="}.get(operator, operator)
        # what is compared by size has no wildcard
        return f"{sign}{plain}.*" if sign in {"==", "!="} else f"{sign}{plain}"
    return f"{'==' if operator in {'', '='} else operator}{version}"


def _range(operator: str, version: str) -> str:
    from packaging.version import InvalidVersion, Version

    try:
        least = Version(version)
    except InvalidVersion:
        return ""
    parts = list(least.release)
    if operator == "~":
        at = min(1, len(parts) - 1)
    else:
        at = next((index for index, part in enumerate(parts) if part), len(parts) - 1)
    upper = [*parts[:at], parts[at] + 1] + [0] * (len(parts) - at - 1)
    return f">={least.public},<{'.'.join(map(str, upper))}"


def _conda_clause(operator: str, version: str) -> str:
    if operator == "^":
        return ""
    is_wild = version.endswith("*")
    plain = re.sub(r"\.?\*$", "", version)
    if "*" in plain or not plain:
        return ""
    if operator in {"", "=="} and not is_wild:
        return f"=={plain}"
    if operator in {"", "=", "=="}:
        return f"=={plain}.*" if re.fullmatch(r"\d[\d.]*", plain) else f"=={plain}"
    if operator == "!=" and is_wild:
        return f"!={plain}.*"
    # what is compared by size has no wildcard
    return f"{operator}{plain}"
