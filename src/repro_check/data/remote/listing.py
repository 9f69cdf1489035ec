"""What lies below a URL, in the order of a manifest, without holding it all in memory.

The names must be such that a folder could hold them: the digest of a bucket is that of the same
files on a disk. Objects of no bytes whose keys end with a slash only mark a folder and are passed
over; everything else that no folder could hold is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from repro_check.data.remote.failures import Patience, Trials
from repro_check.data.remote.opening import open_file_system
from repro_check.data.remote.urls import parts_of, shown
from repro_check.data.remote.walking import found_at
from repro_check.runtime.trees import UndefinedTreeError, utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from repro_check.data.remote.walking import Found


class RemoteFile(NamedTuple):
    """One object below a URL.

    Attributes:
        path: relative to the URL; the name of an object that the URL itself names.
        size: in bytes; -1 if the server does not tell.
        stamp: differs for every content that the object ever had; "" if nothing sure is known.
        url: where it can be read; may hold credentials, so it is not to be shown.
    """

    path: str
    size: int
    stamp: str
    url: str


def nothing(_name: str) -> bool:
    """Skip nothing."""
    return False


def listing(
    url: str,
    *,
    skip: Callable[[str], bool] = nothing,
    patience: Patience = Patience(),  # noqa: B008 - immutable
) -> Iterator[RemoteFile]:
    """The objects below a URL, in the order of their UTF-8 paths, or the one that it names.

    Memory is that of one page (S3), or of the largest folder (elsewhere).

    Args:
        url: an object, a bucket or a folder in it.
        skip: names of files and folders to pass over.
        patience: how long to bear with the server.

    Raises:
        ChangedTreeError: nothing is there.
        UndefinedTreeError: it cannot be listed; keys that no folder could hold: with empty, `.`
            or `..` parts, a zero byte, or below another object; folders of web servers.
        ReproCheckError: a package is missing, or the URL is of an unknown kind.
    """
    found = found_at(open_file_system(url), url, skip, Trials(url, patience, None))
    for path, version, own_url in _as_files(found, scheme=parts_of(url).scheme):
        if own_url == url or not any(map(skip, path.split("/"))):
            yield RemoteFile(path, version.size, version.stamp, own_url)


def _as_files(found: Iterable[Found], *, scheme: str) -> Iterator[Found]:
    """The objects that are files, if all together can be the files of a folder."""
    last = ""
    above: list[str] = []  # the paths so far with which the current one begins
    for one in found:
        path = one.path
        if not path:  # marks the folder itself
            continue
        where = shown(one.url)
        is_marker = path.endswith("/")
        utf8(path, where)
        if "\0" in path or {"", ".", ".."} & set(path.removesuffix("/").split("/")):
            raise _refused(where, "has a key that no folder can hold")
        if scheme.startswith("s3") and "?versionId=" in path:
            raise _refused(where, "has a key that reads like an older version of another object")
        if path <= last:
            raise _refused(where, "is listed twice, or not in its order")
        while above and not path.startswith(above[-1]):
            above.pop()
        for other in above:
            if path[len(other)] == "/":
                raise _refused(where, f"lies below the object {other!r}, which is no folder")
        last = path
        if not is_marker:
            above.append(path)
            yield one
        elif one.version.size:
            raise _refused(where, "has the name of a folder, and a content")


def _refused(where: str, reason: str) -> UndefinedTreeError:
    return UndefinedTreeError(where, reason, "rename it")
