"""Interpolations in defaults lists: `- db_server: ${db}_${server}`."""

from __future__ import annotations

from repro_check.project.experiments.effective import is_index
from repro_check.text import pattern

_NAME = pattern(r"\$\{([^${}:]*)\}")
_LEGACY = pattern(r"\$\{defaults\.\d\.")
_ROUNDS = 10


class UnknownChoiceError(ValueError):
    """A resolver decides, which cannot be seen."""


def pick(text: str, known: dict[str, object], *, is_modern: bool) -> str | None:
    """The option that an interpolation chooses; None where it names nothing.

    Args:
        text: the interpolation.
        known: the choices of groups by their override keys, and `defaults` as a list.
        is_modern: whether version_base is 1.2 or later, where `${defaults.0.db}` is refused.

    Raises:
        UnknownChoiceError: the choice cannot be known.
    """
    if is_modern and _LEGACY.match(text):
        return None
    for _ in range(_ROUNDS):
        found = _NAME.search(text)
        if found is None:
            break
        value = _value(found[1].strip(), known)
        if value is None:
            return None
        text = text[: found.start()] + value + text[found.end() :]
    if "${" in text:
        raise UnknownChoiceError(text)
    return text


def _value(name: str, known: dict[str, object]) -> str | None:
    value: object = known.get(name.removeprefix("."))
    if name.startswith("defaults."):
        _, position, *rest = name.split(".")
        listed = known["defaults"]
        assert isinstance(listed, list)
        is_there = is_index(position) and int(position) < len(listed)
        value = listed[int(position)] if is_there else None
        if rest:
            value = value.get(".".join(rest)) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None
