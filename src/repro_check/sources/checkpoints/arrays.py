"""Arrays in numpy's own files (`numpy/lib/format.py`, versions 1 to 3 of the format)."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import IO

from repro_check.sources.checkpoints.found import Found
from repro_check.sources.checkpoints.model import Reason, Tensor, Verdict
from repro_check.sources.checkpoints.pickled import read_pickled
from repro_check.sources.checkpoints.pickles.arrays import dtype_name, lengths
from repro_check.text import pattern

MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 1 << 20
_PLAIN = pattern(r"[<>|=]?[?bBhHiIlLqQefdgFDGmMSUVcu]\d{0,9}(\[\d{0,9}\w{0,3}\])?")


def read_array(stream: IO[bytes], *, member: str = "", depth: int = 0) -> Found:
    """The form of an array; one of objects is a pickle behind the header.

    Raises:
        ValueError: the header is none.
    """
    code, shape = _header(stream)
    found = Found("numpy")
    if isinstance(code, str) and _is_plain(code):
        name = member.rpartition("!")[2].rpartition("/")[2].removesuffix(".npy")
        found.tensors.append(Tensor(name, dtype_name(code), shape))
    elif isinstance(code, list) and all(_is_plain(each) for each in _codes(code)):
        found.tensors.append(Tensor(member, "record", shape))
    else:
        found.add([read_pickled(stream, member=member, depth=depth)])
        found.reasons.append(
            Reason(Verdict.NEEDS_CODE, "loads only with `allow_pickle=True`", "", member)
        )
    return found


def _header(stream: IO[bytes]) -> tuple[object, tuple[int, ...] | None]:
    start = stream.read(len(MAGIC) + 2)
    width = 2 if start[-2:-1] == b"\x01" else 4
    length = int.from_bytes(stream.read(width), "little")
    if length > _LONGEST_HEADER:
        raise ValueError("has a numpy header that is too long")
    text = stream.read(length).decode("utf-8" if width == 4 else "latin-1")
    try:
        header = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError("has a numpy header that cannot be read") from error
    if not isinstance(header, dict):
        raise ValueError("has a numpy header that is none")  # noqa: TRY004
    shape = lengths(header.get("shape"))
    if shape is not None and math.prod(shape) >= 1 << 62:
        raise ValueError("has an array larger than any memory")
    return header.get("descr"), shape


def _is_plain(code: str) -> bool:
    """Whether a type is one of numbers, text or bytes; `object` is written in several ways."""
    return _PLAIN.fullmatch(code) is not None


def _codes(fields: list[object]) -> Iterator[str]:
    """The types of a record's fields, which may be records themselves."""
    for field in fields:
        kind = field[1] if isinstance(field, tuple) and len(field) > 1 else None
        if isinstance(kind, list):
            yield from _codes(kind)
        else:
            yield kind if isinstance(kind, str) else "object"
