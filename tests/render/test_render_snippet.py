from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.findings import Span
from repro_check.render.snippet import snippet
from repro_check.render.visible import columns, glyph

LETTERS = st.sampled_from(["a", "種", "e\u0301", "\t", "\x1b", "\u202e", "🎲", "é", "ｱ", "Ａ", " "])


def cut(text: str, before: int, length: int) -> str:
    """The part of printed text that stands over the mark: a cursor walking the columns."""
    column, inside, taken = 0, False, ""
    for character in text:
        width = columns(character)
        if width:
            inside = before <= column < before + length
        taken += character if inside else ""
        column += width
    return taken


@pytest.mark.parametrize(
    ("source", "start", "stop", "expected"),
    [
        ("x = seed", 5, 9, ("x = seed", 4, 4)),
        ("\tx = seed", 6, 10, ("    x = seed", 8, 4)),
        ("種子 = seed", 6, 10, ("種子 = seed", 7, 4)),
        ("x = 種子", 5, 7, ("x = 種子", 4, 4)),
        ("e\u0301 = seed", 6, 10, ("e\u0301 = seed", 4, 4)),
        ("\x1b = seed", 5, 9, ("\\x1b = seed", 7, 4)),
        ("x", 2, 2, ("x", 1, 1)),
        ("x", 9, 12, ("x", 1, 1)),
        ("x = seed\n", 5, 9, ("x = seed", 4, 4)),
        ("x = seed\r\n", 5, 9, ("x = seed", 4, 4)),
        ("first\nsecond", 1, 6, ("first", 0, 5)),
        ("", 1, 1, ("", 0, 1)),
    ],
)
def test_the_mark_stands_under_the_place(source, start, stop, expected):
    shown = snippet(source, Span(1, start, 1, stop), 80)
    assert (shown.text, shown.before, shown.length) == expected


def test_a_span_over_several_lines_is_marked_to_the_end_of_its_first():
    shown = snippet("x = call(  ", Span(1, 5, 3, 2), 80)
    assert (shown.before, shown.length) == (4, 5)


def test_a_long_line_is_cropped_around_the_place():
    shown = snippet("a" * 500 + "seed" + "b" * 500, Span(1, 501, 1, 505), 60)
    assert shown.text.startswith("...a")
    assert shown.text.endswith("b...")
    assert len(shown.text) == 60
    assert shown.text[shown.before : shown.before + shown.length] == "seed"


def test_a_long_line_is_cropped_at_its_end_only_where_that_is_enough():
    shown = snippet("seed = 1  # " + "a" * 500, Span(1, 1, 1, 5), 40)
    assert shown.text == "seed = 1  # " + "a" * 25 + "..."


def test_a_line_that_just_fits_is_whole():
    assert snippet("a" * 40, Span(1, 1, 1, 41), 40).text == "a" * 40


def test_a_place_longer_than_the_room_is_marked_as_far_as_it_is_shown():
    shown = snippet("x = '" + "s" * 500 + "'", Span(1, 5, 1, 507), 40)
    assert shown.before + shown.length <= 40
    assert shown.text[shown.before] == "'"


@given(before=st.lists(LETTERS), place=st.lists(LETTERS, min_size=1), after=st.lists(LETTERS))
def test_the_marked_columns_hold_exactly_the_place(before, place, after):
    line = "".join([*before, *place, *after])
    start = len("".join(before))
    stop = start + len("".join(place))
    shown = snippet(line, Span(1, start + 1, 1, stop + 1), 10_000)
    expected = "".join("    " if c == "\t" else glyph(c) for c in line[start:stop])
    assert cut(shown.text, shown.before, shown.length) == expected


@given(
    letters=st.lists(LETTERS, min_size=1, max_size=200),
    place=st.tuples(st.integers(1, 250), st.integers(0, 250)),
    room=st.integers(20, 80),
)
def test_the_line_and_its_mark_stay_within_the_room(letters, place, room):
    line = "".join(letters)
    shown = snippet(line, Span(1, place[0], 1, place[0] + place[1]), room)
    assert columns(shown.text) <= room
    assert shown.before + shown.length <= room + 1
    if place[0] <= len(line) and columns(first := line[place[0] - 1]) == 1 and first.isprintable():
        assert cut(shown.text, shown.before, 1).startswith(first)


def test_very_many_lines_are_shown_alike() -> None:
    """Were each character of each looked up, this would take half a minute."""
    source = "x = 1  # repro-check: ignore[SEED004] -- x".ljust(400, "y")
    shown = {snippet(source, Span(number, 1, number, 2), 80) for number in range(1, 200_000)}
    assert [(item.before, item.length, len(item.text)) for item in shown] == [(0, 1, 80)]
