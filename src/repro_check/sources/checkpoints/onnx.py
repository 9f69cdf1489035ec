"""ONNX models, as far as their tensors go (github.com/onnx/onnx, `onnx/onnx.proto`).

The message is walked field by field in protobuf's wire format (protobuf.dev/programming-guides/encoding)
and nothing of it is held. Tensors may lie in other files, by a path that must stay in the folder.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import IO

from repro_check.sources.checkpoints.found import Found
from repro_check.sources.checkpoints.model import Reason, Tensor, Verdict
from repro_check.sources.checkpoints.windows import TruncatedError, Window

_MODEL_VERSIONS = range(1, 30)
_NEXT_FIELDS = b"\x12\x1a\x22\x28\x32\x3a\x42"
_MOST_TEXT = 1 << 16
_DEEPEST = 24
_MOST_FIELDS = 20_000_000
# what lies inside of what: message -> field -> message
_INSIDE = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}
_TYPES = dict(
    enumerate(
        "? float32 uint8 int8 uint16 int16 int32 int64 string bool float16 float64 uint32 uint64 "
        "complex64 complex128 bfloat16 float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz "
        "uint4 int4 float4_e2m1".split()
    )
)


def is_onnx(head: bytes) -> bool:
    """Whether a file begins with a format version and one of the fields that follow it."""
    return len(head) > 2 and head[0] == 8 and head[1] in _MODEL_VERSIONS and head[2] in _NEXT_FIELDS


def read_onnx(stream: IO[bytes], *, member: str = "") -> Found:
    """The tensors of a model, its producer, and where its data leave the folder.

    Raises:
        ValueError: it is damaged.
    """
    found = Found("onnx")
    reader = _Reader(Window(stream), found, member)
    reader.message("model", None, 0)
    return found


class _Reader:
    def __init__(self, window: Window, found: Found, member: str) -> None:
        self.window = window
        self.found = found
        self.member = member
        self.fields_seen = 0

    def message(self, kind: str, end: int | None, depth: int) -> dict[int, list[object]]:
        """Walk one message up to `end`; its plain fields by number."""
        if depth > _DEEPEST:
            raise ValueError("is nested too deeply")
        plain: dict[int, list[object]] = {}
        inside = _INSIDE.get(kind, {})
        for number, wire, value in self.fields(end):
            if wire != 2:
                plain.setdefault(number, []).append(value)
            elif number in inside:
                inner = self.message(inside[number], self.window.offset + value, depth + 1)
                if inside[number] == "entry":
                    plain.setdefault(13, []).append(inner)
            elif value <= _MOST_TEXT and (kind, number) in _TEXTS:
                plain.setdefault(number, []).append(self.window.read(value))
            else:
                self.window.skip(value)
        if kind == "tensor":
            self.tensor(plain)
        elif kind == "model":
            for field, name in ((2, "producer"), (3, "producer version")):
                if plain.get(field):
                    self.found.notes[name] = _text(plain[field][0])
        return plain

    def fields(self, end: int | None) -> Iterator[tuple[int, int, int]]:
        """Number, wire type, and the value of a number or the length of a stretch."""
        window = self.window
        while not window.is_at_end if end is None else window.offset < end:
            self.fields_seen += 1
            if self.fields_seen > _MOST_FIELDS:
                raise ValueError(f"has more than {_MOST_FIELDS:,} fields")
            key = self.varint()
            number, wire = key >> 3, key & 7
            if wire in {0, 2}:
                yield number, wire, self.varint()
            elif wire in {1, 5}:
                window.skip(8 if wire == 1 else 4)
            else:
                raise ValueError(f"byte {window.offset:,} begins no field")
        if end is not None and window.offset > end:
            raise TruncatedError("a message is shorter than its fields")

    def varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self.window.read(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise ValueError(f"byte {self.window.offset:,} ends no number")

    def tensor(self, plain: dict[int, list[object]]) -> None:
        name = _text((plain.get(8) or [b""])[-1])
        shape = tuple(length for each in plain.get(1, ()) for length in _lengths(each))
        kind = (plain.get(2) or [0])[-1]
        if name:
            dtype = _TYPES.get(kind, "?") if isinstance(kind, int) else "?"
            self.found.tensors.append(Tensor(name, dtype, shape))
        for entry in plain.get(13, ()):
            if isinstance(entry, dict) and _text((entry.get(1) or [b""])[-1]) == "location":
                self.location(_text((entry.get(2) or [b""])[-1]), name)

    def location(self, path: str, name: str) -> None:
        plain = path.replace("\\", "/")
        is_outside = plain.startswith("/") or plain[1:2] == ":"
        if is_outside or posixpath.normpath(plain).split("/")[0] == "..":
            message = f"reads the data of `{name}` from `{path}`, outside of its folder"
            self.found.reasons.append(Reason(Verdict.DANGEROUS, message, "", self.member))


_TEXTS = {("model", 2), ("model", 3), ("tensor", 1), ("tensor", 8), ("entry", 1), ("entry", 2)}


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _lengths(value: object) -> Iterator[int]:
    """One length, or several of them packed into one stretch."""
    if isinstance(value, int):
        yield value
    elif isinstance(value, bytes):
        made = shift = 0
        for byte in value:
            made |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                yield made
                made = shift = 0
