from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.sources.config import read_json
from repro_check.sources.decoding import Limits
from repro_check.sources.json_positions import Node, parse
from repro_check.sources.lines import Lines
from repro_check.sources.unreadable import Unreadable

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
JSON_LIKE = st.text(alphabet='[]{}:,"\\u0d8 \n\r1-.eE+NaItrunfls/', max_size=30)


def value_of(node: Node) -> Any:
    if node.kind == "object":
        pairs = zip(node.keys, node.children, strict=True)
        return {key.value: value_of(child) for key, child in pairs}
    if node.kind == "array":
        return [value_of(child) for child in node.children]
    return node.value if node.kind == "string" else json.loads(node.value)


def all_nodes(node: Node) -> list[Node]:
    return [node, *node.keys, *(deep for child in node.children for deep in all_nodes(child))]


def loads(text: str) -> Any:
    """json.loads, or Unreadable itself where it refuses, so that results can be compared."""
    try:
        return repr(json.loads(text))
    except ValueError:
        return Unreadable


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_the_tree_holds_what_json_loads_gives(value: Any, indent: Any, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert repr(value_of(parse(text))) == repr(json.loads(text))


@given(VALUES, st.sampled_from([None, 2]))
def test_every_span_slices_back_to_its_value(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    lines = Lines(text)
    for node in all_nodes(parse(text)):
        assert repr(json.loads(lines.text_at(node.span))) == repr(value_of(node))


@settings(max_examples=500)
@given(JSON_LIKE)
def test_exactly_what_json_loads_refuses_is_unreadable(text: str) -> None:
    try:
        ours = repr(value_of(parse(text)))
    except Unreadable:
        ours = Unreadable
    assert ours == loads(text)


@given(st.binary(max_size=40))
def test_arbitrary_bytes_give_facts_or_unreadable(data: bytes) -> None:
    try:
        facts = read_json(data)
    except Unreadable as error:
        assert str(error) == error.reason  # noqa: PT017 - either outcome is right
    else:
        assert msgspec.msgpack.encode(facts)


def test_the_strings_of_a_notebook_cell_have_their_own_spans() -> None:
    text = '{"cells": [\n {"source": ["import os\\n",\n   "x = \\"é\\""]}\n]}'
    source = parse(text).find(("cells", 0, "source"))
    assert source is not None
    assert [child.value for child in source.children] == ["import os\n", 'x = "é"']
    assert [Lines(text).text_at(c.span) for c in source.children] == [
        '"import os\\n"',
        '"x = \\"é\\""',
    ]
    assert [child.span.line for child in source.children] == [2, 3]


@pytest.mark.parametrize("keys", [("b",), ("a", 2), ("a", -1), ("a", "b"), (0,), ("a", 0, "x")])
def test_a_way_that_leads_nowhere_finds_nothing(keys: tuple[str | int, ...]) -> None:
    assert parse('{"a": [1, 2]}').find(keys) is None


def test_of_equal_keys_the_last_is_found_and_the_repeats_are_listed() -> None:
    facts = read_json(b'{"a": 1,\n "a": 2, "b": {"a": 3}}')
    entry = facts.get("a")
    assert entry is not None
    assert entry.text == "2"
    assert [tuple(span) for span in map(msgspec.structs.astuple, facts.duplicates)] == [
        (2, 2, 2, 5)
    ]
    assert [e.keys for e in facts.entries] == [(), ("a",), ("a",), ("b",), ("b", "a")]


def test_entries_have_the_types_of_json() -> None:
    facts = read_json(b'["1e-4", 1e-4, 10, -0, true, null, NaN, -Infinity]')
    tags = [entry.tag for entry in facts.leaves()]
    assert tags == ["str", "float", "int", "int", "bool", "null", "float", "float"]
    assert [entry.is_quoted for entry in facts.leaves()] == [True] + [False] * 7


def test_an_escaped_lone_surrogate_can_still_be_stored() -> None:
    facts = read_json(b'{"\\ud800": "\\udfff"}')
    assert [entry.text for entry in facts.leaves()] == ["\ufffd"]
    assert msgspec.msgpack.encode(facts)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "line 1: is empty, and so no JSON"),
        (b'{\n"a": 1,\n}', "line 3: a comma before a closing bracket"),
        (b"[1\n2]", "line 2: a comma or a closing bracket is missing"),
        (b'{"a" 1}', "line 1: a colon after the key is missing"),
        (b"{a: 1}", "line 1: a key in double quotes is missing"),
        (b'{"a":\n // why\n 1}', "line 2: comments are not part of JSON"),
        (b"/* licence */ {}", "line 1: comments are not part of JSON"),
        (b'["a\nb"]', "line 1: invalid control character"),
        (b'["a', "line 1: unterminated string"),
        (b"{}\n{}", "line 2: something follows the end of the document"),
        (b"[1,", "line 1: a value is missing (the file ends here)"),
        (b"\n\xff", "line 2: the byte 0xff has no place in UTF-8 text"),
        (b"[" * 100_000, "line 1: nested more than 200 levels deep"),
        (b'{"a":' * 100_000, "line 1: nested more than 200 levels deep"),
    ],
)
def test_broken_json_is_refused_with_its_place(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_json(data)
    assert caught.value.reason == reason


def test_depth_up_to_the_limit_is_read() -> None:
    assert len(read_json(b"[" * 200 + b"]" * 200).entries) == 200


def test_the_number_of_values_is_bounded() -> None:
    with pytest.raises(Unreadable, match="more than 10 values"):
        read_json(b"[1,1,1,1,1,1,1,1,1,1,1]", limits=Limits(entries=10))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_accepted(encoding: str) -> None:
    entry = read_json('{"é": "ü"}'.encode(encoding)).get("é")
    assert entry is not None
    assert (entry.text, entry.span.column) == ("ü", 7)
