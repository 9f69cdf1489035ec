from __future__ import annotations

import datetime as dt
import math
import sys
from importlib import import_module
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from repro_check.findings import Span
from repro_check.sources.config import ConfigFacts, Entry, read_toml, read_yaml
from repro_check.sources.decoding import Limits
from repro_check.sources.lines import Lines
from repro_check.sources.unreadable import Unreadable
from repro_check.sources.yaml_positions import yaml_facts

tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

KEYS = st.text(alphabet="abcdef_é -.#:'\"", min_size=1, max_size=6)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.dates(min_value=dt.date(1970, 1, 1), max_value=dt.date(2100, 1, 1))
    | st.sampled_from(["1e-4", "on", "010", "1:30", "~", "null", "a: b", "x #y", "- z", "<<", "="])
)
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=15,
    ),
    max_size=5,
)
YAML_LINES = st.lists(
    st.sampled_from(
        [
            "a: 1",
            "b: &x",
            "c: *x",
            "  d: [1, 2]",
            "  e: {f: 'g', h: \"i\"}  # why",
            "  - j",
            "  - &y k: l",
            "    m: *y",
            "- n",
            "<<: *x",
            "  <<: *x",
            "  <<: [*x, *y]",
            "o: |",
            "p: >-",
            "  text",
            "q: !tag r",
            "  ? complex",
            "  : value",
            "# comment",
            "",
            "s:",
            "---",
            "...",
            "t: !!float 1 # u",
            "v: plain",
        ]
    ),
    max_size=9,
).map("\n".join)


def values(facts: ConfigFacts, scalar: Any) -> Any:
    """The document that the entries describe, its scalars made by `scalar`."""
    made: dict[tuple[str | int, ...], Any] = {}
    for entry in facts.entries:
        value = {"map": {}, "list": []}.get(entry.kind)
        if value is None:
            value = scalar(entry)
        made[entry.keys] = value
        if entry.keys:
            above = made[entry.keys[:-1]]
            if isinstance(above, list):
                above.append(value)
            else:
                above[entry.keys[-1]] = value
    return made.get(())


def yaml_scalar(entry: Entry) -> Any:
    node = yaml.ScalarNode(f"tag:yaml.org,2002:{entry.tag}", entry.text)
    return yaml.SafeLoader("").construct_object(node)


def toml_scalar(entry: Entry) -> Any:
    return entry.text if entry.tag == "str" else tomllib.loads(f"x = {entry.text}")["x"]


def spans(facts: ConfigFacts, text: str) -> dict[tuple[str | int, ...], str]:
    lines = Lines(text)
    return {entry.keys: lines.text_at(entry.span) for entry in facts.entries}


def key_texts(facts: ConfigFacts, text: str) -> list[str]:
    lines = Lines(text)
    return [lines.text_at(e.key_span) for e in facts.entries if e.key_span]


# YAML


@given(DOCUMENTS, st.sampled_from([None, True, False]), st.booleans(), st.sampled_from([20, 200]))
def test_yaml_entries_hold_what_safe_load_gives(
    document: Any, flow: bool | None, is_unicode: bool, width: int
) -> None:
    text = yaml.safe_dump(
        document, default_flow_style=flow, allow_unicode=is_unicode, width=width, sort_keys=False
    )
    facts = read_yaml(text.encode())
    assert values(facts, yaml_scalar) == yaml.load(text, Loader=yaml.CSafeLoader)


@given(DOCUMENTS, st.sampled_from([None, True, False]), st.sampled_from([20, 200]))
def test_yaml_spans_slice_back_to_key_and_value(
    document: Any, flow: bool | None, width: int
) -> None:
    text = yaml.safe_dump(document, default_flow_style=flow, allow_unicode=True, width=width)
    facts, lines = read_yaml(text.encode()), Lines(text)
    for entry in facts.entries:
        written = lines.text_at(entry.span)
        if entry.kind == "scalar" and "\n" not in written and not written.startswith(("|", ">")):
            # Inside a collection `: ` and the like would mean something else on its own.
            assert yaml.safe_load(f"[{written}]" if flow else written) in (
                yaml_scalar(entry),
                [yaml_scalar(entry)],
                [],
            )
        if entry.key_span:
            name = yaml.safe_load(f"{lines.text_at(entry.key_span).removeprefix('? ')}: x")
            assert list(name) == [entry.keys[-1]]


@settings(max_examples=400)
@given(YAML_LINES)
def test_libyaml_and_the_python_loader_give_the_same_facts(text: str) -> None:
    try:
        ours = yaml_facts(text)
    except Unreadable:
        with pytest.raises(Unreadable):
            yaml_facts(text, loader=yaml.SafeLoader)
    else:
        assert yaml_facts(text, loader=yaml.SafeLoader) == ours


