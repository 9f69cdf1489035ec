"""Reads .npy arrays of numbers without NumPy (format: numpy.lib.format, versions 1 to 3)."""

from __future__ import annotations

import ast
import math
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAGIC = b"\x93NUMPY"
# NumPy's kind and bytes to the letter of the struct module.
LETTERS = {
    kind + size: letter
    for kind, sizes, letters in (
        ("b", "1", "?"),
        ("i", "1248", "bhiq"),
        ("u", "1248", "BHIQ"),
        ("f", "248", "efd"),
    )
    for size, letter in zip(sizes, letters, strict=True)
}


def parse_npy(content: bytes) -> object:
    """The array as nested lists, or one number if it has no axes.

    Raises:
        ValueError: it is not such a file, is cut short, or holds Python objects or other types
            than numbers.
    """
    header, data = _split(content)
    descr, shape = header.get("descr"), header.get("shape")
    if not isinstance(descr, str) or descr[1:] not in LETTERS:
        raise ValueError(f"arrays of type {descr!r} are not compared, only numbers are")
    if not isinstance(shape, tuple) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise ValueError("its header has no shape")
    order = ">" if descr[0] == ">" else "<"
    count = math.prod(shape)
    letters = f"{order}{count}{LETTERS[descr[1:]]}"
    if struct.calcsize(letters) != len(data):
        raise ValueError(
            f"it holds {len(data)} bytes of data, its shape {shape} asks for another number"
        )
    values = struct.unpack(letters, data)
    if header.get("fortran_order"):
        strides = [math.prod(shape[:axis]) for axis in range(len(shape))]
    else:
        strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    return _nest(values, shape, strides, 0)


def _split(content: bytes) -> tuple[dict[str, object], bytes]:
    """The header as a dictionary, and the data after it."""
    if content[:6] != MAGIC or len(content) < 12:
        raise ValueError("it is not a .npy file")
    width = 2 if content[6] == 1 else 4
    start = 8 + width
    end = start + int.from_bytes(content[8:start], "little")
    try:
        header = ast.literal_eval(content[start:end].decode("latin-1").strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ValueError("its header is damaged") from error
    if not isinstance(header, dict):
        raise ValueError("its header is damaged")  # noqa: TRY004 - one error for damaged files
    return header, content[end:]


def _nest(
    values: Sequence[object], shape: Sequence[int], strides: Sequence[int], offset: int
) -> object:
    if not shape:
        return values[offset]
    step = strides[0]
    return [
        _nest(values, shape[1:], strides[1:], offset + index * step) for index in range(shape[0])
    ]
