"""The words of a file tell that it never names a thing."""

from __future__ import annotations

import pytest

from repro_check.sources.kinds import Kind
from repro_check.sources.unreadable import Unreadable
from repro_check.sources.words import holds_any, needles, words_of


def holds(data: bytes, word: str, kind: Kind = Kind.PYTHON) -> bool:
    return holds_any(words_of(data, kind), needles([word]) or [])


@pytest.mark.parametrize(
    ("code", "is_held"),
    [
        (b"set_seed(1)", True),
        (b"x.set_seed", True),
        (b"reset_seed(1)", False),
        (b"set_seeds(1)", False),
        ("\uff53\uff45\uff54_seed(1)".encode(), True),  # full-width letters are the same name
    ],
)
def test_a_word_is_held_whole_or_not_at_all(code: bytes, is_held: bool) -> None:
    assert holds(code, "set_seed") is is_held


def test_the_n_of_a_line_end_in_a_notebook_is_no_letter() -> None:
    assert holds(b'{"source": ["import a\\nset_seed(1)"]}', "set_seed", Kind.NOTEBOOK)


def test_of_a_word_with_other_letters_nothing_is_told() -> None:
    assert needles(["a", "gr\u00f6\u00dfe"]) is None


def test_what_is_no_text_has_no_words() -> None:
    with pytest.raises(Unreadable):
        words_of(b"\xff\xfe\x00", Kind.PYTHON)