@settings(max_examples=400)
@given(YAML_LINES)
def test_merges_aliases_and_duplicates_mean_what_they_mean_to_pyyaml(text: str) -> None:
    try:
        expected = list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        return
    facts = read_yaml(text.encode())
    assert facts.documents == len(expected)
    assert values(facts, yaml_scalar) == next(iter(expected), None)
    for written in spans(facts, text).values():
        assert written == written.strip()


@settings(max_examples=400)
@given(st.text(alphabet="ab1:-[]{}&*!|>'\"#%@?,~<=.\\ \n\t\r\u2028\x85", max_size=25))
def test_any_text_gives_yaml_facts_with_spans_inside_it_or_unreadable(text: str) -> None:
    try:
        facts = read_yaml(text.encode())
    except Unreadable as error:
        assert str(error) == error.reason  # noqa: PT017 - either outcome is right
        return
    lines = Lines(text)
    end = lines.span(0, len(text))
    for entry in facts.entries:
        for span in filter(None, (entry.span, entry.key_span)):
            assert (1, 1) <= (span.line, span.column) <= (span.end_line, span.end_column)
            assert (span.end_line, span.end_column) <= (end.end_line, end.end_column)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_give_yaml_facts_that_can_be_stored_or_unreadable(data: bytes) -> None:
    try:
        facts = read_yaml(data)
    except Unreadable:
        return
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=ConfigFacts) == facts


def test_anchors_tags_and_comments_are_no_part_of_a_value() -> None:
    text = "lr: &lr !!float 1e-3  # rate\nmodel: &m   # big\n  depth: 3\n\n# end\nlast: *lr\n"
    assert spans(read_yaml(text.encode()), text) == {
        (): "lr: &lr !!float 1e-3  # rate\nmodel: &m   # big\n  depth: 3\n\n# end\nlast: *lr",
        ("lr",): "1e-3",
        ("model",): "depth: 3",
        ("model", "depth"): "3",
        ("last",): "1e-3",
    }


def test_a_list_that_ends_with_an_alias_ends_behind_it() -> None:
    text = "a:\n - [&u 1, &v 2]\n - *u\n - *v  # *x\n# more\nb: 1\n"
    assert spans(read_yaml(text.encode()), text)["a",] == "- [&u 1, &v 2]\n - *u\n - *v"


def test_merged_keys_stand_where_the_merge_stands_and_explicit_keys_win() -> None:
    text = "base: &b\n  lr: 1\n  k: 2\nrun:\n  a: 0\n  <<: *b\n  lr: 3\n"
    facts = read_yaml(text.encode())
    run = [(e.keys[1], e.text, e.span.line) for e in facts.children(("run",))]
    assert run == [("a", "0", 5), ("k", "2", 3), ("lr", "3", 7)]
    assert facts.duplicates == ()


def test_the_first_of_several_merged_maps_wins() -> None:
    text = "x: &x {k: 1}\ny: &y {k: 2, l: 3}\nz:\n  <<: [*x, *y]\n"
    facts = read_yaml(text.encode())
    assert {e.keys[-1]: e.text for e in facts.children(("z",))} == {"k": "1", "l": "3"}


def test_duplicate_keys_are_both_kept_and_the_later_is_listed() -> None:
    facts = read_yaml(b"lr: 1\nopt:\n  lr: 5\nlr: 2\n")
    assert [e.text for e in facts.leaves()] == ["1", "5", "2"]
    assert facts.duplicates == (Span(4, 1, 4, 3),)
    entry = facts.get("lr")
    assert entry is not None
    assert entry.text == "2"


@pytest.mark.parametrize(("keys", "count"), [("true 'true'", 0), ("1 '1'", 0), ("a 'a'", 1)])
def test_a_text_and_what_looks_like_it_are_two_keys(keys: str, count: int) -> None:
    one, other = keys.split()
    assert len(read_yaml(f"{one}: 1\n{other}: 2\n".encode()).duplicates) == count


def test_a_map_used_twice_by_alias_has_its_duplicate_listed_once() -> None:
    assert len(read_yaml(b"a: &a {k: 1, k: 2}\nb: *a\nc: *a\n").duplicates) == 1


@pytest.mark.parametrize(
    ("written", "tag", "quoted"),
    [
        ("1e-4", "str", False),
        ("1.0e-4", "float", False),
        ("'1e-4'", "str", True),
        ("010", "int", False),
        ("1:30", "int", False),
        ("on", "bool", False),
        ("~", "null", False),
        ("", "null", False),
        ("2024-01-01", "timestamp", False),
        ("!include other.yaml", "!include", False),
        ("!!python/name:os.system x", "python/name:os.system", False),
        ("|\n  on", "str", False),
        ("${oc.env:HOME}/x", "str", False),
    ],
)
def test_a_scalar_has_the_type_that_pyyaml_gives_it(written: str, tag: str, quoted: bool) -> None:
    entry = read_yaml(f"key: {written}\n".encode()).get("key")
    assert entry is not None
    assert (entry.tag, entry.is_quoted) == (tag, quoted)


