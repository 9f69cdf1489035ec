"""From the blobs that hold a secret to the commits and paths that had them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec

from repro_check.errors import ReproCheckError
from repro_check.secrets import git
from repro_check.secrets.history.model import HistorySecret
from repro_check.secrets.subject import FileSecret


class Hit(msgspec.Struct, frozen=True):
    """A secret in one version of a file."""

    name: str
    path: str
    found: FileSecret


def traced(root: Path, groups: Sequence[Sequence[Hit]]) -> tuple[HistorySecret, ...]:
    """Each group of hits, which all are of one secret, with where it came from and went.

    Args:
        root: of the repository.
        groups: at least one hit in each.
    """
    if not groups:
        return ()
    by_new, by_old = _changes_of(root, {hit.name for group in groups for hit in group})
    in_head = git.head_blobs(root)
    made = [_trace(group, by_new, by_old, in_head) for group in groups]
    commits = {commit for each in made for commit in each.commits}
    pushed = git.pushed(root, commits)
    settled = (
        msgspec.structs.replace(
            each,
            is_local=bool(each.commits) and not each.in_head and pushed.isdisjoint(each.commits),
        )
        for each in made
    )
    return tuple(sorted(settled, key=_order))


def _order(secret: HistorySecret) -> tuple[str, int, int, str]:
    return secret.path, secret.cell or 0, secret.secret.line, secret.secret.fingerprint


_Changes = dict[str, list[tuple[int, git.Change]]]


def _changes_of(root: Path, names: set[str]) -> tuple[_Changes, _Changes]:
    """The numbered changes by the wanted blobs that they bring in, and by those they replace."""
    by_new: _Changes = defaultdict(list)
    by_old: _Changes = defaultdict(list)
    try:
        for number, change in enumerate(git.changes(root)):
            if change.new in names:
                by_new[change.new].append((number, change))
            for old in names.intersection(change.old):
                by_old[old].append((number, change))
    except ReproCheckError:  # noted already by who listed the versions
        pass
    return by_new, by_old


def _trace(
    group: Sequence[Hit], by_new: _Changes, by_old: _Changes, in_head: dict[str, str]
) -> HistorySecret:
    held = dict.fromkeys(hit.name for hit in group)
    came = sorted((each for name in held for each in by_new[name]), key=lambda each: each[0])
    went = sorted((each for name in held for each in by_old[name]), key=lambda each: each[0])
    standing = [hit for hit in group if hit.name in in_head]
    place, path = group[0], group[0].path
    if standing:
        place = standing[0]
        path = in_head[place.name]
    elif came:
        first = came[0][1]
        path = first.path
        place = next(hit for hit in group if hit.name == first.new)
    paths = {hit.path for hit in group} | {change.path for _, change in came}
    return HistorySecret(
        secret=place.found.secret,
        path=path,
        cell=place.found.cell,
        is_output=place.found.is_output,
        blob=place.name,
        shown=place.found.shown,
        sha1=place.found.sha1,
        blobs=tuple(held),
        commits=tuple(dict.fromkeys(change.commit for _, change in came)),
        removed=tuple(dict.fromkeys(change.commit for _, change in went if change.new not in held)),
        since=came[0][1].date if came else "",
        paths=tuple(sorted(paths)),
        in_head=bool(standing),
        is_local=False,
    )
