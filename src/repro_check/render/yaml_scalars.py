"""Scalars and keys as YAML that every loader reads back as the same value.

YAML 1.1, YAML 1.2 and OmegaConf disagree on `on`, `1e-4` and `0o7`; what one of them would take for
another type is quoted.
"""

from __future__ import annotations

import math

from repro_check.project.experiments.effective import Value
from repro_check.render.visible import glyph, visible
from repro_check.text import pattern

MISSING = "???"
COMPUTED = "<computed>"
"""Stands for a value that only a run can tell."""
OPEN = "<open>"
"""Stands for a value that a command leaves open, by a sweep or a placeholder."""

# of printable ASCII; `: ` would make a key of it, ` #` a comment
_PLAIN = pattern(r"(?:\.{1,2}/|[A-Za-z_/$])(?:[!-\"$-9;-~]|:(?=[!-~])|[ ](?=[!-\"$-~]))*")
_PLAIN_IN_FLOW = pattern(r"[A-Za-z_/$][\w./=+@\-]*", 16)
_WORDS = frozenset("y n yes no on off true false null none nan inf".split())
_LONGEST_PLAIN = 4000


def scalar(value: Value, *, in_flow: bool = False) -> str:
    """A leaf on one line.

    Args:
        value: the leaf.
        in_flow: whether it stands inside `[ ]`.
    """
    if value.kind != "scalar":
        return "{}" if value.kind == "map" else "[]"
    if value.is_missing and value.value in {None, MISSING}:
        return MISSING
    if value.value is None:
        return "null" if value.is_known else OPEN if value.note else COMPUTED
    if isinstance(value.value, bool):
        return "true" if value.value else "false"
    if isinstance(value.value, float):
        return _float(value.value)
    if isinstance(value.value, int):
        return str(value.value)
    return text(value.value, in_flow=in_flow)


def text(words: str, *, in_flow: bool = False) -> str:
    """A text or a key, quoted where it would not be read as that text."""
    plain = _PLAIN_IN_FLOW if in_flow else _PLAIN
    is_safe = len(words) <= _LONGEST_PLAIN and "##[" not in words
    if is_safe and plain.fullmatch(words) and words.lower() not in _WORDS:
        return words
    if is_safe and visible(words) == words:
        return "'" + words.replace("'", "''") + "'"
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("##[", "\\x23#[")
    return '"' + "".join(map(glyph, escaped)) + '"'


def _float(number: float) -> str:
    if math.isnan(number):
        return ".nan"
    if math.isinf(number):
        return ".inf" if number > 0 else "-.inf"
    digits, exponent, power = repr(number).partition("e")
    # PyYAML reads `1e-05` as a text: it asks for a point and for the sign of the power
    point = "" if "." in digits else ".0"
    sign = "" if power[:1] in {"", "-", "+"} else "+"
    return f"{digits}{point}{exponent}{sign}{power}"
