"""Arrays in numpy's own files (`numpy/lib/format.py`, versions 1 to 3 of the format)."""

from __future__ import annotations

import ast
import math
from typing import IO

from repro_check.sources.checkpoints.found import Found
from repro_check.sources.checkpoints.model import Reason, Tensor, Verdict
from repro_check.sources.checkpoints.pickled import read_pickled
from repro_check.sources.checkpoints.pickles.arrays import dtype_name, lengths

MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 1 << 20


def read_array(stream: IO[bytes], *, member: str = "", depth: int = 0) -> Found:
    """The form of an array; one of objects is a pickle behind the header.

    Raises:
        ValueError: the header is none.
    """
    code, shape = _header(stream)
    found = Found("numpy")
    if isinstance(code, str) and "O" not in code:
        name = member.rpartition("!")[2].rpartition("/")[2].removesuffix(".npy")
        found.tensors.append(Tensor(name, dtype_name(code), shape))
    elif isinstance(code, list) and "O" not in str(code).replace("'O", "O"):
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
