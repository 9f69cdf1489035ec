"""The few questions to git that every run asks, by its plumbing commands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from repro_check.hashes import sha1
from repro_check.sources.git_process import finish, run, start, without_filters
from repro_check.sources.unreadable import Unreadable

LINK = "120000"
SUBMODULE = "160000"
_SHA1_DIGITS = 40


class IndexEntry(msgspec.Struct, frozen=True):
    """One line of git's index."""

    mode: str
    blob: str
    path: str


def is_available() -> bool:
    """Whether there is a git to run."""
    if os.name == "nt":  # where the name has an ending
        from shutil import which

        return which("git") is not None
    # `shutil` takes 1 ms to import
    return any(os.access(f"{folder}/git", os.X_OK) for folder in os.get_exec_path())


def index(root: Path) -> Iterator[IndexEntry]:
    """The entries of the index (of a conflict, the first stage); git begins at once."""
    return _entries(_begun(root, "ls-files", "-z", "--stage"))


def _entries(records: Iterator[str]) -> Iterator[IndexEntry]:
    seen = ""
    for record in records:
        head, _, path = record.partition("\t")
        if path != seen:
            mode, blob, _stage = head.split(" ")
            yield IndexEntry(mode, blob, path)
        seen = path


def untracked(root: Path) -> Iterator[str]:
    """Paths that git neither tracks nor ignores; of another repository inside, `its/folder/`.

    Git begins at once.
    """
    return _begun(root, "ls-files", "-z", "--others", "--exclude-standard")


def staged_paths(root: Path) -> tuple[str, ...]:
    """Paths whose staged content differs from HEAD, without the deleted ones."""
    arguments = ("diff", "--cached", "--no-ext-diff", "-z", "--name-only", "--diff-filter=d")
    return tuple(_records(root, *arguments))


def changed_paths(root: Path) -> tuple[str, ...]:
    """Paths that differ from HEAD or are untracked and not ignored, sorted."""
    arguments = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
    records = _records(root, *without_filters(root), *arguments)
    return tuple(sorted(record[3:] for record in records))


def has_commit(root: Path) -> bool:
    """Whether anything is committed yet."""
    return bool(run(root, "rev-parse", "--quiet", "--verify", "HEAD^{commit}", ok=(0, 1)))


def is_blob(data: bytes, name: str) -> bool:
    """Whether a content is that of a blob, by the blob's object id (git-scm.com/docs/git-hash-object)."""
    make = sha1
    if len(name) != _SHA1_DIGITS:
        from hashlib import sha256 as make
    state = make(b"blob %d\0" % len(data), usedforsecurity=False)
    state.update(data)
    return state.hexdigest() == name


def blob(root: Path, name: str, *, limit: int) -> bytes:
    """The content of a blob.

    Raises:
        Unreadable: it has more than `limit` bytes, or git does not have it.
    """
    size = run(root, "cat-file", "-s", name)
    if int(size) > limit:
        raise Unreadable(f"has {int(size) / 1e6:,.1f} MB, over the limit of {limit / 1e6:,.1f} MB")
    return run(root, "cat-file", "blob", name)


def folder(root: Path) -> Path | None:
    """The git directory of a work tree, also of a linked one; None outside git."""
    place = root / ".git"
    if place.is_dir():
        return place
    try:
        text = place.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if not text.startswith("gitdir:"):
        return None
    return (root / text.removeprefix("gitdir:").strip()).resolve()


def common_folder(root: Path) -> Path | None:
    """The git directory that all work trees of a repository share; None outside git."""
    own = folder(root)
    try:
        shared = (own / "commondir").read_text("utf-8").strip() if own else ""
    except (OSError, UnicodeDecodeError):
        return own
    return (own / shared).resolve() if own else None


def _records(root: Path, *arguments: str) -> Iterator[str]:
    return _split(run(root, *arguments))


def _begun(root: Path, *arguments: str) -> Iterator[str]:
    """The records that a git prints which is started now and waited for at the first look."""
    process = start(root, *arguments)

    def records() -> Iterator[str]:
        yield from _split(finish(process, root, *arguments))

    return records()


def _split(output: bytes) -> Iterator[str]:
    text = output.decode("utf-8", errors="surrogateescape")
    return (record for record in text.split("\0") if record)
