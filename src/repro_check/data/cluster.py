"""Hashing on many machines: batches of files go to the workers of a Dask scheduler.

The workers read the files where they are, so these must lie in a folder that all machines share,
or in a bucket. A worker that dies loses nothing: Dask gives its batches to the others
(distributed.dask.org/en/stable/resilience.html).
"""

from __future__ import annotations

import os
import re
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, final

from repro_check import __version__
from repro_check.data.hashing.batches import Batch, Hashed, hash_batch
from repro_check.data.paths import is_url
from repro_check.data.remote.urls import shown
from repro_check.errors import ReproCheckError
from repro_check.runtime.pointers import stop_at_pointer
from repro_check.runtime.trees import UndefinedTreeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from distributed import Client, Future

_AHEAD = 4  # batches for each thread of the workers, so that none waits for its next one


class _Unseen(NamedTuple):
    """A worker's answer: a file that is not there, where it runs."""

    worker: str
    error: UndefinedTreeError


class _Foreign(NamedTuple):
    """A worker's answer: it came later than the others, and with another version."""

    worker: str
    version: str


def hash_anywhere(batch: Batch) -> tuple[Hashed, ...]:
    """Hash a batch of files, or of objects behind URLs, on the worker that runs this."""
    if not batch.paths or not is_url(batch.paths[0]):
        return hash_batch(batch)
    from repro_check.data.remote import hash_objects

    stamps = batch.stamps or ("",) * len(batch.paths)
    versions = zip(batch.paths, stamps, strict=True)
    return hash_objects(versions, batch.file_hash, watch=stop_at_pointer)


@final
class Cluster:
    """The workers of a Dask scheduler, while the `with` block lasts.

    Args:
        address: of the scheduler, `tcp://host:8786`, or the path of the file that
            `dask scheduler --scheduler-file` writes.
        limit: seconds to wait for the scheduler, for a first worker, and for a new one when all
            are gone.
        task: what workers do with a batch; to be found by its name on every worker.

    Raises:
        ReproCheckError: `distributed` is not installed, nothing answers, no worker comes, or a
            worker cannot use this version of the package.
    """

    def __init__(
        self,
        address: str,
        *,
        limit: float = 60,
        task: Callable[[Batch], tuple[Hashed, ...]] = hash_anywhere,
    ) -> None:
        self._address = address
        self._limit = limit
        self._task = task
        self._client: Client | None = None

    def __enter__(self) -> Cluster:
        import asyncio

        self._client = client = _connected(self._address, self._limit)
        try:
            client.wait_for_workers(1, timeout=self._limit)
            _check_workers(client.run(version_here, on_error="return"))
        except (TimeoutError, asyncio.TimeoutError):
            client.close()
            raise ReproCheckError(
                f"the scheduler had no worker within {self._limit:g} seconds",
                where=self._address,
                fix="start workers with `dask worker ADDRESS`, or look at the queue of the cluster",
            ) from None
        except BaseException:
            client.close()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def digests(self, batches: Iterable[Batch]) -> Iterator[tuple[Hashed, ...]]:
        """Hash batches on the workers; the results come in the order of the batches.

        Only a few batches for each worker's thread are on their way at any time. They are called
        back when the iteration ends early, by an error or by Ctrl-C.

        Raises:
            UndefinedTreeError: as `hash_batch` raises it on the worker.
            ReproCheckError: a file is not there on a worker and is here, a batch killed worker
                after worker, all workers are gone, or the scheduler is.
        """
        client = self._client
        if client is None:
            raise RuntimeError("digests() is called outside of the with block")
        waiting: deque[tuple[Batch, Future]] = deque()
        window = 0
        try:
            for count, batch in enumerate(batches):
                if count % 64 == 0:  # workers come and go
                    window = max(8, _AHEAD * sum(client.nthreads().values()))
                future = client.submit(hash_on_worker, self._task, batch, __version__, pure=False)
                waiting.append((batch, future))
                while len(waiting) >= window:
                    yield self._result(client, *waiting.popleft())
            while waiting:
                yield self._result(client, *waiting.popleft())
        finally:
            if waiting:
                client.cancel([future for _, future in waiting], force=True)

    def _result(self, client: Client, batch: Batch, future: Future) -> tuple[Hashed, ...]:
        from distributed import CancelledError, KilledWorker

        try:
            self._wait(client, future)
            answer = future.result()
        except KilledWorker as error:
            raise self._failed(
                f"{error.allowed_failures + 1} workers died while they read the files from "
                f"{_first(batch)!r} on",
                "look at the logs of the workers, and at the memory that they may use",
            ) from None
        except CancelledError:
            raise self._failed(
                "the connection to the scheduler was lost", "start the scheduler and this again"
            ) from None
        except ImportError as error:
            raise self._failed(
                f"a worker lacks what the hashing needs ({error})",
                f"install repro-check-hooks {__version__}, with its extras, where the workers run",
            ) from None
        if isinstance(answer, _Foreign):
            raise _other_version(answer.worker, answer.version)
        if isinstance(answer, _Unseen):
            raise _unseen(answer)
        found: tuple[Hashed, ...] = answer
        return found

    def _wait(self, client: Client, future: Future) -> None:
        """Wait for a future as long as there are workers."""
        import asyncio

        while not future.done():
            try:
                future.exception(timeout=self._limit)
            except (TimeoutError, asyncio.TimeoutError):  # noqa: PERF203 - one a minute
                if not client.nthreads():
                    raise self._failed("all workers are gone", "start workers again") from None

    def _failed(self, what: str, fix: str) -> ReproCheckError:
        return ReproCheckError(what, where=self._address, fix=fix)


