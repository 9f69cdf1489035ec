"""Which content of an object this is, by what its server says about it."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

# A time of whole seconds does not tell two changes within one second apart; RFC 7232, section
# 2.2.2, allows it as proof after a minute, in which clocks may differ.
_SETTLED = 60
_NAMES = ("generation", "ETag", "etag", "e_tag", "blob_id", "sha")
_TIMES = ("Last-Modified", "LastModified", "last_modified", "mtime", "updated", "modified")


class Version(NamedTuple):
    """One content of an object.

    Attributes:
        size: in bytes; -1 if the server does not tell.
        mark: the entity tag or the like, or the time of the last change; "" if nothing is told.
        changed: seconds since 1970 of the last change; 0 if not told.
        is_dated: `mark` is made of times, by a server that knows no better.
    """

    size: int
    mark: str
    changed: float
    is_dated: bool

    @property
    def stamp(self) -> str:
        """A text that no other content of this object has, by which a digest may be remembered.

        Weak entity tags, and times (or tags that web servers make of them) of the last minute
        prove nothing: "".
        """
        is_fresh = self.is_dated and self.changed > time.time() - _SETTLED
        is_weak = self.mark.startswith("W/")
        return "" if self.size < 0 or is_weak or is_fresh else self.mark


def version_of(info: Mapping[str, object]) -> Version:
    """The version that an `info` of fsspec, or the headers of an answer, speak of."""
    size = info.get("size")
    changed = next((_seconds(info[name]) for name in _TIMES if info.get(name)), 0.0)
    names = [str(info[name]) for name in _NAMES if info.get(name)]
    # The inode tells a file that another one with an old time was moved over.
    dated = f"{changed!r} {info.get('ino', '')}".strip() if changed else ""
    return Version(
        size=size if isinstance(size, int) else -1,
        mark=names[0] if names else dated,
        changed=changed,
        # The headers of a web server are told by their hyphen.
        is_dated=not names or bool(info.get("Last-Modified")),
    )


def _seconds(value: object) -> float:
    from email.utils import parsedate_to_datetime

    if isinstance(value, (int, float)):
        return float(value)
    try:
        if not isinstance(value, dt.datetime):
            value = parsedate_to_datetime(str(value))
        return value.timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0
