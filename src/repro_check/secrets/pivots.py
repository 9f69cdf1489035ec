"""Patterns that find any of many words in one quick walk over bytes.

Where a pattern begins with one plain character, `re` leaps from one to the next with memchr, at
gigabytes a second (`SRE(search)` in CPython's Modules/_sre). A pattern that begins with a choice
is tried at every byte and takes twenty times as long, and `bytes.find` walks once for each word.
So a pattern here begins at a character that its words share, the pivot, and looks back from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import cast

from repro_check.text import pattern


def byte_pattern(source: str, flags: int = 0) -> re.Pattern[bytes]:
    """`re.compile` of an ASCII pattern for bytes, put off until the pattern is used."""
    return cast("re.Pattern[bytes]", pattern(cast("str", source.encode("ascii")), flags))


def at_pivot(pivot: str, words: Iterable[str], *, after: str = "", then: str = "") -> str:
    """The source of a pattern for any of `words`, starting at their last `pivot`.

    A match ends where its word ends.

    Args:
        pivot: one character, which stands in every word.
        words: what is looked for, as written.
        after: a lookahead that holds right after the pivot of every match: the first sieve.
        then: a lookahead that holds after the word.
    """
    ends = []
    for word in words:
        left, _, right = word.rpartition(pivot)
        ends.append(f"(?<={re.escape(left + pivot)}){re.escape(right)}")
    return f"{re.escape(pivot)}{after}(?:{'|'.join(ends)}){then}"


def by_pivot(
    words: str, pivots: str, *, after: str = "", then: str = ""
) -> Iterator[re.Pattern[bytes]]:
    """A pattern for each of `pivots`; a word goes to the first that stands in it.

    Args:
        words: what is looked for, separated by white space.
        pivots: characters, of which each word has one; the rarer in texts, the quicker.
        after: as for `at_pivot`.
        then: as for `at_pivot`.
    """
    left = words.split()
    for pivot in pivots:
        here = [word for word in left if pivot in word]
        left = [word for word in left if pivot not in word]
        yield byte_pattern(at_pivot(pivot, here, after=after, then=then))
