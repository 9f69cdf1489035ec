"""The bytes of one object, in spite of lost connections, and of one version only."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from repro_check.data.remote.failures import Stopped, Trials
from repro_check.data.remote.sources import source_of
from repro_check.data.remote.urls import shown
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from repro_check.data.remote.failures import Patience
    from repro_check.data.remote.sources import Opened, Source
    from repro_check.data.remote.versions import Version


class Piece(NamedTuple):
    """Bytes of an object, and where in it they begin.

    One that does not begin where the last one ended begins at 0: all before it is void.
    """

    start: int
    content: bytes


def read_object(
    url: str, *, stamp: str, patience: Patience, stop: threading.Event | None
) -> Iterator[Piece]:
    """Read an object in pieces of up to 1 MiB.

    After a failure that passes, the reading goes on at the byte reached; from servers that cannot
    do this it begins anew.

    Args:
        url: the object.
        stamp: the version that is wanted; "" for any.
        patience: how long to bear with the server.
        stop: once set, the reading ends with `Stopped`.

    Raises:
        ChangedTreeError: another version is there, or came meanwhile.
        UndefinedTreeError: it cannot be read.
        ReproCheckError: as `open_file_system`.
    """
    source = source_of(url)
    trials = Trials(url, patience, stop)
    version: Version | None = None
    done = farthest = 0
    while True:
        try:
            with closing(_opened(source, url, done, version, stamp)) as opened:
                version = opened.version
                done = opened.start
                while block := opened.read():
                    trials.go_on()
                    yield Piece(done, block)
                    done += len(block)
                    if done > farthest:
                        farthest = done
                        trials.succeeded()
                    if 0 <= version.size < done:
                        break
                _expect_whole(version, done, url)
                _expect(version, opened.version_now(), url)
                return
        except (Stopped, UndefinedTreeError):
            raise
        except Exception as error:  # noqa: BLE001 - sorted by `failed`, which raises
            trials.failed(error)


def _opened(source: Source, url: str, start: int, version: Version | None, stamp: str) -> Opened:
    opened = source.open(start, version)
    try:
        if version is not None:
            _expect(version, opened.version, url)
        elif stamp and opened.version.stamp != stamp:
            raise _changed(url, "changed after it was listed")
    except ChangedTreeError:
        opened.close()
        raise
    return opened


def _expect(version: Version, found: Version, url: str) -> None:
    sizes = {version.size, found.size} - {-1}
    if len(sizes) > 1 or version.mark != found.mark:
        raise _changed(url, "changed while it was read")


def _expect_whole(version: Version, done: int, url: str) -> None:
    if 0 <= version.size < done:
        raise _changed(url, "changed while it was read")
    if done < version.size:
        raise ConnectionError  # it was cut short, and nobody else says so


def _changed(url: str, reason: str) -> ChangedTreeError:
    return ChangedTreeError(shown(url), reason, "wait until it is written")
