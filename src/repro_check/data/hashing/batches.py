"""Files to be hashed, in portions that can be handed to another process or another machine."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import NamedTuple

from repro_check.runtime.files import Hash, Stream, Tick, feed, new_hash
from repro_check.runtime.pointers import LARGEST, pointer_in, stop_at_pointer
from repro_check.runtime.trees import ChangedTreeError

_SMALL = 1 << 16
# A pipe put in a file's place must not make us wait for its writer; Windows must not touch \r\n.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


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
    file_hash = batch.file_hash
    quick = _quick_hash(file_hash)
    if quick is None:
        return tuple(hash_one(path, file_hash) for path in batch.paths)
    return tuple(_hash_small(path, quick) or hash_one(path, file_hash) for path in batch.paths)


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


def _quick_hash(file_hash: str) -> Callable[[bytes], Hash] | None:
    """What hashes a block at once; None where only `hash_one` can, or says why it cannot."""
    if file_hash in ("md5", "sha256"):
        return partial(getattr(hashlib, file_hash), usedforsecurity=False)
    if file_hash != "blake3":
        return None
    try:
        from blake3 import blake3
    except ImportError:
        return None
    quick: Callable[[bytes], Hash] = blake3
    return quick


def _hash_small(path: str, quick: Callable[[bytes], Hash]) -> Hashed | None:
    """Hash a small file in half the time of `hash_one`, which is for all that is large or odd."""
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            status = os.fstat(descriptor)
            size = status.st_size
            if size >= _SMALL or not stat.S_ISREG(status.st_mode):
                return None
            # By one call, before or after any change to it; one byte more tells that it grew.
            block = os.read(descriptor, size + 1)
        finally:
            os.close(descriptor)
    except OSError:
        return None
    if len(block) != size or (size <= LARGEST and pointer_in(block)):
        return None
    return Hashed(quick(block).hexdigest(), size)


def _hash_named(file_hash: str) -> Hash:
    if file_hash == "md5-dos2unix":
        from repro_check.data.dvc import Dos2UnixMD5

        return Dos2UnixMD5()
    return new_hash(file_hash)
