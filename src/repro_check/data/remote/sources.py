"""Where the bytes of an object come from: one request that can begin anywhere in it.

S3 and the web are asked directly, through the sessions that fsspec made: only so can a request
say which version it means, and an answer be checked to be of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from repro_check.data.remote.failures import status_of
from repro_check.data.remote.opening import open_file_system
from repro_check.data.remote.urls import parts_of, shown
from repro_check.data.remote.versions import Version, version_of
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fsspec import AbstractFileSystem

BLOCK = 1 << 20


class Opened(Protocol):
    """An answer on its way.

    Attributes:
        version: what is being read.
        start: the first byte that `read` gives; 0 from a server that cannot begin elsewhere.
    """

    version: Version
    start: int

    def read(self) -> bytes:
        """The next bytes, up to 1 MiB; none at the end."""

    def version_now(self) -> Version:
        """The version that is there after the reading."""

    def close(self) -> None:
        """End the connection."""


class Source(Protocol):
    """An object that can be read."""

    def open(self, start: int, version: Version | None) -> Opened:
        """Ask for the bytes from `start` on, of one version if it is known already."""


def source_of(url: str) -> Source:
    """How the object at `url` is read.

    Raises:
        ReproCheckError: as `open_file_system`.
    """
    file_system = open_file_system(url)
    scheme = parts_of(url).scheme
    if scheme in {"s3", "s3a"}:
        return _S3(file_system, url)
    if scheme in {"http", "https"}:
        return _Web(file_system, url)
    return _Other(file_system, url)


class _Streamed:
    """An answer that the event loop of fsspec receives."""

    def __init__(
        self,
        loop: object,
        version: Version,
        start: int,
        read: Callable[[int], Awaitable[bytes]],
        close: Callable[[], object],
    ) -> None:
        self.version = version
        self.start = start
        self._loop = loop
        self._read = read
        self._close = close

    def read(self) -> bytes:
        from fsspec.asyn import sync

        block: bytes = sync(self._loop, self._filled)
        return block

    async def _filled(self) -> bytes:
        parts: list[bytes] = []
        missing = BLOCK
        while missing:
            try:
                part = await self._read(missing)
            except Exception:
                if not parts:
                    raise
                break  # what came before is good, and the next read fails again
            if not part:
                break
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def version_now(self) -> Version:
        return self.version

    def close(self) -> None:
        from fsspec.asyn import sync

        async def close() -> None:
            self._close()

        sync(self._loop, close)


class _S3:
    def __init__(self, file_system: AbstractFileSystem, url: str) -> None:
        self._fs = file_system
        self._bucket, self._key, self._id = file_system.split_path(url)
        self._url = url

    def open(self, start: int, version: Version | None) -> Opened:
        words = {"Range": f"bytes={start}-"} if start else {}
        if version is not None and not version.is_dated:
            words["IfMatch"] = version.mark
        if self._id:
            words["VersionId"] = self._id
        try:
            answer = self._fs.call_s3("get_object", Bucket=self._bucket, Key=self._key, **words)
        except Exception as error:
            _raise_if_changed(error, self._url)
            raise
        body = answer["Body"]
        start = start if answer.get("ContentRange") else 0
        found = version_of({**answer, "size": start + answer["ContentLength"]})
        return _Streamed(self._fs.loop, found, start, body.read, body.close)


class _Web:
    def __init__(self, file_system: AbstractFileSystem, url: str) -> None:
        self._fs = file_system
        self._url = url

    def open(self, start: int, version: Version | None) -> Opened:
        from fsspec.asyn import sync

        # Packed on its way, the answer would have other bytes than the file.
        words = {"Accept-Encoding": "identity"}
        if start:
            words["Range"] = f"bytes={start}-"
            if version is not None and version.mark.startswith('"'):
                words["If-Range"] = version.mark
        try:
            answer = sync(self._fs.loop, self._get, words)
        except Exception as error:
            _raise_if_changed(error, self._url)
            raise
        opened = _Streamed(
            self._fs.loop,
            _version_of_answer(answer.headers),
            start if answer.status == 206 else 0,
            answer.content.read,
            answer.close,
        )
        range_of_answer = answer.headers.get("Content-Range", "")
        if opened.start and not range_of_answer.startswith(f"bytes {start}-"):
            opened.close()
            raise _useless(self._url, "is sent in other pieces than were asked for")
        if opened.version.size < 0 and answer.headers.get("Transfer-Encoding") != "chunked":
            opened.close()
            raise _useless(self._url, "has no length, so that a lost connection looks like its end")
        return opened

    async def _get(self, words: dict[str, str]) -> Any:
        session = await self._fs.set_session()
        settings = {**self._fs.kwargs}
        settings["headers"] = {**settings.pop("headers", {}), **words}
        answer = await session.get(self._fs.encode_url(self._url), **settings)
        answer.raise_for_status()
        return answer


class _Other:
    def __init__(self, file_system: AbstractFileSystem, url: str) -> None:
        from fsspec.core import strip_protocol

        self._fs = file_system
        self._path = strip_protocol(url)

    def open(self, start: int, version: Version | None) -> Opened:  # noqa: ARG002 - cannot be asked
        return _OpenedFile(self._fs, self._path, start)


class _OpenedFile:
    def __init__(self, file_system: AbstractFileSystem, path: str, start: int) -> None:
        self._fs = file_system
        self._path = path
        self.version = self.version_now()
        self.start = start
        self._file = file_system.open(path, "rb", block_size=BLOCK, cache_type="none")
        self._file.seek(start)

    def read(self) -> bytes:
        block: bytes = self._file.read(BLOCK)
        return block

    def version_now(self) -> Version:
        return version_of(self._fs.info(self._path))

    def close(self) -> None:
        self._file.close()


def _version_of_answer(headers: Any) -> Version:
    """The version, and the size of all of it, that the headers of an answer speak of."""
    whole = headers.get("Content-Range", "").rpartition("/")[2] or headers.get("Content-Length", "")
    info = {name: headers.get(name) for name in ("ETag", "Last-Modified")}
    return version_of({**info, "size": int(whole) if whole.isdecimal() else -1})


def _useless(url: str, reason: str) -> UndefinedTreeError:
    return UndefinedTreeError(shown(url), reason, "download it by other means")


def _raise_if_changed(error: Exception, url: str) -> None:
    """Raise `ChangedTreeError` if the error says that the version asked for is no more."""
    if status_of(error) in {412, 416}:
        raise ChangedTreeError(
            shown(url), "changed while it was read", "wait until it is written"
        ) from None
