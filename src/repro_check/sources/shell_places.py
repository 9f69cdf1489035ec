"""The simple commands of shell text, each word with its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from repro_check.findings import Span
from repro_check.sources.shell_words import simple_commands


class ShellCommand(msgspec.Struct, frozen=True, array_like=True):
    """A simple command.

    Attributes:
        words: without quotes, redirections and operators.
        spans: the place of each word, quotes included.
    """

    words: tuple[str, ...]
    spans: tuple[Span, ...]

    @property
    def span(self) -> Span:
        """From the first word to the last."""
        first, last = self.spans[0], self.spans[-1]
        return Span(first.line, first.column, last.end_line, last.end_column)


def placed_commands(text: str, place: Callable[[int, int], Span]) -> Iterator[ShellCommand]:
    """The simple commands of a text.

    Args:
        text: shell text.
        place: the span of `text[start:end]` in the file.
    """
    for words in simple_commands(text):
        yield ShellCommand(
            tuple(word.text for word in words),
            tuple(place(word.start, word.end) for word in words),
        )
