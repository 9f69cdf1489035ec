"""Listings as the servers give them, made into one stream in the order of the whole paths."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from repro_check.data.remote.urls import below, name_of, parts_of, shown
from repro_check.data.remote.versions import Version, version_of
from repro_check.runtime.trees import ChangedTreeError, UndefinedTreeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fsspec import AbstractFileSystem

    from repro_check.data.remote.failures import Trials

# Directory buckets of S3 list in no order: docs.aws.amazon.com, "ListObjectsV2".
_UNORDERED = "--x-s3"


class Found(NamedTuple):
    """One line of a listing.

    Attributes:
        path: relative to the URL that was listed; what marks a folder ends with a slash.
        version: its size, and what tells its contents apart.
        url: where it can be read.
    """

    path: str
    version: Version
    url: str


def found_at(
    file_system: AbstractFileSystem, url: str, skip: Callable[[str], bool], trials: Trials
) -> Iterator[Found]:
    """What a URL names: one object, or all below it in the order of their paths.

    Args:
        file_system: that of the URL.
        url: an object or a folder.
        skip: names of folders that need not be listed.
        trials: bears with the server.

    Raises:
        ChangedTreeError: nothing is there.
        UndefinedTreeError: it cannot be read, or is an object and a folder at once.
    """
    scheme = parts_of(url).scheme
    if scheme in {"http", "https"}:
        return _at_web(file_system, url, trials)
    if scheme in {"s3", "s3a"} and not file_system.split_path(url)[0].endswith(_UNORDERED):
        return _at_s3(file_system, url, trials)
    return _elsewhere(file_system, url, skip, trials)


def _at_web(file_system: AbstractFileSystem, url: str, trials: Trials) -> Iterator[Found]:
    if not (name := name_of(url)):
        raise UndefinedTreeError(
            shown(url),
            "is the address of a folder, and no listing of a web server is sure to be complete",
            "give the address of a file, or of the bucket behind the server",
        )
    info = trials.until_done(partial(_web_info, file_system, url))
    yield Found(name, version_of(info), url)


def _web_info(file_system: AbstractFileSystem, url: str) -> Mapping[str, object]:
    try:
        info: Mapping[str, object] = file_system.info(url)
    except FileNotFoundError as error:  # whatever it was; the cause tells
        raise error.__cause__ or error from None
    return info


def _at_s3(file_system: AbstractFileSystem, url: str, trials: Trials) -> Iterator[Found]:
    bucket, key, version = file_system.split_path(url)
    folder = key if not key or key.endswith("/") else f"{key}/"
    keys = _s3_keys(file_system, bucket, folder, trials)
    if key != folder:
        words = {"Bucket": bucket, "Key": key} | ({"VersionId": version} if version else {})
        answer = trials.until_done(partial(_s3_head, file_system, words))
        if answer is not None:
            if not version and any(info["Key"] != folder for info in keys):
                raise UndefinedTreeError(
                    shown(url), "is an object and a folder at once", "end it with a slash"
                )
            found = version_of({**answer, "size": answer["ContentLength"]})
            yield Found(name_of(url), found, url)
            return
    is_there = not key
    for info in keys:
        is_there = True
        path = info["Key"][len(folder) :]
        yield Found(path, version_of({**info, "size": info["Size"]}), below(url, path))
    if not is_there:
        raise ChangedTreeError(shown(url), "vanished, or never was there", "look at the address")


def _s3_head(file_system: AbstractFileSystem, words: dict[str, str]) -> Mapping[str, object] | None:
    try:
        answer: Mapping[str, object] = file_system.call_s3("head_object", **words)
    except FileNotFoundError:
        return None
    return answer


def _s3_keys(
    file_system: AbstractFileSystem, bucket: str, folder: str, trials: Trials
) -> Iterator[Mapping[str, Any]]:
    """All keys below a prefix, page by page; S3 gives them in the order of their UTF-8 bytes."""
    words = {"Bucket": bucket, "Prefix": folder}
    while True:
        page = trials.until_done(partial(file_system.call_s3, "list_objects_v2", **words))
        trials.succeeded()
        yield from page.get("Contents", ())
        if not page.get("IsTruncated"):
            return
        words["ContinuationToken"] = page["NextContinuationToken"]


def _elsewhere(
    file_system: AbstractFileSystem, url: str, skip: Callable[[str], bool], trials: Trials
) -> Iterator[Found]:
    from fsspec.core import strip_protocol

    root = strip_protocol(url)
    info = trials.until_done(partial(file_system.info, root))
    if info["type"] != "directory":
        yield Found(root.rpartition("/")[2], version_of(info), url)
        return
    children = partial(_children, file_system, skip=skip, trials=trials)
    stack = [iter(children(root, above=""))]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.folder:
            stack.append(iter(children(child.folder, above=child.path)))
        else:
            yield Found(child.path, child.version, below(url, child.path))


class _Child(NamedTuple):
    path: str
    folder: str
    version: Version


def _children(
    file_system: AbstractFileSystem,
    folder: str,
    *,
    above: str,
    skip: Callable[[str], bool],
    trials: Trials,
) -> list[_Child]:
    """The sorted entries of a folder; a sub-folder sorts by its name with the slash behind it."""
    prefix = f"{folder.rstrip('/')}/"
    children = []
    for info in trials.until_done(partial(file_system.ls, folder, detail=True)):
        name = info["name"].removeprefix(prefix)
        is_folder = info["type"] == "directory"
        if info["type"] not in {"directory", "file"}:
            raise UndefinedTreeError(
                info["name"], "is neither a file nor a folder", "put the file itself there"
            )
        if info["name"] == folder or (not name and not is_folder) or skip(name):
            continue
        path = f"{above}{name}/" if is_folder else above + name
        children.append(_Child(path, info["name"] if is_folder else "", version_of(info)))
    trials.succeeded()
    return sorted(children)
