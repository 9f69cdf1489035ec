"""The digest of one object, or of several at once, streamed: nothing is stored on the way."""

from __future__ import annotations

import threading
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from repro_check.data.hashing.batches import Hashed
from repro_check.data.remote.failures import Patience
from repro_check.data.remote.reading import read_object
from repro_check.data.remote.urls import shown
from repro_check.runtime.files import Hash, Stream, new_hash
from repro_check.runtime.trees import ChangedTreeError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from concurrent.futures import Future

    from repro_check.runtime.files import Tick, Watch

AT_ONCE = 16
T = TypeVar("T")


def hash_object(
    url: str,
    file_hash: str,
    *,
    stamp: str = "",
    watch: Watch | None = None,
    tick: Tick | None = None,
    new: Callable[[str], Hash] = new_hash,
    patience: Patience = Patience(),  # noqa: B008 - immutable
    stop: threading.Event | None = None,
) -> Hashed:
    """The digest of an object's content, equal to that of a file with the same content.

    An object that changes while it is read is read once again from its beginning.

    Args:
        url: the object.
        file_hash: the name of the hash, for `new`.
        stamp: the version that a listing spoke of; "" for whatever is there.
        watch: given the URL as it may be shown, and the first block (up to 1 MiB); may raise to
            stop.
        tick: told how many bytes were read; more than there are after a new beginning.
        new: makes an empty hash.
        patience: how long to bear with the server.
        stop: once set, the reading ends with `Stopped`.

    Raises:
        ChangedTreeError: it changed while it was read, twice, or is not there.
        UndefinedTreeError: it cannot be read.
        ReproCheckError: a package is missing, or the URL is of an unknown kind.
    """
    read = partial(read_object, url, stamp=stamp, patience=patience, stop=stop)
    for attempt in (1, 2):
        done = 0
        stream = Stream(new(file_hash))
        try:
            for start, block in read():
                if start != done:
                    stream.close()
                    stream = Stream(new(file_hash))
                if watch is not None and not start:
                    watch(shown(url), block)
                stream.update(block)
                done = start + len(block)
                if tick is not None:
                    tick(len(block))
            return Hashed(stream.hexdigest(), done)
        except ChangedTreeError:
            if attempt == 2:
                raise
        finally:
            stream.close()
    raise AssertionError("the second attempt returns or raises")


def hash_objects(
    versions: Iterable[tuple[str, str]],
    file_hash: str,
    *,
    watch: Watch | None = None,
    at_once: int = AT_ONCE,
) -> tuple[Hashed, ...]:
    """The digests of objects (URL and stamp), in their order, several read at once.

    Arguments and errors are those of `hash_object`.
    """
    stop = threading.Event()
    tasks = (
        partial(hash_object, url, file_hash, stamp=stamp, watch=watch, stop=stop)
        for url, stamp in versions
    )
    return tuple(in_order(tasks, at_once=at_once, stop=stop))


def in_order(
    tasks: Iterable[Callable[[], T] | T], *, at_once: int, stop: threading.Event
) -> Generator[T, None, None]:
    """The results of tasks that threads run, in the order of the tasks.

    Args:
        tasks: asked for as needed; a result that is known already may stand for its task.
        at_once: how many threads; a few times as many tasks are waiting or done ahead.
        stop: set when no more results are wanted, also after an error.
    """
    from concurrent.futures import Future, ThreadPoolExecutor

    pool = ThreadPoolExecutor(at_once, thread_name_prefix="repro-check-read")
    waiting: deque[Future[T] | T] = deque()

    def result(one: Future[T] | T) -> T:
        return one.result() if isinstance(one, Future) else one

    try:
        for task in tasks:
            waiting.append(pool.submit(task) if callable(task) else task)
            if len(waiting) >= 4 * at_once:
                yield result(waiting.popleft())
        while waiting:
            yield result(waiting.popleft())
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
