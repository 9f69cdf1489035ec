"""Names that are probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.rules.cfg._near import distance, misspelt, nearest

LETTERS = st.text(alphabet="abcd", max_size=5)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("weight_dacay", "weight_decay"),
        ("weigth_decay", "weight_decay"),
        ("batchsize", "batch_size"),
        ("batchSize", "batch_size"),
        ("num_epoch", "num_epochs"),
        ("regularisaton", "regularization"),
    ],
)
def test_a_typing_error_is_seen(wrong: str, right: str) -> None:
    assert misspelt(wrong, right)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("layer1", "layer2"),
        ("lr", "l1"),
        ("min_epochs", "max_epochs"),
        ("train_size", "test_size"),
        ("src_vocab", "tgt_vocab"),
        ("hidden_dim", "output_dim"),
        ("seed", "seed"),
        ("lr_step", "lr_steps_size"),
    ],
)
def test_different_things_are_not_taken_for_each_other(one: str, other: str) -> None:
    assert not misspelt(one, other)


def test_a_typing_error_is_nearer_than_a_likeness() -> None:
    assert nearest("weight_dacay", ["weight_delay_decay", "weight_decay"]) == "weight_decay"
    assert nearest("zzz", ["weight_decay"]) == ""


@given(LETTERS, LETTERS)
def test_the_distance_is_that_of_the_definition(one: str, other: str) -> None:
    assert distance(one, other) == slow_distance(one, other)


def slow_distance(one: str, other: str) -> int:
    """Optimal string alignment, as the recurrence says it."""
    if not one or not other:
        return len(one) + len(other)
    ways = [
        slow_distance(one[:-1], other) + 1,
        slow_distance(one, other[:-1]) + 1,
        slow_distance(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    ]
    if one[-2:-1] == other[-1] and other[-2:-1] == one[-1]:
        ways.append(slow_distance(one[:-2], other[:-2]) + 1)
    return min(ways)
