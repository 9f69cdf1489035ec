"""A stream that is read forwards in pieces, and knows how far it has come."""

from __future__ import annotations

from typing import IO

from repro_check.sources.checkpoints.parts import is_seekable

_PIECE = 1 << 18


class TruncatedError(ValueError):
    """The stream ends before what it announces."""


class Window:
    """A stream from where it stands; it is read in pieces, so that it may be ahead of the window.

    Args:
        stream: readable from front to back; it may be a member that is being unpacked.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._piece = b""
        self._at = 0
        self._before = stream.tell() if is_seekable(stream) else 0

    @property
    def offset(self) -> int:
        """Where it stands in the stream; of one that cannot be sought in, bytes read so far."""
        return self._before + self._at

    def read(self, count: int) -> bytes:
        """The next `count` bytes.

        Raises:
            TruncatedError: there are fewer.
        """
        end = self._at + count
        if end > len(self._piece):
            self._fill(count)
            end = self._at + count
            if end > len(self._piece):
                missing = end - len(self._piece)
                bytes_ = "byte" if missing == 1 else "bytes"
                raise TruncatedError(f"ends {missing:,} {bytes_} too early")
        data = self._piece[self._at : end]
        self._at = end
        return data

    def line(self, limit: int) -> bytes:
        """All bytes up to the next newline, without it.

        Raises:
            TruncatedError: there is none within `limit` bytes.
        """
        size = 256
        while True:
            self._fill(size)
            end = self._piece.find(b"\n", self._at, self._at + size)
            if end >= 0:
                return self.read(end + 1 - self._at)[:-1]
            if size > len(self._piece) - self._at or size >= limit:
                raise TruncatedError("a line does not end")
            size *= 2

    def skip(self, count: int) -> None:
        """Leave out the next `count` bytes, without holding them.

        Raises:
            TruncatedError: there are fewer.
        """
        while count > 0:
            self._fill(1)
            here = min(count, len(self._piece) - self._at)
            if here == 0:
                raise TruncatedError(f"ends {count:,} bytes too early")
            self._at += here
            count -= here

    @property
    def is_at_end(self) -> bool:
        """Whether nothing follows."""
        self._fill(1)
        return self._at == len(self._piece)

    def rest(self, expected: bytes) -> bytes:
        """What follows, left unread: up to one byte more than what is expected."""
        self._fill(len(expected) + 1)
        return self._piece[self._at : self._at + len(expected) + 1]

    def _fill(self, count: int) -> None:
        """Have `count` bytes at hand, if as many follow."""
        while len(self._piece) - self._at < count:
            more = self._stream.read(max(_PIECE, count - len(self._piece) + self._at))
            if not more:
                return
            self._before += self._at
            self._piece = self._piece[self._at :] + more
            self._at = 0
