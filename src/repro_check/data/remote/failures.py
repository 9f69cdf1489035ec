"""What went wrong on the way to an object: whether to try again, and how to say it.

The packages below fsspec have an exception of their own for each kind of failure. They are known
here by name and by status, so that none is imported, and none of their texts is shown: they may
hold a signed URL.
"""

from __future__ import annotations

import errno
import os
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from repro_check.data.remote.urls import shown
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

_PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504, 509, 520, 521, 522, 523, 524, 529})
_PASSING_ERRNO = frozenset(
    getattr(errno, name)
    for name in (
        "EAGAIN EBUSY ECONNABORTED ECONNREFUSED ECONNRESET EHOSTUNREACH ENETDOWN ENETRESET "
        "ENETUNREACH EPIPE EREMOTEIO ETIMEDOUT"
    ).split()
    if hasattr(errno, name)
)
_PASSING = frozenset(
    "ClientConnectionError ClientPayloadError ConnectionError FSTimeoutError HTTPClientError "
    "IncompleteRead IncompleteReadError ResponseParserError ResponseStreamingError "
    "TimeoutError".split()
)
_LASTING = frozenset({"ClientSSLError", "InvalidURL"})
_NO_CREDENTIALS = frozenset(
    "CredentialRetrievalError DefaultCredentialsError NoCredentialsError PartialCredentialsError "
    "ProfileNotFound SSOError TokenRetrievalError UnauthorizedSSOTokenError".split()
)


class Stopped(Exception):  # noqa: N818 - nothing failed
    """The caller wants no more."""


class Patience(NamedTuple):
    """How long to bear with a server.

    Attributes:
        attempts: how many failures in a row, without one byte more, are borne.
        first_wait: seconds until the second attempt; each further wait is twice as long.
        longest_wait: seconds, at most.
    """

    attempts: int = 6
    first_wait: float = 0.5
    longest_wait: float = 30.0

    def wait(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row (from 1)."""
        return min(self.first_wait * 2.0 ** (failures - 1), self.longest_wait)


class Trials:
    """The attempts at one thing.

    Args:
        url: what is read.
        patience: how many attempts, and how far apart.
        stop: once set, nothing is waited for any more.
    """

    def __init__(self, url: str, patience: Patience, stop: threading.Event | None) -> None:
        self._url = url
        self._patience = patience
        self._stop = stop or threading.Event()
        self._failures = 0

    def go_on(self) -> None:
        """Raise `Stopped` if the caller wants no more."""
        if self._stop.is_set():
            raise Stopped

    def succeeded(self) -> None:
        """Count the failures from none again."""
        self._failures = 0

    def failed(self, error: Exception) -> None:
        """Wait before the next attempt, or raise what the error means for good."""
        self._failures += 1
        if self._failures > self._patience.attempts or not is_passing(error):
            raise explained(error, self._url) from None
        if self._stop.wait(self._patience.wait(self._failures)):
            raise Stopped

    def until_done(self, action: Callable[[], T]) -> T:
        """The result of the action, tried again after failures that pass.

        Raises:
            UndefinedTreeError: it failed for good.
        """
        while True:
            self.go_on()
            try:
                return action()
            except Exception as error:  # noqa: BLE001 - sorted by `failed`, which raises
                self.failed(error)


def status_of(error: BaseException) -> int:
    """The HTTP status that an error, or one of its causes, was made of; 0 if none."""
    for cause in _causes(error):
        response = getattr(cause, "response", None)
        meta = response.get("ResponseMetadata", {}) if isinstance(response, dict) else {}
        for status in (getattr(cause, "status", 0), meta.get("HTTPStatusCode", 0)):
            if isinstance(status, int) and status:
                return status
    return 0


def is_passing(error: BaseException) -> bool:
    """Whether the same request may well succeed a little later."""
    if status := status_of(error):
        return status in _PASSING_STATUS
    causes = list(_causes(error))
    names = {kind.__name__ for cause in causes for kind in type(cause).__mro__}
    # An `SSLError` of botocore is a refused certificate; deeper down it may be a lost connection.
    if names & _LASTING or type(error).__name__ == "SSLError":
        return False
    return bool(names & _PASSING) or any(
        isinstance(cause, OSError) and cause.errno in _PASSING_ERRNO for cause in causes
    )


def explained(error: BaseException, url: str) -> UndefinedTreeError:
    """The error for people: what stood in the way, and nothing of what the server wrote."""
    status = status_of(error)
    names = {kind.__name__ for cause in _causes(error) for kind in type(cause).__mro__}
    where = shown(url)
    if status == 404 or (not status and "FileNotFoundError" in names):
        return ChangedTreeError(where, "vanished, or never was there", "look at the address")
    if _code_of(error) == "InvalidObjectState":
        return _unreadable(where, "it is archived", "restore it from the archive first")
    if names & _NO_CREDENTIALS:
        return _unreadable(where, "no credentials were found", "set the credentials up")
    if status in {401, 403} or (not status and "PermissionError" in names):
        return _unreadable(where, "access is denied", "look at the credentials and their rights")
    return _unreadable(where, _reason(error, status), "try again later, or look at the server")


def _reason(error: BaseException, status: int) -> str:
    if status:
        known = {one.value: one.phrase for one in HTTPStatus}
        return f"the server answers {status} {known.get(status, '')}".rstrip()
    if "TimeoutError" in {kind.__name__ for kind in type(error).__mro__}:
        return "the server is silent"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return type(error).__name__


def _unreadable(where: str, reason: str, fix: str) -> UndefinedTreeError:
    return UndefinedTreeError(where, f"cannot be read ({reason})", fix)


def _code_of(error: BaseException) -> str:
    """The code of the S3 error that an error, or one of its causes, was made of."""
    for cause in _causes(error):
        response = getattr(cause, "response", None)
        if isinstance(response, dict):
            return str(response.get("Error", {}).get("Code", ""))
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    for _ in range(8):
        if cause is None:
            return
        yield cause
        cause = cause.__cause__
