"""Files to be hashed, in portions that can be handed to another process or another machine."""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

from repro_check.runtime.files import Hash, Stream, Tick, feed, new_hash
from repro_check.runtime.pointers import stop_at_pointer
from repro_check.runtime.trees import ChangedTreeError


class Batch(NamedTuple):
    """Files whose contents are to be hashed.

    Attributes:
        file_hash: `md5`, `sha256`, `blake3` or `md5-dos2unix` (that of DVC before 3.0).
        paths: absolute paths of local files, or all of them URLs that fsspec reads.
        size: of all of them, in bytes, as far as it is known.
        stamps: of objects, the versions that a listing spoke of, one each; () for any version.
    """

    file_hash: str
    paths: tuple[str, ...]
    size: int = 0
    stamps: tuple[str, ...] = ()


class Hashed(NamedTuple):
    """What came of one file: `digest` in hexadecimal digits and `size` in bytes."""

    digest: str
    size: int


def hash_batch(batch: Batch) -> tuple[Hashed, ...]:
    """Hash every local file of a batch, in order; see `remote.hash_objects` for others.

    A module-level function of picklable values, so that a pool or a cluster can call it.

    Raises:
        UndefinedTreeError: a file cannot be read, or changed while it was read, twice.
        PointerMet: a file is only a pointer of git-lfs or git-annex.
    """
    return tuple(hash_one(path, batch.file_hash) for path in batch.paths)


def hash_one(path: str, file_hash: str, *, tick: Tick | None = None) -> Hashed:
    """Hash one local file; arguments and errors as for a batch."""
    try:
        return _hash_file(path, file_hash, tick)
    except ChangedTreeError:
        return _hash_file(path, file_hash, tick)


def _hash_file(path: str, file_hash: str, tick: Tick | None) -> Hashed:
    with closing(Stream(_hash_named(file_hash))) as stream:
        size = feed(path, stream.update, watch=stop_at_pointer, tick=tick)
        return Hashed(stream.hexdigest(), size)


def _hash_named(file_hash: str) -> Hash:
    if file_hash == "md5-dos2unix":
        from repro_check.data.dvc import Dos2UnixMD5

        return Dos2UnixMD5()
    return new_hash(file_hash)
