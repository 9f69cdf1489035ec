"""The words of a file of code: enough to tell that it never names a thing, without its facts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from repro_check.sources.decoding import decode
from repro_check.sources.kinds import Kind
from repro_check.text import pattern

_WORD = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPE = pattern(r"\\.", re.DOTALL)


def words_of(data: bytes, kind: Kind) -> bytes:
    r"""Each ASCII word of a file once, between line ends (`b"\na\nb\n"`).

    Raises:
        Unreadable: the content is no text.
    """
    text = decode(data)
    if kind is Kind.NOTEBOOK:  # its code stands in JSON strings, where `n` of `\n` is no letter
        text = _ESCAPE.sub(" ", text)
    if not text.isascii():  # as Python reads identifiers (docs.python.org, lexical analysis)
        import unicodedata

        text = unicodedata.normalize("NFKC", text)
    return "\n".join(("", *sorted(set(_WORD.findall(text))), "")).encode()


def needles(words: Collection[str]) -> list[bytes] | None:
    """What to look for in `words_of`, one for each word; None if it does not tell of one of them."""
    plain = all(_WORD.fullmatch(word) for word in words)
    return [f"\n{word}\n".encode() for word in words] if plain else None


def holds_any(held: bytes, wanted: Iterable[bytes]) -> bool:
    """Whether one of these needles is among the words of a file."""
    return any(needle in held for needle in wanted)