@pytest.mark.parametrize(
    ("data", "count"), [(b"", 0), (b"# x\n", 0), (b"a: 1", 1), (b"a: 1\n--- {}\n--- b", 3)]
)
def test_documents_are_counted_and_only_the_first_has_entries(data: bytes, count: int) -> None:
    facts = read_yaml(data)
    assert facts.documents == count
    assert [entry.keys for entry in facts.entries] in ([], [(), ("a",)])


def test_lines_end_where_editors_end_them() -> None:
    text = "a: 1 # \u2028\r\nb: '\u2029'\rc: 3\n"
    assert key_texts(read_yaml(text.encode()), text) == ["a", "b", "c"]
    entry = read_yaml(text.encode()).get("c")
    assert entry is not None
    assert entry.span == Span(3, 4, 3, 5)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_shifts_nothing(encoding: str) -> None:
    entry = read_yaml("é: ü".encode(encoding)).get("é")
    assert entry is not None
    assert entry.span == Span(1, 4, 1, 5)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "m0: &m0 {k0: 1}\n" + "".join(
    f"m{n}: &m{n}\n  k{n}: 1\n  <<: [*m{n - 1}, *m{n - 1}]\n" for n in range(1, 400)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\nb: c: d", "line 2: mapping values are not allowed"),
        ("a: [1,\n", "line 2: did not find expected node content"),
        ("a: *nowhere", "line 1: found undefined alias"),
        ("a: \x07", "line 1: the character U\\+0007 is not allowed in YAML"),
        ("a: &a [1, *a]", "line 1: an anchor contains an alias to itself"),
        ("a: 1\n---\n[", "line 3: did not find expected node content"),
        ("<<: 1", "line 1: << takes a map or a list of maps"),
        ("a: {{ cookiecutter.x }}", "^is a template, not plain YAML$"),
        ("{{ x }}: 1", "^is a template, not plain YAML$"),
        ("{% if x %}\na: 1\n{% endif %}", "^is a template, not plain YAML$"),
        ("a: ${{ github.ref }}\nb: c: d", "line 2: mapping values"),
        ("a\0b", "line 1: a null byte"),
        ("[" * 100_000, "nested more than 200 levels"),
        ("- " * 100_000, "nested more than 200 levels"),
        ("{a: " * 100_000, "nested more than 200 levels"),
        (BOMB, "aliases unfold to more than 50,000 values"),
        (MERGES, "aliases unfold to more than 50,000 values"),
    ],
)
def test_what_is_no_sound_yaml_is_refused_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_yaml(text.encode())


def test_a_map_merged_into_itself_ends() -> None:
    assert [e.keys for e in read_yaml(b"&a\n<<: *a\nx: 1\n").entries] == [(), ("x",)]


def test_sizes_are_bounded() -> None:
    with pytest.raises(Unreadable, match="over the limit of"):
        read_yaml(b"a: 1", limits=Limits(bytes=3))
    with pytest.raises(Unreadable, match="more than 5 values"):
        read_yaml(b"[1, 2, 3, 4, 5]", limits=Limits(entries=5))


def test_a_template_that_is_also_yaml_is_read() -> None:
    entry = read_yaml(b"a: '{{ x }}'\n# {% if %}\n").get("a")
    assert entry is not None
    assert entry.text == "{{ x }}"


# TOML

TOML_KEYS = st.sampled_from(["a", "b-1", "'c d'", '"e.\\u00e9"', "1", '""'])
TOML_SCALARS = st.sampled_from(
    [
        "1",
        "-0x0",
        "1_000",
        "0x1F",
        "1e3",
        "-inf",
        "nan",
        "true",
        "1979-05-27",
        "1979-05-27 07:32:00Z",
        "07:32:00.5",
        '""',
        '"a # \\" ] }"',
        "'b \\'",
        '"""\nc "" \\\n   d"""""',
        "'''e''\n# '''''",
        "[]",
        "{}",
    ]
)
TOML_VALUES = st.recursive(
    TOML_SCALARS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(
            lambda v: f"[ # ]\n {', # x'.join(f'{x}' + chr(10) for x in v)},\n]"
        )
        | st.lists(st.tuples(TOML_KEYS, inner), max_size=2, unique_by=lambda pair: pair[0]).map(
            lambda pairs: "{ " + ", ".join(f"{key} = {value}" for key, value in pairs) + " }"
        )
    ),
    max_leaves=4,
)
DOTTED = st.lists(TOML_KEYS, min_size=1, max_size=3).map(" . ".join)
TOML_TEXTS = st.lists(
    st.tuples(DOTTED, TOML_VALUES).map(lambda pair: f"{pair[0]} = {pair[1]} # end")
    | DOTTED.map(lambda key: f"[ {key} ] # [x]")
    | DOTTED.map(lambda key: f"[[{key}]]")
    | st.sampled_from(["", "# x = 1", "  "]),
    max_size=8,
).flatmap(lambda rows: st.sampled_from(["\n", "\r\n"]).map(lambda end: end.join(rows)))


