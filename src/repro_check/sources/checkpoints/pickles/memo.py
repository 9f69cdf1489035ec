"""What a pickle remembers, counted as CPython counts it and kept within bounds."""

from __future__ import annotations

from repro_check.sources.checkpoints.pickles.values import OPAQUE, Global

_MAX_KEPT = 200_000
_MAX_TEXT = 1 << 24
_OVERHEAD = 64


class MalformedError(ValueError):
    """The pickle does what no pickler writes; `pickle` would refuse it as well, or stop there."""


class Memo:
    """Values by number. Of very many only classes and functions are kept; others come back opaque.

    `MEMOIZE` takes the number of entries for its own (`Lib/pickle.py`, `load_memoize`), and `PUT`
    may write an entry anew. Were they counted otherwise here, a pickle could recall another text
    than we see.
    """

    def __init__(self) -> None:
        self._kept: dict[int, object] = {}
        self._forgotten = 0
        self._highest = -1
        self._text = 0

    def put(self, index: object, value: object) -> None:
        """Remember a value under a number; None is the next one.

        Raises:
            MalformedError: that is no number, or nobody can tell whether it is there already.
        """
        key = len(self._kept) + self._forgotten if index is None else index
        if not isinstance(key, int):
            raise MalformedError("remembers something under what is no number")
        if isinstance(value, str):
            self._text += len(value) + _OVERHEAD
            value = value if self._text <= _MAX_TEXT else OPAQUE
        if key not in self._kept and self._forgotten and key <= self._highest:
            raise MalformedError("remembers more than can be followed")
        if key in self._kept or len(self._kept) < _MAX_KEPT or isinstance(value, Global):
            self._kept[key] = value
        else:
            self._forgotten += 1
        self._highest = max(self._highest, key)

    def get(self, index: object) -> object:
        """What stands under a number.

        Raises:
            MalformedError: nothing does.
        """
        if index in self._kept:
            return self._kept[index]
        if not self._forgotten:
            raise MalformedError("recalls what it has not remembered")
        return OPAQUE
