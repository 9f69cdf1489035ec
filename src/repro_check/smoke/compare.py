"""Compares two outputs: shapes first, NaN never passes, integers exactly, the rest in tolerance.

The tolerance is `atol + rtol * max|expected|` over a whole array. An elementwise relative one, as
in `numpy.allclose`, fails on the same checkpoint with another instruction set (SSE4, AVX2,
AVX-512), where numbers near zero differ by 1e-3 of themselves and 1e-6 of the largest.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, TypeGuard

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")

LARGEST = 1 << 1000


class Difference(msgspec.Struct, frozen=True):
    """Where two outputs first differ, as one clause; `is_nan` if by a value that is no number."""

    clause: str
    is_nan: bool = False


class Tolerance(msgspec.Struct, frozen=True):
    """How far numbers may lie apart: relative to the largest expected magnitude, and absolutely.

    `word` introduces in a clause what was expected.
    """

    rtol: float
    atol: float
    word: str = "expected"


def difference(actual: object, expected: object, tolerance: Tolerance) -> Difference | None:
    """The first difference, or None if the outputs agree.

    Args:
        actual: nested lists, dictionaries, numbers, text, booleans or None.
        expected: the same.
        tolerance: for numbers, those inside text included.
    """
    return _compare(actual, expected, tolerance, "")


def find_nan(value: object, where: str = "") -> str | None:
    """The path of the first NaN in an output ("[0][3]"), "" if it is one, None if there is none."""
    if isinstance(value, float):
        return where if math.isnan(value) else None
    children: Iterator[tuple[str, object]] = iter(())
    if isinstance(value, dict):
        children = ((_key(where, key), item) for key, item in value.items())
    elif isinstance(value, list):
        children = ((f"{where}[{index}]", item) for index, item in enumerate(value))
    found = (find_nan(item, path) for path, item in children)
    return next((path for path in found if path is not None), None)


def _compare(a: object, e: object, tolerance: Tolerance, where: str) -> Difference | None:
    if isinstance(e, dict) and isinstance(a, dict):
        return _compare_keys(a, e, tolerance, where)
    shape, wanted = _shape(a), _shape(e)
    if shape is not None and wanted is not None:
        if shape != wanted:
            return Difference(f"{_the(where)} has the shape {shape}, {tolerance.word} {wanted}")
        return _compare_numbers(a, e, tolerance, where)
    if isinstance(e, list) and isinstance(a, list):
        if len(a) != len(e):
            return Difference(f"{_the(where)} has {len(a)} items, {tolerance.word} {len(e)}")
        found = (
            _compare(*pair, tolerance, f"{where}[{index}]")
            for index, pair in enumerate(zip(a, e, strict=True))
        )
        return next(filter(None, found), None)
    if isinstance(e, str) and isinstance(a, str):
        return _compare_text(a, e, tolerance, where)
    if type(a) is not type(e):
        return Difference(f"{_the(where)} is {_kind(a)}, {tolerance.word} {_kind(e)}")
    return (
        None if a == e else Difference(f"{_the(where)} is {_show(a)}, {tolerance.word} {_show(e)}")
    )


def _compare_keys(
    a: dict[str, object], e: dict[str, object], tolerance: Tolerance, where: str
) -> Difference | None:
    if missing := [key for key in e if key not in a]:
        return Difference(f"{_the(where)} has no {missing[0]!r}")
    if extra := [key for key in a if key not in e]:
        return Difference(f"{_the(where)} has {extra[0]!r}, which is not expected")
    found = (_compare(a[key], e[key], tolerance, _key(where, key)) for key in e)
    return next(filter(None, found), None)


def _compare_numbers(a: object, e: object, tolerance: Tolerance, where: str) -> Difference | None:
    """Two arrays of one shape; integers are labels, tokens or counts, and must be equal."""
    expected = [number for _, number in _leaves(e, where)]
    scale = max((abs(number) for number in expected if math.isfinite(number)), default=0.0)
    exact = all(isinstance(number, int) for number in expected)
    bound = tolerance.atol + tolerance.rtol * scale
    worst, count, first = 0.0, 0, ""
    for (place, actual), wanted in zip(_leaves(a, where), expected, strict=True):
        if math.isnan(actual) or math.isnan(wanted):
            return Difference(
                f"{_the(place)} is {actual!r}, {tolerance.word} {wanted!r}", is_nan=True
            )
        if actual == wanted:
            continue
        apart = abs(actual - wanted)
        limit = 0 if exact and isinstance(actual, int) else bound
        if not apart <= limit or math.isinf(apart):
            count += 1
            worst = max(worst, apart)
            first = first or f"{_the(place)} is {_show(actual)}, {tolerance.word} {_show(wanted)}"
    if not count:
        return None
    if len(expected) == 1:
        return Difference(first)
    allowed = "no difference" if exact else f"{bound:.3g}"
    return Difference(
        f"{first} ({count} of {len(expected)} numbers differ, by up to {worst:.3g}, allowed is "
        f"{allowed})"
    )


def _compare_text(a: str, e: str, tolerance: Tolerance, where: str) -> Difference | None:
    """Line by line: the words must be equal, the numbers between them close."""
    actual, expected = a.rstrip().splitlines(), e.rstrip().splitlines()
    for number, (mine, wanted) in enumerate(zip(actual, expected, strict=False), start=1):
        place = f"line {number} of {where or 'the text'}" if len(expected) > 1 else where
        same_words = NUMBER.sub("0", mine).split() == NUMBER.sub("0", wanted).split()
        pairs = zip(NUMBER.findall(mine), NUMBER.findall(wanted), strict=False)
        if not same_words or any(
            _compare_numbers(_number(x), _number(y), tolerance, "") for x, y in pairs
        ):
            return Difference(f"{_the(place)} is {_show(mine)}, {tolerance.word} {_show(wanted)}")
    if len(actual) != len(expected):
        return Difference(
            f"{_the(where)} has {len(actual)} lines, {tolerance.word} {len(expected)}"
        )
    return None


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)


def _is_number(value: object) -> TypeGuard[int | float]:
    """Booleans are none, and integers too large for a float are compared as they are."""
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) < LARGEST
    return isinstance(value, float)


def _shape(value: object) -> tuple[int, ...] | None:
    """The lengths of regularly nested lists of numbers, () for a number, None for all else."""
    if _is_number(value):
        return ()
    if not isinstance(value, list):
        return None
    if not value:
        return (0,)
    inner = _shape(value[0])
    if inner is None or any(_shape(item) != inner for item in value[1:]):
        return None
    return (len(value), *inner)


def _leaves(value: object, where: str) -> Iterator[tuple[str, int | float]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{where}[{index}]")
    elif _is_number(value):
        yield where, value


def _key(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)


def _the(where: str) -> str:
    return where or "the output"


def _show(value: object) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _kind(value: object) -> str:
    shape = _shape(value)
    if shape == ():
        return "a number"
    if shape is not None:
        return f"an array of shape {shape}"
    names = {
        str: "text",
        dict: "a dictionary",
        list: "a list",
        type(None): "nothing",
        bool: "true or false",
    }
    return names.get(type(value), type(value).__name__)
