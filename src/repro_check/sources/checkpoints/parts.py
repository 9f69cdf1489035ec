"""Streams over streams: a part of one, and one that is unpacked as it is read."""

from __future__ import annotations

import io
import zlib
from typing import IO, cast


def buffered(stream: IO[bytes] | io.RawIOBase) -> io.BufferedReader:
    """A stream that can be looked ahead in."""
    return io.BufferedReader(cast("io.RawIOBase", stream))


def is_seekable(stream: IO[bytes]) -> bool:
    """Whether a stream can be read at any place (that of tarfile has no answer at all)."""
    try:
        return stream.seekable()
    except (AttributeError, OSError):
        return False


class Part(io.RawIOBase):
    """The `length` bytes of a stream from `start`; they are never held as a whole."""

    def __init__(self, stream: IO[bytes], start: int, length: int) -> None:
        super().__init__()
        self._stream = stream
        self._start = start
        self._length = length
        self._at = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Bytes from the part's beginning."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, which may lie behind the end, not before the beginning."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill a buffer with what follows; 0 at the end."""
        wanted = min(len(buffer), self._length - self._at)
        if wanted <= 0:
            return 0
        self._stream.seek(self._start + self._at)
        data = self._stream.read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class Inflating(io.RawIOBase):
    """Deflated bytes, unpacked as they are read; it can be read once, forwards.

    Args:
        packed: the bytes.
        bits: as of `zlib.decompressobj`; negative where there is no header.
    """

    def __init__(self, packed: IO[bytes] | io.RawIOBase, bits: int = zlib.MAX_WBITS) -> None:
        super().__init__()
        self._packed = packed
        self._inflate = zlib.decompressobj(bits)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill a buffer with what follows; 0 at the end.

        Raises:
            OSError: the bytes are damaged.
        """
        while not self._inflate.eof:
            fed = self._inflate.unconsumed_tail or self._packed.read(1 << 16) or b""
            try:
                data = self._inflate.decompress(fed, len(buffer))
            except zlib.error as error:
                raise OSError(f"is damaged ({error})") from error
            if data:
                buffer[: len(data)] = data
                return len(data)
            if not fed:
                break
        return 0
