"""Variables in the words of a Dockerfile.

The forms are those of the builder (https://docs.docker.com/reference/dockerfile/#environment-replacement):
`$name`, `${name}`, `${name:-word}`, `${name-word}`, `${name:+word}` and `${name+word}`.
"""

from __future__ import annotations

from collections.abc import Mapping

from repro_check.text import pattern

_VARIABLE = pattern(r"\\\$|\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^{}]*))?\})")
_LONGEST = 1 << 16


def variables_in(text: str) -> tuple[str, ...]:
    """The names of the variables in a text, in order."""
    return tuple(
        name for found in _VARIABLE.finditer(text) if (name := found[1] or found[2]) is not None
    )


def expanded(text: str, values: Mapping[str, str | None]) -> str | None:
    """The text with its variables replaced; None if one has no value, or a form is not known.

    Args:
        text: a word of the file.
        values: by name; None and a missing name are variables without a value.
    """
    parts: list[str] = []
    last = length = 0
    for found in _VARIABLE.finditer(text):
        parts.append(text[last : found.start()])
        last = found.end()
        name = found[1] or found[2]
        if name is None:
            parts.append("$")
            continue
        value, operator, word = values.get(name), found[3] or "", found[4] or ""
        is_set = value is not None and not (operator.startswith(":") and not value)
        if operator.endswith("+"):
            value = word if is_set else ""
        elif operator and not is_set:
            value = word
        if value is None or "$" in value:
            return None
        parts.append(value)
        length += len(value)
        if length > _LONGEST:
            return None  # each variable may double the one before
    parts.append(text[last:])
    made = "".join(parts)
    return None if "${" in made else made
