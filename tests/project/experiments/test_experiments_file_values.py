"""The values of a plain file stand in its order, with its keys as they are."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from repro_check.project.experiments.loading.loader_kinds import ReadsAs
from repro_check.project.experiments.values.plain_files import file_values
from repro_check.render.config_yaml import yaml_lines
from repro_check.sources.config import read_json, read_toml, read_yaml


def shown(text: str) -> str:
    values = file_values(read_yaml(text.encode()), "a.yaml", ReadsAs.PYYAML)
    return "".join(f"{line.text}\n" for line in yaml_lines(values.values()))


@pytest.mark.parametrize(
    "text",
    [
        "milestones:\n  30: 0.1\n  60: 0.01\n",
        "milestones:\n  '30': 0.1\n  60: 0.01\n",
        "true: 1\n'false': 2\n",
        "1.5:\n  -3: a\n",
        "off: x\n~: y\n",
        "0:\n  - 1: a\n    b: 2\n",
        "1e-3: a\n0x10: b\n",
    ],
)
def test_a_key_stays_what_it_is_to_yaml(text: str) -> None:
    assert yaml.safe_load(shown(text)) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("read", "text"),
    [(read_json, '{"a": {"30": 1}}'), (read_toml, "[a]\n30 = 1\n")],
    ids=["json", "toml"],
)
def test_keys_of_json_and_toml_are_text(read: object, text: str) -> None:
    facts = read(text.encode())  # type: ignore[operator]
    values = file_values(facts, "a", ReadsAs.JSON)
    assert [line.text for line in yaml_lines(values.values())] == ["a:", "  '30': 1"]


@pytest.mark.parametrize(
    "text",
    [
        "a: {}\nb: 1\nc: []\nd: 2\n",
        "a:\n  b: {}\n  c: 1\nd: []\ne:\n  - {}\n  - f: 1\n",
        "a: []\n",
    ],
)
def test_empty_maps_and_lists_stay_in_their_place(text: str) -> None:
    values = file_values(read_yaml(text.encode()), "a.yaml", ReadsAs.PYYAML)
    lines = [value.origin.span.line for value in values.values()]
    assert lines == sorted(lines)
    assert yaml.safe_load(shown(text)) == yaml.safe_load(text)


_KEYS = st.one_of(
    st.integers(-9, 99), st.booleans(), st.text("ab1-. ", max_size=4), st.floats(0, 9)
)


def _mappings(inner: st.SearchStrategy[object]) -> st.SearchStrategy[dict[object, object]]:
    """Mappings of which no two keys are one text: `1` beside `"1"` is one key here."""
    pairs = st.lists(
        st.tuples(_KEYS, inner), max_size=3, unique_by=lambda pair: str(pair[0]).lower()
    )
    return pairs.map(dict)


_TREES = st.recursive(
    st.one_of(st.integers(0, 9), st.just({}), st.just([])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), _mappings(inner)),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=2), _TREES, max_size=3))
def test_what_is_shown_reads_back_as_the_file(tree: dict[str, object]) -> None:
    text = yaml.safe_dump(tree, sort_keys=False)
    assert (yaml.safe_load(shown(text)) or {}) == tree
