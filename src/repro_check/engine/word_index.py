"""Which files of code hold some words, told by what git says of their contents: none is opened.

The words of a content are a record of the cache. To look up 2,000 records takes 6 ms of a hook, so those of
many contents are joined in one, which is made anew when many are missing from it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TypeAlias

import msgspec

from repro_check.engine.cache import DIGEST_BYTES, Cache
from repro_check.sources.discovery import SourceFile
from repro_check.sources.kinds import Kind
from repro_check.sources.unreadable import Unreadable
from repro_check.sources.words import holds_any, needles, words_of

_NUMBERS = {Kind.PYTHON: 40, Kind.NOTEBOOK: 41}
_JOINED = 42
"""The numbers of these records among the readers'."""
_JOINED_KEY = bytes(DIGEST_BYTES)
_MANY = 100
_Key: TypeAlias = bytes
"""The head of git's name for a content, and the number of its record."""


class WordIndex:
    """The words of the files of a tree.

    Args:
        cache: where they are kept.
        load: gives the content of a file, or None.
    """

    def __init__(self, cache: Cache, load: Callable[[SourceFile], bytes | None]) -> None:
        self._cache = cache
        self._load = load

    def mentioning(
        self, files: Iterable[SourceFile], words: Collection[str]
    ) -> Iterator[SourceFile]:
        """The files in which one of some words may stand."""
        wanted = needles(words)
        if wanted is None:
            yield from files
            return
        joined = self._joined
        holding = joined.holding(wanted)
        places: dict[_Key, int] = {}
        alone: dict[_Key, bytes] = {}
        for file in files:
            key = _key(file)
            place = joined.places.get(key)
            if place is not None:
                places[key] = place
                if place in holding:
                    yield file
                continue
            held = self._words(file, key) if key else None
            if held is not None:
                alone[key] = held
            if held is None or holds_any(held, wanted):
                yield file
        if len(alone) > _MANY:
            kept = {key: joined.words(place) for key, place in places.items()}
            self._join({**kept, **alone})
            return
        for key, held in alone.items():
            if not self._cache.has(key[:-1], key[-1]):
                self._cache.put(key[:-1], key[-1], held)

    def _words(self, file: SourceFile, key: _Key) -> bytes | None:
        """The words of a file, or None if they are not known."""
        held = self._cache.get(key[:-1], key[-1])
        data = self._load(file) if held is None else None
        if data is None:
            return held
        try:
            return words_of(data, file.kind)
        except Unreadable:
            return None

    @cached_property
    def _joined(self) -> _Joined:
        record = self._cache.get(_JOINED_KEY, _JOINED)
        try:
            return msgspec.msgpack.decode(record or b"", type=_Joined)
        except msgspec.MsgspecError:
            return _Joined((), (), b"")

    def _join(self, held: Mapping[_Key, bytes]) -> None:
        ends = tuple(accumulate(map(len, held.values())))
        self._joined = _Joined(tuple(held), ends, b"".join(held.values()))
        self._cache.put(_JOINED_KEY, _JOINED, msgspec.msgpack.encode(self._joined))


class _Joined(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """The words of many contents: their keys, where the words of each end, and all words."""

    keys: Sequence[_Key]
    ends: Sequence[int]
    text: bytes

    @cached_property
    def places(self) -> Mapping[_Key, int]:
        """The places of the contents, by their keys."""
        return {key: place for place, key in enumerate(self.keys)}

    def words(self, place: int) -> bytes:
        """The words of one content."""
        return self.text[self.ends[place - 1] if place else 0 : self.ends[place]]

    def holding(self, wanted: Iterable[bytes]) -> set[int]:
        """The places of the contents that hold one of some needles."""
        found: set[int] = set()
        for needle in wanted:
            # line ends are around each word, so none is found across the end of a content
            at = self.text.find(needle)
            while at >= 0:
                place = bisect_right(self.ends, at)
                found.add(place)
                at = self.text.find(needle, self.ends[place])
        return found


def _key(file: SourceFile) -> _Key:
    """The key of a file's content; b"" if it has none."""
    number = _NUMBERS.get(file.kind)
    if not file.blob or number is None:
        return b""
    return bytes.fromhex(file.blob)[:DIGEST_BYTES] + bytes((number,))