def same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and math.isnan(left):
        return isinstance(right, float) and math.isnan(right)
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and bool(left == right)


@settings(max_examples=500)
@given(TOML_TEXTS)
def test_toml_entries_hold_what_tomllib_gives_and_slice_back(text: str) -> None:
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(Unreadable):
            read_toml(text.encode())
        return
    facts, lines = read_toml(text.encode()), Lines(text)
    assert same(values(facts, toml_scalar), expected)
    assert len({entry.keys for entry in facts.entries}) == len(facts.entries)
    for entry in facts.entries:
        written = lines.text_at(entry.span)
        if entry.kind == "scalar":
            value = tomllib.loads(f"x = {written}")["x"]
            assert same(value, toml_scalar(entry))
        if entry.key_span:
            key = lines.text_at(entry.key_span)
            assert list(tomllib.loads(f"{key} = 1")) == [entry.keys[-1]]


@settings(max_examples=400)
@given(st.text(alphabet="ab1.=[]{}'\"#,-:T\\u \n\r", max_size=25))
def test_exactly_what_tomllib_refuses_is_unreadable(text: str) -> None:
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        expected = None
    try:
        facts = read_toml(text.encode())
    except Unreadable as error:
        assert expected is None, error.reason  # noqa: PT017 - compared with tomllib
    else:
        assert same(values(facts, toml_scalar), expected)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_give_toml_facts_or_unreadable(data: bytes) -> None:
    try:
        facts = read_toml(data)
    except Unreadable:
        return
    assert msgspec.msgpack.encode(facts)


def test_toml_tables_stand_at_their_headers_in_document_order() -> None:
    text = 'a.b = 1\n[t.u]\nk = "v"\n[[arr]]\nx = 1\n[arr.sub]\ny = 2\n[[arr]]\n[t]\nz = {q = 1}\n'
    facts = read_toml(text.encode())
    assert list(spans(facts, text).items())[1:] == [
        (("a",), "a"),
        (("a", "b"), "1"),
        (("t",), "[t]"),
        (("t", "u"), "[t.u]"),
        (("t", "u", "k"), '"v"'),
        (("arr",), "[[arr]]"),
        (("arr", 0), "[[arr]]"),
        (("arr", 0, "x"), "1"),
        (("arr", 0, "sub"), "[arr.sub]"),
        (("arr", 0, "sub", "y"), "2"),
        (("arr", 1), "[[arr]]"),
        (("t", "z"), "{q = 1}"),
        (("t", "z", "q"), "1"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a = 1\na = 2\n", "line 2: cannot overwrite a value"),
        ("a = 1\nb = \n", "line 2: invalid value"),
        ('a = "x', "unterminated string .at the end of the file"),
        ("[a", "at the end of the file"),
        ('[x]\n{% if y %}\nz = "{{ z }}"\n', "^is a template, not plain TOML$"),
        ("a = " + "[" * 100_000, "nested more than 200 levels deep"),
        ("a = " + "{a=" * 100_000, "nested"),
        ("a." * 100_000 + "b = 1", "a key has more than 200 parts"),
        ("[" + "a." * 100_000 + "b]", "a key has more than 200 parts"),
        ("a = " + "9" * 5000, "holds a number that is too long"),
        ("a = 1\nb = \udcff".encode("utf-8", "surrogateescape").decode("latin-1"), "line 2"),
    ],
)
def test_what_is_no_sound_toml_is_refused_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_toml(text.encode())


# All formats


def test_facts_answer_for_keys_children_and_leaves() -> None:
    facts = read_yaml(b"a:\n  b: [1, {c: 2}]\nd: 3\n")
    assert facts.get("a", "b", 1, "c") == facts.leaves()[1]
    assert facts.get("a", "x") is None
    top = facts.get()
    assert top is not None
    assert top.kind == "map"
    assert [e.keys for e in facts.children(())] == [("a",), ("d",)]
    assert [e.keys for e in facts.children(("a", "b"))] == [("a", "b", 0), ("a", "b", 1)]
    assert [e.text for e in facts.leaves()] == ["1", "2", "3"]
