"""Comparison of outputs, with NumPy as the oracle for arrays."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from repro_check.smoke.compare import Tolerance, difference, find_nan

DEFAULT = Tolerance(rtol=1e-3, atol=1e-5)

EQUAL = [
    ([1.0, 2.0], [1.0, 2.001]),
    ([1e-9, 100.0], [5e-6, 100.0]),
    ([7.0], [7]),
    ({"logits": [[0.1, 0.2]], "label": "cat"}, {"label": "cat", "logits": [[0.1, 0.2]]}),
    ([math.inf, -math.inf, 1.0], [math.inf, -math.inf, 1.0]),
    ("accuracy: 0.91234\n", "accuracy: 0.91235"),
    ("a   b\n", "a b"),
    ([], []),
    ([[], []], [[], []]),
    (None, None),
    ([True, None, "x"], [True, None, "x"]),
    ([[1.0], [2.0, 3.0]], [[1.0], [2.0, 3.0]]),
    (10**400, 10**400),
]
DIFFERENT = [
    ([1.0, 2.0], [1.0, 2.1], "[1] is 2, expected 2.1 (1 of 2 numbers differ, by up to 0.1"),
    (1.5, 1.0, "the output is 1.5, expected 1"),
    ([1.0], [[1.0]], "the output has the shape (1,), expected (1, 1)"),
    ([1.0, 2.0], [1.0], "the output has the shape (2,), expected (1,)"),
    # A token or a label next to the right one is wrong, however large the vocabulary is.
    ([50256, 11], [50257, 11], "[0] is 50256, expected 50257 (1 of 2 numbers differ, by up to 1"),
    ({"label": 3}, {"label": 4}, "label is 3, expected 4"),
    ({"a": 1}, {"a": 1, "b": 2}, "the output has no 'b'"),
    ({"a": 1, "b": 2}, {"a": 1}, "the output has 'b', which is not expected"),
    ({"a": {"b": [0, "x"]}}, {"a": {"b": [0, "y"]}}, "a.b[1] is 'x', expected 'y'"),
    ([math.inf], [1.0], "[0] is inf, expected 1"),
    ([1.0], [math.inf], "[0] is 1, expected inf"),
    ("epoch 3", "epoch 4", "the output is 'epoch 3', expected 'epoch 4'"),
    ("a\nb", "a\nc", "line 2 of the text is 'b', expected 'c'"),
    ("a\nb", "a", "the output has 2 lines, expected 1"),
    ("0.5", [0.5], "the output is text, expected an array of shape (1,)"),
    (True, 1, "the output is true or false, expected a number"),
    ([1.0, "x"], [1.0], "the output has 2 items, expected 1"),
    (
        [[1.0], [2.0, 3.0]],
        [[1.0], [2.0]],
        "[1] has the shape (2,), expected (1,)",
    ),
    (["a"], ["a", "b"], "the output has 1 items, expected 2"),
    (10**400, 10**400 + 1, "the output is 1000"),
    (None, 1.0, "the output is nothing, expected a number"),
]


@pytest.mark.parametrize(("actual", "expected"), EQUAL)
def test_outputs_within_the_tolerance_agree(actual: object, expected: object) -> None:
    assert difference(actual, expected, DEFAULT) is None


@pytest.mark.parametrize(("actual", "expected", "clause"), DIFFERENT)
def test_the_first_difference_is_named(actual: object, expected: object, clause: str) -> None:
    found = difference(actual, expected, DEFAULT)
    assert found is not None
    assert found.clause.startswith(clause)
    assert not found.is_nan


@pytest.mark.parametrize("pair", [(math.nan, 1.0), (1.0, math.nan), (math.nan, math.nan)])
def test_nan_never_agrees(pair: tuple[float, float]) -> None:
    found = difference([0.0, pair[0]], [0.0, pair[1]], DEFAULT)
    assert found is not None
    assert found.is_nan


def test_nan_is_found_where_it_is() -> None:
    assert find_nan({"a": [[1.0, math.nan]]}) == "a[0][1]"
    assert find_nan(math.nan) == ""
    assert find_nan([{"a": 1}, "nan", None, math.inf]) is None


ARRAYS = npst.arrays(
    np.float64,
    npst.array_shapes(min_dims=0, max_dims=3, max_side=3),
    elements=st.floats(-1e6, 1e6, allow_nan=False),
)


@given(expected=ARRAYS, data=st.data())
def test_the_verdict_on_arrays_is_that_of_the_formula(
    expected: np.ndarray, data: st.DataObject
) -> None:
    scale = float(np.max(np.abs(expected), initial=0.0))
    noise = data.draw(
        npst.arrays(
            np.float64, expected.shape, elements=st.sampled_from([0.0, 0.5, -0.9, 1.1, 3.0])
        )
    )
    bound = 1e-5 + 1e-3 * scale
    actual = expected + noise * bound
    agrees = bool(np.all(np.abs(actual - expected) <= bound))
    assert (difference(actual.tolist(), expected.tolist(), DEFAULT) is None) == agrees


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(TREES)
def test_any_output_without_nan_agrees_with_itself_after_a_round_trip(tree: object) -> None:
    assert difference(json.loads(json.dumps(tree)), tree, Tolerance(rtol=0.0, atol=0.0)) is None
