"""The file versions of a history, each under every file name that it ever had.

What is a secret depends on the name of its file (`.env`, the syntax of a `.yaml`), so a version that
was renamed is judged under both names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from repro_check.errors import ReproCheckError
from repro_check.findings import NotChecked
from repro_check.secrets import git
from repro_check.secrets.subject import NO_TEXT
from repro_check.sources.kinds import Role, role_of
from repro_check.text import counted


class Version(msgspec.Struct, frozen=True):
    """A blob with one path for each file name that it had."""

    name: str
    size: int
    paths: tuple[str, ...]


class Versions(msgspec.Struct, frozen=True):
    """What there is to read.

    Attributes:
        listed: the versions that may hold a secret, those of one path one after the other.
        submodules: paths at which other repositories are mounted.
        not_checked: what cannot be read.
    """

    listed: tuple[Version, ...]
    submodules: tuple[str, ...]
    not_checked: tuple[NotChecked, ...]


def list_versions(root: Path) -> Versions:
    """Every version of a file that a ref, a tag, a stash or a reflog leads to.

    Raises:
        ReproCheckError: `root` is no git repository, or git fails.
    """
    blobs, missing = git.list_blobs(root)
    paths = {blob.name: blob.path for blob in blobs}
    more: dict[str, dict[str, None]] = {}
    submodules: dict[str, None] = {}
    not_checked = list(_absent(root, missing))
    try:
        for change in git.changes(root):
            path = paths.get(change.new)
            if change.mode == git.SUBMODULE:
                submodules[change.path] = None
            elif path is not None and change.path != path:
                more.setdefault(change.new, {path: None})[change.path] = None
    except ReproCheckError:
        reason = "the trees of some commits are not in this clone"
        not_checked.append(NotChecked("", reason, required=True))
    versions = []
    for blob in blobs:
        named = _one_a_name(more.get(blob.name, (blob.path,)))
        if named:
            versions.append(Version(blob.name, blob.size, named))
    versions.sort(key=lambda version: version.paths[0])
    return Versions(tuple(versions), tuple(sorted(submodules)), tuple(not_checked))


def _one_a_name(paths: Iterable[str]) -> tuple[str, ...]:
    named: dict[str, str] = {}
    for path in paths:
        if not path.lower().endswith(NO_TEXT) and role_of(path) is not Role.VENDORED:
            named.setdefault(path.rpartition("/")[2], path)
    return tuple(named.values())


def _absent(root: Path, missing: tuple[str, ...]) -> Iterator[NotChecked]:
    if missing:
        reason = f"{counted(len(missing), 'object')} of the history not in this clone"
        yield NotChecked("", reason, required=True)
    if git.is_shallow(root):
        reason = "the clone is shallow: older history is not here"
        yield NotChecked("", reason, required=True)
