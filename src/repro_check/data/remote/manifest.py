"""The manifest of what lies below a URL: each object hashed, or known from an earlier run."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from repro_check.data.hashing.batches import Batch, Hashed
from repro_check.data.remote.failures import Patience
from repro_check.data.remote.listing import listing
from repro_check.data.remote.objects import AT_ONCE, hash_object, in_order
from repro_check.data.remote.urls import shown
from repro_check.runtime.files import Hash, new_hash
from repro_check.runtime.junk import is_junk
from repro_check.runtime.manifest import Entry
from repro_check.runtime.trees import ChangedTreeError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from repro_check.data.remote.listing import RemoteFile
    from repro_check.runtime.files import Tick, Watch

# A portion for another machine: small objects by number, large ones by size.
_FILES = 64
_BYTES = 256 << 20
_KNOWN = 4096


class _Line(NamedTuple):
    file: RemoteFile
    digest: str
    is_new: bool

    def entry(self) -> Entry:
        return Entry(self.file.path, self.file.size, self.digest)


def unknown(_file: RemoteFile) -> str | None:
    """No object is known."""
    return None


def forget(_file: RemoteFile, _digest: str) -> None:
    """Remember nothing."""


def remote_manifest(
    url: str,
    file_hash: str,
    *,
    known: Callable[[RemoteFile], str | None] = unknown,
    learned: Callable[[RemoteFile, str], None] = forget,
    hasher: Callable[[Iterable[Batch]], Iterator[tuple[Hashed, ...]]] | None = None,
    skip: Callable[[str], bool] = is_junk,
    watch: Watch | None = None,
    tick: Tick | None = None,
    new: Callable[[str], Hash] = new_hash,
    at_once: int = AT_ONCE,
    patience: Patience = Patience(),  # noqa: B008 - immutable
) -> Iterator[Entry]:
    """The manifest of what lies below a URL, equal to that of the same files in a folder.

    Several objects are read at once; memory is bounded by what is on its way.

    Args:
        url: an object, a bucket or a folder in it.
        file_hash: the name of the hash, for `new`.
        known: the digest that was learned from the same object with the same size and stamp, if
            any; it is not asked about objects without a stamp.
        learned: told, in the order of the manifest, what was read and has a stamp.
        hasher: hashes elsewhere, such as `Cluster.digests`; threads of this process by default.
        skip: names of files and folders to pass over.
        watch: as for `hash_object`; not with `hasher`.
        tick: as for `hash_object`, called by several threads; not with `hasher`.
        new: as for `hash_object`; not with `hasher`.
        at_once: how many objects are read at once; not with `hasher`.
        patience: how long to bear with the server.

    Raises:
        ChangedTreeError: nothing is there, or an object changed after it was listed.
        UndefinedTreeError: as `listing` and `hash_object`.
        ReproCheckError: a package is missing, or the URL is of an unknown kind.
    """
    files = listing(url, skip=skip, patience=patience)
    if hasher is None:
        stop = threading.Event()
        hashing = partial(
            hash_object, watch=watch, tick=tick, new=new, patience=patience, stop=stop
        )
        tasks = (_task(file, file_hash, known, hashing) for file in files)
        lines = in_order(tasks, at_once=at_once, stop=stop)
    else:
        lines = _elsewhere(files, file_hash, known, hasher)
    with closing(lines):  # who stops listening, stops the reading
        for line in lines:
            if line.is_new and line.file.stamp:
                learned(line.file, line.digest)
            yield line.entry()


def _task(
    file: RemoteFile,
    file_hash: str,
    known: Callable[[RemoteFile], str | None],
    hashing: Callable[..., Hashed],
) -> Callable[[], _Line] | _Line:
    digest = known(file) if file.stamp else None
    if digest is not None:
        return _Line(file, digest, is_new=False)
    return lambda: _line(file, hashing(file.url, file_hash, stamp=file.stamp))


def _elsewhere(
    files: Iterable[RemoteFile],
    file_hash: str,
    known: Callable[[RemoteFile], str | None],
    hasher: Callable[[Iterable[Batch]], Iterator[tuple[Hashed, ...]]],
) -> Generator[_Line, None, None]:
    """The lines of a manifest, by a hasher that takes batches ahead of what it gives back."""
    waiting: deque[list[tuple[RemoteFile, str | None]]] = deque()

    def batches() -> Iterator[Batch]:
        for portion in _portions((file, known(file) if file.stamp else None) for file in files):
            waiting.append(portion)
            unread = [file for file, digest in portion if digest is None]
            size = sum(max(file.size, 0) for file in unread)
            yield Batch(
                file_hash,
                tuple(file.url for file in unread),
                size,
                tuple(file.stamp for file in unread),
            )

    for hashed in hasher(batches()):
        results = iter(hashed)
        for file, digest in waiting.popleft():
            if digest is None:
                yield _line(file, next(results))
            else:
                yield _Line(file, digest, is_new=False)


def _portions(
    files: Iterable[tuple[RemoteFile, str | None]],
) -> Iterator[list[tuple[RemoteFile, str | None]]]:
    portion: list[tuple[RemoteFile, str | None]] = []
    count = size = 0
    for file, digest in files:
        portion.append((file, digest))
        if digest is None:
            count += 1
            size += max(file.size, 0)
        if count >= _FILES or size >= _BYTES or len(portion) >= _KNOWN:
            yield portion
            portion, count, size = [], 0, 0
    if portion:
        yield portion


def _line(file: RemoteFile, hashed: Hashed) -> _Line:
    if file.size not in {-1, hashed.size}:
        raise ChangedTreeError(
            shown(file.url), "changed after it was listed", "wait until it is written"
        )
    return _Line(file._replace(size=hashed.size), hashed.digest, is_new=True)
