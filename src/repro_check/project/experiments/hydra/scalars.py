"""The value of a YAML scalar as OmegaConf's loader makes it."""

from __future__ import annotations

from collections.abc import Callable

from repro_check.findings import Span
from repro_check.project.experiments.effective import Scalar
from repro_check.sources.config import Entry
from repro_check.text import pattern

_TRUE = frozenset({"yes", "true", "on"})
# PyYAML has OmegaConf's resolver for floats behind its own: `1e-4` is a number here, and text there
# (https://github.com/omry/omegaconf/issues/1).
_FLOAT = pattern(
    r"[-+]?[0-9]+(?:_[0-9]+)*\.[0-9_]*(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9]+(?:_[0-9]+)*[eE][-+]?[0-9]+"
    r"|\.[0-9]+(?:_[0-9]+)*(?:[eE][-+][0-9]+)?"
    r"|[-+]?[0-9]+(?:_[0-9]+)*(?::[0-5]?[0-9])+\.[0-9_]*"
)
# Python reads integers in quadratic time; no config means a longer one.
_LONGEST = 1_000


class UnreadableScalarError(ValueError):
    """The loader has no value for a scalar: a custom tag, or a tag that its text does not fit.

    Attributes:
        span: the place of the scalar, once it is known.
    """

    span: Span | None = None


def omegaconf_scalar(entry: Entry) -> Scalar:
    """The value of a scalar entry, by the loader of OmegaConf 2.3 (`omegaconf._utils.get_yaml_loader`).

    Raises:
        UnreadableScalarError: the safe loader would refuse it.
    """
    try:
        return _scalar(entry)
    except UnreadableScalarError as error:
        error.span = entry.span
        raise


def _scalar(entry: Entry) -> Scalar:
    tag, text = entry.tag, entry.text
    if tag == "str":
        is_number = not entry.is_quoted and text[:1] in "-+.0123456789" and _FLOAT.fullmatch(text)
        return _number(text, _float) if text and is_number else text
    if tag == "timestamp":
        return text
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() in _TRUE
    if tag == "int":
        return _number(text, _int)
    if tag == "float":
        return _number(text, _float)
    raise UnreadableScalarError(f"the tag !{tag.lstrip('!')} needs code to be read")


def _number(text: str, read: Callable[[str], int | float]) -> Scalar:
    if len(text) > _LONGEST:
        raise UnreadableScalarError(f"a number of {len(text):,} characters")
    try:
        return read(text)
    except ValueError as error:
        raise UnreadableScalarError(f"`{text}` is no number") from error


def _int(text: str) -> int:
    """An integer of YAML 1.1: binary, octal, decimal, hexadecimal or sexagesimal."""
    sign, digits = _signed(text.replace("_", ""))
    if ":" in digits:
        return sign * int(_sexagesimal(digits, int))
    if digits.startswith("0b"):
        return sign * int(digits, 2)
    if digits.startswith("0x"):
        return sign * int(digits, 16)
    if digits.startswith("0") and digits != "0":
        return sign * int(digits, 8)
    return sign * int(digits)


def _float(text: str) -> float:
    sign, digits = _signed(text.replace("_", "").lower())
    if digits == ".inf":
        return sign * float("inf")
    if digits == ".nan":
        return float("nan")
    if ":" in digits:
        return sign * _sexagesimal(digits, float)
    return sign * float(digits)


def _signed(text: str) -> tuple[int, str]:
    return (-1 if text.startswith("-") else 1), text[text[:1] in ("-", "+") :]


def _sexagesimal(digits: str, read: type[int | float]) -> float:
    value: float = 0
    for part in digits.split(":"):
        value = value * 60 + read(part)
    return value
