"""Edits of text by index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec


class Edit(msgspec.Struct, frozen=True):
    """Replace the text from `start` to `end` (exclusive)."""

    start: int
    end: int
    text: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits that do not overlap."""
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def insert_lines(text: str, at: int, lines: Sequence[str]) -> Edit:
    """Whole lines at `at`, where a line starts or the text ends, with the text's own line ends."""
    newline = "\r\n" if "\r\n" in text else "\n"
    is_cut = at > 0 and text[at - 1] != "\n"
    return Edit(at, at, newline * is_cut + newline.join([*lines, ""]))


def line_start(text: str, index: int) -> int:
    """Where the line of `index` starts."""
    return text.rfind("\n", 0, index) + 1


def line_end(text: str, index: int) -> int:
    """Where the next line starts."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1