def version_here() -> str:
    """The version of this package where it is called: on a worker."""
    return __version__


def hash_on_worker(
    task: Callable[[Batch], tuple[Hashed, ...]], batch: Batch, version: str
) -> tuple[Hashed, ...] | _Unseen | _Foreign:
    """What a worker does with a batch that a command of the given version sends."""
    from distributed import get_worker

    if version != __version__:
        return _Foreign(get_worker().address, __version__)
    try:
        return task(batch)
    except UndefinedTreeError as error:
        if is_url(error.path) or os.path.lexists(error.path):
            raise
        return _Unseen(get_worker().address, error)


def _connected(address: str, limit: float) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise ReproCheckError(
            "hashing on a cluster needs the package distributed, which is not installed",
            where=address,
            fix="pip install 'repro-check-hooks[cluster]'",
        ) from None
    where: dict[str, Any] = {"address": address}
    if Path(address).is_file():
        where = {"scheduler_file": address}
    elif not re.fullmatch(r"([a-z0-9+]+://)?[^/\s]+:\d+/?", address):
        raise _no_address(address)
    try:
        return Client(**where, timeout=limit, set_as_default=False, name="repro-check")
    except ValueError:
        raise _no_address(address) from None
    except (OSError, TypeError) as error:
        raise ReproCheckError(
            f"no Dask scheduler answers within {limit:g} seconds ({type(error).__name__})",
            where=address,
            fix="start one with `dask scheduler`, and give the address that it prints",
        ) from None


def _no_address(address: str) -> ReproCheckError:
    return ReproCheckError(
        "this is neither an address nor the file of a scheduler",
        where=address,
        fix="write tcp://HOST:PORT, or the path given to `dask scheduler --scheduler-file`",
    )


def _check_workers(answers: dict[str, object]) -> None:
    for worker, answer in sorted(answers.items()):
        if answer != __version__:
            raise _other_version(worker, answer if isinstance(answer, str) else "")


def _other_version(worker: str, version: str) -> ReproCheckError:
    what = f"has repro-check {version}" if version else "cannot import this repro-check"
    return ReproCheckError(
        f"the worker {what}, and the command is repro-check {__version__}",
        where=worker,
        fix=f"install repro-check-hooks {__version__} where the workers run, and restart them",
    )


def _unseen(answer: _Unseen) -> Exception:
    if not os.path.lexists(answer.error.path):
        return answer.error
    return ReproCheckError(
        f"the worker sees no file {answer.error.path!r}: the folder must be shared",
        where=answer.worker,
        fix="put the data on a file system that all machines have under the same path",
    )


def _first(batch: Batch) -> str:
    return shown(batch.paths[0]) if batch.paths else "nothing"
