"""Whatever the bytes are: no crash, nothing imported or run, and no memory beyond a bound."""

from __future__ import annotations

import io
import pickle
import sys
import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from repro_check.sources.checkpoints.model import Verdict
from repro_check.sources.checkpoints.reading import read_model_stream


def seeds() -> list[bytes]:
    value = {"a": [1, 2.5, None, ("x", b"y")], "w": np.arange(4.0), "t": torch.zeros(2)}
    made = [pickle.dumps(value, protocol=protocol) for protocol in range(6)]
    for is_zip in (True, False):
        stream = io.BytesIO()
        torch.save(value, stream, _use_new_zipfile_serialization=is_zip)
        made.append(stream.getvalue())
    packed = io.BytesIO()
    np.savez_compressed(packed, a=np.zeros(3), b=np.array([{}]))
    return [*made, packed.getvalue(), save({"w": torch.zeros(3)})]


SEEDS = seeds()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data) - 1))
        match draw(st.sampled_from(["set", "cut", "insert", "end"])):
            case "set":
                data[at] = draw(st.integers(0, 255))
            case "cut":
                del data[at : at + draw(st.integers(1, 40))]
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=20))
            case _:
                del data[at + 1 :]
        data = data or bytearray(b".")
    return bytes(data)


@settings(deadline=None, max_examples=400)
@given(damaged())
def test_damaged_files_never_raise_and_import_nothing(data) -> None:
    before = set(sys.modules)

    read_model_stream(io.BytesIO(data))

    assert set(sys.modules) <= before | {"repro_check.sources.checkpoints"} or not {
        each for each in set(sys.modules) - before if not each.startswith("repro_check.")
    } - set(sys.stdlib_module_names)


@settings(deadline=None, max_examples=400)
@given(st.binary(max_size=300))
def test_any_bytes_behind_a_protocol_mark_never_raise(data) -> None:
    read_model_stream(io.BytesIO(b"\x80\x04" + data))
    read_model_stream(io.BytesIO(data))


class Endless(io.RawIOBase):
    """A file of the same piece over and over, of which nothing is held."""

    def __init__(self, head: bytes, piece: bytes, count: int, tail: bytes) -> None:
        super().__init__()
        self.parts = (head, piece, tail)
        self.left = [1, count, 1]
        self.rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self.rest:
            at = next((place for place, left in enumerate(self.left) if left), None)
            if at is None:
                return 0
            self.left[at] -= 1
            self.rest = self.parts[at]
        data, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def text(length: int) -> bytes:
    return b"X" + length.to_bytes(4, "little") + b"a" * length


SWOLLEN = {
    "numbers": (b"\x80\x02](", b"M\x01\x01" * 1000 + b"e(", 600, b"e."),
    "texts": (b"\x80\x04](", (text(60) + b"\x94") * 1000 + b"e(", 400, b"e."),
    "long bytes": (
        b"\x80\x04](",
        b"B" + (1 << 20).to_bytes(4, "little") + bytes(1 << 20),
        300,
        b"e.",
    ),
    "lists": (b"\x80\x04](", b"]\x94" * 1000 + b"e(", 400, b"e."),
    "only the stack": (b"\x80\x02", b"N" * 100_000, 40, b"."),
    "only marks": (b"\x80\x02", b"(" * 100_000, 40, b"."),
    "long texts": (b"\x80\x04](", text(60_000) + b"\x94", 3_000, b"e."),
    "classes": (b"\x80\x02](", b"cos\nsystem\n" * 10_000, 40, b"e."),
    "one line": (b"V", b"a" * (1 << 20), 300, b"\n."),
}


@pytest.mark.parametrize("name", SWOLLEN)
def test_memory_stays_below_a_hundred_megabytes(name) -> None:
    stream = io.BufferedReader(Endless(*SWOLLEN[name]))
    tracemalloc.start()
    try:
        file = read_model_stream(stream)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 100_000_000
    assert file.verdict in Verdict


def test_a_header_that_announces_terabytes_takes_none() -> None:
    claims = b"\x80\x04\x8e" + (1 << 45).to_bytes(8, "little") + b"x."

    assert read_model_stream(io.BytesIO(claims)).verdict is Verdict.UNREADABLE
