"""safetensors files (https://github.com/huggingface/safetensors, "Format").

Eight bytes tell the length of a JSON header, the header tells each tensor's type, shape and bytes.
The offsets must cover what follows without a hole or an overlap; what does not is called damaged.
"""

from __future__ import annotations

import json
import math
from typing import IO

from repro_check.sources.checkpoints.found import Found
from repro_check.sources.checkpoints.model import Tensor
from repro_check.sources.checkpoints.parts import is_seekable

LONGEST_HEADER = 100_000_000
_NAMES = {"F": "float", "I": "int", "U": "uint", "BF": "bfloat", "C": "complex"}
_BITS = {"BOOL": 8, "F4": 4, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F6_E2M3": 6, "F6_E3M2": 6}


def is_safetensors(head: bytes) -> bool:
    """Whether a file begins with a header's length and `{`, as `safetensors` demands."""
    return (
        len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= LONGEST_HEADER
    )


def read_safetensors(stream: IO[bytes], *, member: str = "") -> Found:
    """The tensors that the header names.

    Raises:
        ValueError: the header lies.
    """
    length = int.from_bytes(stream.read(8), "little")
    data = stream.read(length)
    if len(data) < length:
        raise ValueError("ends inside of its header")
    try:
        header = json.loads(data, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"has a header that is no JSON ({error})") from error
    if not isinstance(header, dict):
        raise ValueError("has a header that is no mapping")  # noqa: TRY004
    found = Found("safetensors")
    metadata = header.pop("__metadata__", {})
    if isinstance(metadata, dict):
        found.notes.update(
            {str(key): str(value)[:200] for key, value in list(metadata.items())[:50]}
        )
    end = _covered(header, found)
    size = _rest(stream)
    if end != size:
        found.cannot_read(f"has a header for {end:,} bytes of tensors, and {size:,} follow", member)
    return found


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name stands there twice")
    return made


def _covered(header: dict[str, object], found: Found) -> int:
    """Note the tensors; the end of the last one, in bytes behind the header."""
    stretches = []
    for name, entry in header.items():
        match entry:
            case {"dtype": str(code), "shape": list(shape), "data_offsets": [int(start), int(end)]}:
                pass
            case _:
                raise ValueError(f"has no type, shape or place for `{name}`")
        if not all(isinstance(each, int) and each >= 0 for each in shape):
            raise ValueError(f"has a shape for `{name}` that is none")
        bits = math.prod(shape) * _bits(code)
        if (end - start) * 8 != bits or start < 0:
            raise ValueError(f"has {end - start:,} bytes for `{name}`, which needs {bits // 8:,}")
        stretches.append((start, end))
        found.tensors.append(Tensor(name, _name(code), tuple(shape)))
    at = 0
    for start, end in sorted(stretches):
        if start != at:
            raise ValueError("has tensors that overlap, or bytes of no tensor")
        at = end
    return at


def _bits(code: str) -> int:
    if code in _BITS:
        return _BITS[code]
    digits = code.lstrip("BFIUC")
    if not digits.isdecimal() or len(digits) > 3:
        raise ValueError(f"has tensors of the unknown type `{code[:20]}`")
    return int(digits)


def _name(code: str) -> str:
    letters = code.rstrip("0123456789")
    return f"{_NAMES[letters]}{code[len(letters):]}" if letters in _NAMES else code.lower()


def _rest(stream: IO[bytes]) -> int:
    if is_seekable(stream):
        here = stream.tell()
        return stream.seek(0, 2) - here
    count = 0
    while piece := stream.read(1 << 20):
        count += len(piece)
    return count
