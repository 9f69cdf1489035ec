"""The commit under test: its files, where it lies on this disk, what differs from it."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from repro_check.errors import ReproCheckError
from repro_check.smoke.plumbing import blob_reader, git
from repro_check.sources.git_process import without_filters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER, LINK, SUBMODULE, EXECUTABLE = "040000", "120000", "160000", "100755"
LFS_HEAD = b"version https://git-lfs.github.com/spec/"
# The LFS specification asks for pointers below 1024 bytes.
LFS_LIMIT = 1024


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One path of the commit; `path` is relative to the repository's top, `size` in bytes."""

    path: str
    mode: str
    oid: str
    size: int

    @property
    def is_file(self) -> bool:
        """Whether this is a regular file, executable or not."""
        return self.mode.startswith("100")


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """HEAD as it stands; methods take paths relative to the project.

    Attributes:
        root: the project's folder on this disk.
        top: the repository's top folder on this disk; `root` is `top / prefix`.
        prefix: "" or a path with a final slash.
        git_dir: where git keeps its own files.
        sha: the commit's full hash.
        entries: every file, link and submodule by its path from the top.
        changed: tracked paths whose content differs from the commit.
    """

    root: Path
    top: Path
    prefix: str
    git_dir: Path
    sha: str
    entries: Mapping[str, Entry]
    changed: tuple[str, ...]

    def full(self, path: str) -> str:
        """`path` from the repository's top, without `.` and `..`."""
        return posixpath.normpath(self.prefix + path)

    def short(self, full: str) -> str:
        """A path from the top as the project sees it."""
        return posixpath.relpath(full, self.prefix or ".")

    def at(self, path: str) -> Entry | None:
        """The entry at `path`, a folder if files lie below it."""
        full = self.full(path)
        if full in self.entries:
            return self.entries[full]
        return Entry(full, FOLDER, "", 0) if any(self.under(path)) else None

    def under(self, path: str) -> Iterator[Entry]:
        """The entry at `path`, or all those below it."""
        full = self.full(path)
        for name, entry in self.entries.items():
            if full in (name, ".") or name.startswith(full + "/"):
                yield entry

    def submodule_above(self, path: str) -> str | None:
        """The submodule that holds `path`, if one does."""
        full = self.full(path) + "/"
        return next(
            (
                name
                for name, entry in self.entries.items()
                if entry.mode == SUBMODULE and full.startswith(name + "/")
            ),
            None,
        )


def read_commit(root: Path) -> Commit:
    """Read HEAD of the repository around `root`.

    Raises:
        ReproCheckError: git is missing, `root` is in no repository, or nothing is committed there.
    """
    fix = "Commit your work first: a smoke test runs what other people get, the committed files."
    if not root.is_dir():
        raise ReproCheckError("There is no such folder.", where=str(root))
    places = git(root, "rev-parse", "--show-toplevel", "--show-prefix", "--absolute-git-dir")
    top, prefix, git_dir = places.split("\n")[:3]
    try:
        sha = git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip()
    except ReproCheckError as error:
        raise ReproCheckError("Nothing is committed yet.", where=str(root), fix=fix) from error
    listing = git(Path(top), "ls-tree", "-r", "-l", "-z", "--full-tree", sha)
    entries = {entry.path: entry for entry in _entries(listing)}
    if not any(path.startswith(prefix) for path in entries):
        raise ReproCheckError("Nothing in this folder is committed.", where=str(root), fix=fix)
    return Commit(
        root=root.resolve(),
        top=Path(top).resolve(),
        prefix=prefix,
        git_dir=Path(git_dir),
        sha=sha,
        entries=entries,
        changed=_changed(Path(top)),
    )


def lfs_pointers(commit: Commit, path: str) -> tuple[str, ...]:
    """The paths, at or below `path`, of files that are Git LFS pointers in the commit."""
    small = [entry for entry in commit.under(path) if entry.is_file and entry.size < LFS_LIMIT]
    with blob_reader(commit.top) as blobs:
        pointers = [e for e in small if blobs.content(e.oid).startswith(LFS_HEAD)]
    return tuple(commit.short(entry.path) for entry in pointers)


def is_ignored(commit: Commit, path: str) -> bool:
    """Whether a .gitignore pattern keeps `path` out."""
    try:
        git(commit.root, "check-ignore", "--quiet", "--no-index", "--", path)
    except ReproCheckError:
        return False
    return True


def _entries(listing: str) -> Iterator[Entry]:
    """`mode SP type SP oid SP+ size TAB path NUL`; a submodule's size is "-"."""
    for line in filter(None, listing.split("\0")):
        fields, path = line.split("\t", 1)
        mode, _, oid, size = fields.split()
        yield Entry(path, mode, oid, 0 if size == "-" else int(size))


def _changed(top: Path) -> tuple[str, ...]:
    """`XY SP path NUL` of `git status`, which unlike `diff-index` looks past mere time stamps."""
    words = ("--porcelain", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules")
    status = git(top, *without_filters(top), "status", *words)
    return tuple(line[3:] for line in status.split("\0") if line)
