"""Tar archives, such as torch's very first checkpoints and NeMo's."""

from __future__ import annotations

import tarfile
from typing import IO

from repro_check.sources.checkpoints.found import Found
from repro_check.sources.checkpoints.names import may_be_model

_MOST = 10_000
_TORCH = frozenset({"pickle", "storages", "tensors"})


def read_tar(stream: IO[bytes], *, member: str = "", depth: int = 0) -> Found:
    """What the members use and hold; nothing is written anywhere.

    Raises:
        ValueError: it is damaged.
    """
    from repro_check.sources.checkpoints.sniffing import read_stream

    found = Found("tar")
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for count, each in enumerate(archive):
                if count >= _MOST:
                    found.cannot_read(f"has more than {_MOST:,} members", member)
                    break
                opened = archive.extractfile(each) if each.isreg() else None
                if opened is not None and (
                    each.name in _TORCH or may_be_model(each.name, _head(opened))
                ):
                    name = f"{member}!{each.name}" if member else each.name
                    found.add([read_stream(opened, member=name, depth=depth + 1)])
    except (tarfile.TarError, EOFError) as error:
        raise ValueError(f"is a damaged archive ({error})") from error
    return found


def _head(stream: IO[bytes]) -> bytes:
    return stream.peek(16)[:16]  # type: ignore[attr-defined, no-any-return]
