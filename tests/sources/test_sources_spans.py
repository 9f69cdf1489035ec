"""Places packed into integers."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.findings import Span
from repro_check.sources.python import ModuleFacts, read_python
from repro_check.sources.spans import At, line_of, packed, unpacked

lines = st.integers(1, 2_000_000)
columns = st.integers(1, 16_000)


@given(lines, columns, st.integers(0, 16_000), columns)
def test_a_place_is_what_was_packed(line: int, column: int, more: int, end: int) -> None:
    at = packed(line, column, line + more, end)
    assert unpacked(at) == Span(line, column, line + more, end)
    assert line_of(at) == line


@pytest.mark.parametrize("line", [1, 10**6, 10**9])
@pytest.mark.parametrize("column", [1, 10**6, 10**9])
@pytest.mark.parametrize("more", [0, 10**6])
def test_what_is_too_large_for_an_integer_is_kept_exactly(
    line: int, column: int, more: int
) -> None:
    at = packed(line, column, line + more, column)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(at), type=At) == at
    assert unpacked(at) == Span(line, column, line + more, column)
    assert line_of(at) == line


def test_a_file_whose_lines_are_too_long_is_read_and_kept() -> None:
    source = "x = [" + ", ".join(f"f({i})" for i in range(5_000)) + "]\ny = g(1)\n"
    facts = read_python(source.encode())
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=ModuleFacts) == facts
    assert len(facts.calls) == 5_001
    assert facts.calls[-1].span == Span(2, 5, 2, 9)
