"""What a scan of history says."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import NotChecked
from repro_check.secrets.model import Secret
from repro_check.sources.kinds import Role, role_of


class HistorySecret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret that some reachable commit, tag, stash or reflog entry still holds.

    Attributes:
        secret: its place in one file version: that of HEAD if it still stands there, else the
            oldest.
        path: the path of that file version, relative to the root.
        cell: the notebook cell, counted from 1, or None.
        is_output: whether it stands in a saved output of that cell.
        blob: the object name of that file version.
        shown: the line, with every secret on it redacted.
        sha1: the digest under which detect-secrets' baselines know it.
        blobs: object names of every file version that holds it.
        commits: full hashes of the commits that brought it in, oldest first; empty when only a
            tag or a tree names the file.
        removed: full hashes of the commits that took it out of a path, oldest first.
        since: the date of the first commit as YYYY-MM-DD, or "".
        paths: every path it stood under, sorted.
        in_head: whether a file of HEAD's tree still holds it.
        is_local: whether nothing but stashes and reflogs leads to it, which a push leaves behind.
    """

    secret: Secret
    path: str
    cell: int | None
    is_output: bool
    blob: str
    shown: str
    sha1: str
    blobs: tuple[str, ...]
    commits: tuple[str, ...]
    removed: tuple[str, ...]
    since: str
    paths: tuple[str, ...]
    in_head: bool
    is_local: bool

    @property
    def is_of_tests(self) -> bool:
        """Whether it only ever stood in tests, which are full of what never opened anything."""
        return all(role_of(path) is Role.TEST for path in self.paths)


class History(msgspec.Struct, frozen=True, kw_only=True):
    """All secrets of a repository's history, and what of it could not be read.

    Iterating over it gives the secrets.

    Attributes:
        secrets: one entry per distinct secret, by path and line.
        not_checked: what could not be read.
        submodules: paths of other repositories, whose history is theirs.
        blobs: how many file versions were looked at, now or in an earlier scan.
        read: how many of them were read now.
    """

    secrets: tuple[HistorySecret, ...]
    not_checked: tuple[NotChecked, ...]
    submodules: tuple[str, ...]
    blobs: int
    read: int

    def __iter__(self) -> Iterator[HistorySecret]:
        return iter(self.secrets)

    def __len__(self) -> int:
        return len(self.secrets)
