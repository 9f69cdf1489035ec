"""Secrets in everything a repository still remembers: commits, tags, stashes and reflogs.

A secret that was removed in a later commit is still in every clone. Each file version is read once
by its object name, however many commits share it; the commits are looked up for the hits alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from repro_check.findings import NotChecked
from repro_check.secrets import git
from repro_check.secrets.baseline import BaselineKey
from repro_check.secrets.decode import CellText, decode_text, file_texts
from repro_check.secrets.model import Candidate, History, HistorySecret, fingerprint
from repro_check.secrets.scan import find_secrets

LARGEST = 2 * 1024 * 1024
"""Bytes of a file version beyond which it is not searched, and is named as not checked."""

_ASKED_AT_ONCE = 500  # object names on one command line

_Hit = tuple[git.Blob, int | None, Candidate]


def scan_history(
    root: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    baseline: frozenset[BaselineKey] = frozenset(),
) -> History:
    """The secrets in every blob that a ref, a tag, a stash or a reflog of `root` leads to.

    Args:
        root: a folder inside a git repository.
        progress: called with the number of blobs done and of all.
        baseline: secrets set aside by the user; in history they count under any path.

    Returns:
        One entry per distinct secret, and what could not be read: blobs over 2 MiB, objects
        that a partial clone lacks, history that a shallow clone lacks. Binary blobs hold no text
        and are passed over.

    Raises:
        ReproCheckError: `root` is no git repository, or git fails.
    """
    blobs, missing = git.list_blobs(root)
    small = {blob.name: blob for blob in blobs if blob.size <= LARGEST}
    allowed = {sha1 for _, sha1 in baseline}
    hits: dict[tuple[str, str], list[_Hit]] = defaultdict(list)
    for done, (name, data) in enumerate(git.read_blobs(root, small), start=1):
        for cell, candidate in _blob_secrets(data, path=small[name].path):
            if candidate.sha1 not in allowed:
                key = (fingerprint(candidate.value), candidate.kind)
                hits[key].append((small[name], cell, candidate))
        if progress is not None:
            progress(done, len(small))
    return History(
        secrets=_located(root, list(hits.values())),
        not_checked=tuple(_not_checked(root, blobs, missing)),
        blobs=len(small),
    )


def _blob_secrets(data: bytes, *, path: str) -> Iterator[tuple[int | None, Candidate]]:
    text = decode_text(data)
    if text is None:
        return
    for part in file_texts(text, path=path):
        if isinstance(part, CellText):
            yield from ((part.cell, found) for found in find_secrets(part.text, path=path))
        else:
            yield from ((None, found) for found in find_secrets(part, path=path))


def _located(root: Path, hits: list[list[_Hit]]) -> tuple[HistorySecret, ...]:
    names = sorted({blob.name for group in hits for blob, _, _ in group})
    changes = [
        change
        for start in range(0, len(names), _ASKED_AT_ONCE)
        for change in git.introductions(root, names[start : start + _ASKED_AT_ONCE])
    ]
    by_name: dict[str, list[int]] = defaultdict(list)
    for index, change in enumerate(changes):
        by_name[change.name].append(index)
    in_head = git.head_blobs(root) if names else frozenset()
    located = []
    for group in hits:
        held = {blob.name: blob for blob, _, _ in group}
        came = [changes[index] for index in sorted(i for name in held for i in by_name[name])]
        blob, cell, candidate = group[0]
        located.append(
            HistorySecret(
                secret=candidate.published(),
                path=blob.path,
                cell=cell,
                blobs=tuple(held),
                commits=tuple(dict.fromkeys(change.commit for change in came)),
                paths=tuple(
                    sorted({blob.path for blob in held.values()} | {each.path for each in came})
                ),
                in_head=not in_head.isdisjoint(held),
            )
        )
    return tuple(sorted(located, key=lambda each: (each.path, each.secret.line)))


def _not_checked(
    root: Path, blobs: tuple[git.Blob, ...], missing: tuple[str, ...]
) -> Iterator[NotChecked]:
    for blob in blobs:
        if blob.size > LARGEST:
            reason = f"file version {blob.name[:12]} of {blob.size} bytes is over the limit"
            yield NotChecked(blob.path, reason)
    if missing:
        yield NotChecked("", f"{len(missing)} objects of the history are not in this clone")
    if git.is_shallow(root):
        yield NotChecked("", "the clone is shallow: older history is not here")
