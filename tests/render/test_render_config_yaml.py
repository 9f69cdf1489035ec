"""What `config show` prints is YAML that loaders read back as the same config."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from omegaconf._utils import get_yaml_loader

from repro_check.findings import Span
from repro_check.project.experiments.effective import Keys, Origin, Scalar, Value
from repro_check.render.config_yaml import yaml_lines
from repro_check.render.visible import defuse, visible_lines
from repro_check.render.yaml_scalars import scalar

texts = st.one_of(st.text(max_size=12), st.text("ab1e-+._:#'\"[]{},&*!|>%@` \\\n?~=", max_size=8))
scalars = st.one_of(
    texts, st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.floats(allow_nan=False)
)
trees = st.dictionaries(
    texts,
    st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.dictionaries(texts, inner, max_size=3), st.lists(inner, max_size=3)
        ),
        max_leaves=8,
    ),
    min_size=1,
    max_size=3,
)


def flat(tree: object, keys: Keys = (), line: int = 1) -> list[Value]:
    origin = Origin("conf/a.yaml", Span(line, 1, line, 1))
    if isinstance(tree, dict) and tree:
        return [value for key, each in tree.items() for value in flat(each, (*keys, key), line)]
    if isinstance(tree, list) and tree:
        items = enumerate(tree)
        return [value for key, each in items for value in flat(each, (*keys, key), line)]
    kind = "map" if isinstance(tree, dict) else "list" if isinstance(tree, list) else "scalar"
    assert not isinstance(tree, dict | list) or not tree
    value: Scalar = None if isinstance(tree, dict | list) else tree  # type: ignore[assignment]
    return [Value(keys, kind, value, origin)]


def written(tree: object) -> str:
    lines = [f"{line.text}  # conf/a.yaml:1" for line in yaml_lines(flat(tree))]
    return defuse(visible_lines("\n".join(lines)))


def same(left: object, right: object) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=0) or left == right
    return type(left) is type(right) and left == right


@given(trees)
@example({"a": "1e-4", "b": "on", "c": "0o7", "d": "1_0", "e": "12:30:45", "f": "2020-01-01"})
@example({"a": [{"b": [[], {}, [1]], "c": 1}, [[2]]], "": {"y": None}})
@example({"a": 1e-05, "b": 1e300, "c": math.inf, "d": -0.0})
@example({"a": "${now:%Y}", "b": "##[error]x", "c": "::set", "d": "a #b", "e": "a: b", "f": "a:"})
def test_loaders_read_back_the_same_config(tree: dict[str, object]) -> None:
    text = written(tree)
    assert same(yaml.safe_load(text), tree), text
    assert same(yaml.load(text, Loader=get_yaml_loader()), tree), text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("adam", "adam"),
        ("./data", "./data"),
        ("${paths.root}/data", "${paths.root}/data"),
        ("1e-4", "'1e-4'"),
        ("it's", "it's"),
        ("yes", "'yes'"),
        ("", "''"),
        ("a\x1b[31m", '"a\\x1b[31m"'),
        (0.0001, "0.0001"),
        (1e-05, "1.0e-05"),
        (True, "true"),
        (None, "null"),
    ],
)
def test_a_scalar_is_quoted_only_where_it_must_be(value: Scalar, text: str) -> None:
    origin = Origin("a.yaml", Span(1, 1, 1, 1))
    assert scalar(Value(("k",), "scalar", value, origin)) == text


def test_a_value_that_only_a_run_tells_is_no_null() -> None:
    origin = Origin("a.py", Span(1, 1, 1, 1))
    assert scalar(Value(("k",), "scalar", None, origin, is_known=False)) == "<computed>"
    assert scalar(Value(("k",), "scalar", "???", origin, is_missing=True)) == "???"


def test_a_list_of_one_place_is_one_line_and_of_several_places_is_not() -> None:
    together = written({"betas": [0.9, 0.999]})
    assert together == "betas: [0.9, 0.999]  # conf/a.yaml:1"
    apart = [*flat({"betas": [0.9]}), *flat({"betas": [0, 0.999]}, line=2)[1:]]
    assert [line.text for line in yaml_lines(apart)] == ["betas:", "  - 0.9", "  - 0.999"]
