"""The form of interpolations: `${a.b}`, `${.sibling}`, `${resolver:arguments}`, and text around them.

https://omegaconf.readthedocs.io/en/2.3_branch/grammar.html
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

_DEEPEST = 20


class InterpolationError(ValueError):
    """Text that OmegaConf refuses as an interpolation."""


class Reference(msgspec.Struct, frozen=True):
    """`${name}`: its name as pieces of text and inner interpolations."""

    parts: tuple[Part, ...]


class Resolver(msgspec.Struct, frozen=True):
    """`${name:arguments}`, the arguments as written."""

    name: str
    arguments: str


Part: TypeAlias = "str | Reference | Resolver"


def interpolation_parts(text: str) -> tuple[Part, ...]:
    """The pieces of a text that has interpolations.

    Raises:
        InterpolationError: one is not closed, or has no name.
    """
    found: list[Part] = []
    at = 0
    while at < len(text):
        start = text.find("${", at)
        if start < 0:
            found.append(text[at:])
            break
        plain = text[at:start]
        slashes = len(plain) - len(plain.rstrip("\\"))
        kept = plain[: len(plain) - slashes] + "\\" * (slashes // 2)
        if slashes % 2:
            found.append(kept + "${")
            at = start + 2
            continue
        if kept:
            found.append(kept)
        part, at = _inner(text, start + 2, 0)
        found.append(part)
    return tuple(found)


def _inner(text: str, at: int, depth: int) -> tuple[Part, int]:
    """The interpolation whose `${` ends before `at`, and where the text goes on."""
    if depth > _DEEPEST:
        raise InterpolationError(f"interpolations are nested more than {_DEEPEST} levels deep")
    parts: list[Part] = []
    start = at
    while at < len(text):
        if text.startswith("${", at):
            if at > start:
                parts.append(text[start:at])
            part, at = _inner(text, at + 2, depth + 1)
            parts.append(part)
            start = at
        elif text[at] == "}":
            if at > start:
                parts.append(text[start:at])
            if not any(not isinstance(part, str) or part.strip() for part in parts):
                raise InterpolationError("an interpolation has no name")
            return Reference(tuple(parts)), at + 1
        elif text[at] == ":":
            name = text[start:at].strip() if not parts else ""
            end = _closing(text, at + 1)
            return Resolver(name, text[at + 1 : end]), end + 1
        else:
            at += 1
    raise InterpolationError("an interpolation is not closed: `}` is missing")


def _closing(text: str, at: int) -> int:
    """The place of the brace that closes the arguments of a resolver."""
    depth, quote = 0, ""
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "{":
            depth += 1
        elif character == "}":
            if not depth:
                return at
            depth -= 1
        at += 1
    raise InterpolationError("an interpolation is not closed: `}` is missing")
