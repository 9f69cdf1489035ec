"""The shell lines of notebooks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.sources.notebook_shell import shell_commands
from repro_check.sources.unreadable import Unreadable


def commands(source: str) -> list[tuple[tuple[str, ...], int, int]]:
    """Words, line and column of the commands of one cell."""
    cell = {"cell_type": "code", "source": source.splitlines(keepends=True)}
    data = json.dumps({"cells": [{"cell_type": "markdown", "source": "!pip"}, cell]}).encode()
    found = list(shell_commands(data))
    assert all(one.cell == 2 for one in found)
    return [(c.words, c.span.line, c.span.column) for _, c in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("!pip install a", [(("pip", "install", "a"), 1, 2)]),
        ("x = 1\n  !pip install a", [(("pip", "install", "a"), 2, 4)]),
        ("%pip install a", [(("pip", "install", "a"), 1, 2)]),
        ("!!pip install a", [(("pip", "install", "a"), 1, 3)]),
        ("pip install a", [(("pip", "install", "a"), 1, 1)]),
        ("%%bash\npip install a\ncd x", [(("pip", "install", "a"), 2, 1), (("cd", "x"), 3, 1)]),
        ("!pip install \\\n  a\nb = 1", [(("pip", "install", "a"), 1, 2)]),
        ("%matplotlib inline\nprint('!pip install a')", []),
        ("%%html\npip install a", []),
        ("pip = 3", []),
    ],
)
def test_the_lines_for_a_shell_are_commands_at_their_place(
    source: str, expected: list[tuple[tuple[str, ...], int, int]]
) -> None:
    assert commands(source) == expected


@given(
    st.binary(max_size=100)
    | st.text(max_size=100).map(
        lambda t: json.dumps({"cells": [{"cell_type": "code", "source": t}]}).encode()
    )
)
def test_any_bytes_give_commands_or_are_unreadable(data: bytes) -> None:
    try:
        assert isinstance(list(shell_commands(data)), list)
    except Unreadable:
        return
