"""The digest of what lies behind a URL, as a configuration records it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from repro_check.data.hashing.batches import Batch
from repro_check.data.hashing.digests import Algorithm, UndefinedDigest
from repro_check.data.hashing.hashers import Here, Pool
from repro_check.data.remote.failures import Patience
from repro_check.data.remote.listing import RemoteFile, listing
from repro_check.data.remote.manifest import forget, remote_manifest, unknown
from repro_check.data.remote.objects import hash_object
from repro_check.data.remote.urls import shown
from repro_check.errors import ReproCheckError
from repro_check.runtime.junk import is_junk
from repro_check.runtime.manifest import fold_tree
from repro_check.runtime.pointers import PointerMet, stop_at_pointer
from repro_check.runtime.trees import UndefinedTreeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from repro_check.data.hashing.hashers import Hasher
    from repro_check.data.hashing.measuring import Meter
    from repro_check.runtime.manifest import Entry


def remote_digest(
    url: str,
    algorithm: Algorithm,
    *,
    hasher: Hasher | None = None,
    meter: Meter | None = None,
    known: Callable[[RemoteFile], str | None] = unknown,
    learned: Callable[[RemoteFile, str], None] = forget,
    patience: Patience = Patience(),  # noqa: B008 - immutable
) -> str:
    """The digest of an object, or of all objects below a URL, as it is written down.

    Args:
        url: an object, a bucket or a folder in it.
        algorithm: a tree digest; for a single object also `MD5` or `SHA256`.
        hasher: a cluster; anything else leaves the reading to threads of this process, since
            what is waited for is the network.
        meter: told how many bytes there are, which costs a listing, and are dealt with.
        known: as for `remote_manifest`.
        learned: as for `remote_manifest`.
        patience: how long to bear with the server.

    Raises:
        UndefinedDigest: it cannot be read, changes meanwhile, or no folder could hold it.
        ReproCheckError: a package is missing, or the URL is of an unknown kind.
    """
    cluster = None if hasher is None or isinstance(hasher, (Here, Pool)) else hasher
    counting = _Counting(meter)
    try:
        if meter is not None and meter.is_live:
            files = listing(url, skip=is_junk, patience=patience)
            meter.expect(sum(max(file.size, 0) for file in files))
        if not algorithm.is_tree:
            return _digest_of_one(url, algorithm, cluster, counting, patience)
        file_hash = algorithm.value.removeprefix("tree:")
        entries = remote_manifest(
            url,
            file_hash,
            known=known if cluster else counting.known(known),
            learned=learned,
            hasher=cluster.digests if cluster else None,
            watch=stop_at_pointer,
            tick=counting.tick,
            patience=patience,
        )
        return fold_tree(counting.entries(entries) if cluster else entries, file_hash)
    except UndefinedTreeError as error:
        raise UndefinedDigest(error.reason, where=error.path, fix=error.fix) from None
    except PointerMet as pointer:
        raise UndefinedDigest(
            "is only a pointer to the content", where=pointer.args[0], fix="put the content there"
        ) from None
    except ModuleNotFoundError as error:
        raise ReproCheckError(str(error), where=shown(url)) from None


def _digest_of_one(
    url: str,
    algorithm: Algorithm,
    cluster: Hasher | None,
    counting: _Counting,
    patience: Patience,
) -> str:
    if algorithm.is_dvc:
        raise UndefinedTreeError(
            shown(url), "is not on this machine, as data of DVC must be", "run `dvc pull`"
        )
    first = next(listing(url, patience=patience), None)
    if first is None or first.url != url:
        raise UndefinedTreeError(
            shown(url),
            f"is a folder, and {algorithm.value} over the network is for a single object only",
            f"use {Algorithm.TREE_BLAKE3.value} or {Algorithm.TREE_SHA256.value}",
        )
    if cluster is not None:
        ((hashed,),) = cluster.digests(
            [Batch(algorithm.value, (url,), max(first.size, 0), (first.stamp,))]
        )
        counting.tick(hashed.size)
        return hashed.digest
    return hash_object(
        url,
        algorithm.value,
        stamp=first.stamp,
        watch=stop_at_pointer,
        tick=counting.tick,
        patience=patience,
    ).digest


class _Counting:
    """Tells a meter of bytes, whichever thread read them."""

    def __init__(self, meter: Meter | None) -> None:
        self._meter = meter
        self._lock = threading.Lock()

    def tick(self, size: int) -> None:
        """So many bytes were read."""
        if self._meter is not None:
            with self._lock:
                self._meter.tick(size)

    def known(
        self, known: Callable[[RemoteFile], str | None]
    ) -> Callable[[RemoteFile], str | None]:
        """Count what need not be read."""

        def counted(file: RemoteFile) -> str | None:
            digest = known(file)
            if digest is not None:
                self.tick(file.size)
            return digest

        return counted

    def entries(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        """Count what others have read."""
        for entry in entries:
            self.tick(entry.size)
            yield entry
