"""What form a model file has, by its first bytes as the loaders tell it, and its reader."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from typing import IO, Protocol

from repro_check.sources.checkpoints.found import Found, damaged
from repro_check.sources.checkpoints.parts import Inflating, buffered, is_seekable

DEEPEST = 4
# what a small packed file may unpack to; behind it lies a bomb or nothing that a reader needs
MOST_UNPACKED = 8 << 30
_HEAD = 512


def read_stream(stream: IO[bytes], *, member: str = "", depth: int = 0) -> Found:
    """What a stream holds, whatever form it has.

    Args:
        stream: at its beginning; one that can be read once only is enough for all but archives.
        member: its name inside of an archive, for messages.
        depth: how many files it lies inside of.
    """
    if depth > DEEPEST:
        return damaged("has files inside of files, too deep to be read", member)
    whole = stream if isinstance(stream, io.BufferedReader) else buffered(stream)
    head = whole.peek(_HEAD)[:_HEAD]
    try:
        return _read(whole, head, member, depth)
    except (ValueError, OSError, EOFError, RuntimeError, lzma.LZMAError, zlib.error) as error:
        return damaged(f"cannot be read: {error}", member)


def _read(stream: IO[bytes], head: bytes, member: str, depth: int) -> Found:
    from repro_check.sources.checkpoints import (
        arrays,
        hdf5,
        onnx,
        pickled,
        safetensors,
        tars,
        zipped,
    )

    if head.startswith(b"PK\x03\x04"):
        if not is_seekable(stream):
            return damaged("is an archive inside of a packed file", member)
        return zipped.read_zipped(stream, member=member, depth=depth)
    if head.startswith(arrays.MAGIC):
        return arrays.read_array(stream, member=member, depth=depth)
    if head.startswith(hdf5.MAGIC):
        return hdf5.read_hdf5(stream, member=member)
    if head.startswith(b"version https://git-lfs"):
        return Found("git-lfs pointer", damaged("is only a pointer of git-lfs", member).reasons)
    if head.startswith(b"7z\xbc\xaf\x27\x1c"):
        return damaged("is a 7z archive, which we do not open", member)
    if head[257:262] == b"ustar":
        return tars.read_tar(stream, member=member, depth=depth)
    if safetensors.is_safetensors(head):
        return safetensors.read_safetensors(stream, member=member)
    unpacked = _unpacked(stream, head)
    if unpacked is not None:
        return read_stream(buffered(unpacked), member=member, depth=depth + 1)
    if onnx.is_onnx(head) and not head.startswith(b"\x80"):
        return onnx.read_onnx(stream, member=member)
    return pickled.read_pickled(stream, member=member, depth=depth)


def _unpacked(stream: IO[bytes], head: bytes) -> io.RawIOBase | None:
    """The stream with its packing taken off, None if it has none."""
    if head.startswith(b"\x1f\x8b"):
        return _Limited(gzip.GzipFile(fileobj=stream))
    if head.startswith(b"BZh"):
        return _Limited(bz2.BZ2File(stream))
    if head.startswith((b"\xfd7zXZ", b"\x5d\x00\x00")):
        return _Limited(lzma.LZMAFile(stream))
    if head[:2] in {b"x\x01", b"x\x5e", b"x\x9c", b"x\xda"}:
        return _Limited(Inflating(stream))
    return None


class _Readable(Protocol):
    def read(self, count: int, /) -> bytes | None: ...


class _Limited(io.RawIOBase):
    """A packed stream that is read forwards, up to `MOST_UNPACKED`."""

    def __init__(self, stream: _Readable) -> None:
        super().__init__()
        self._stream = stream
        self._count = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill a buffer with what follows; 0 at the end."""
        data = self._stream.read(len(buffer)) or b""
        self._count += len(data)
        if self._count > MOST_UNPACKED:
            raise OSError(f"unpacks to more than {MOST_UNPACKED >> 30} GiB")
        buffer[: len(data)] = data
        return len(data)
