"""The scan itself: list the versions, read the new ones in several processes, gather the hits."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from repro_check.findings import NotChecked
from repro_check.processes import cores
from repro_check.secrets.baseline import BaselineKey
from repro_check.secrets.history.kept import Kept
from repro_check.secrets.history.model import History
from repro_check.secrets.history.reading import LARGEST, batches, read_batch
from repro_check.secrets.history.tracing import Hit, traced
from repro_check.secrets.history.versions import Version, Versions, list_versions
from repro_check.secrets.history.workers import spread

__all__ = ["LARGEST", "scan_history"]

_MOST_PROCESSES = 8
_AT_ONCE = 256  # versions in a batch
_BATCH_SIZE = 4 * 1024 * 1024  # bytes in a batch, more or less
_FEW = 2 * 1024 * 1024  # bytes that start no process
_SAVED_EVERY = 30.0  # seconds: what a scan that is killed loses

Progress = Callable[[int, int], None]


def scan_history(
    root: Path,
    *,
    progress: Progress | None = None,
    baseline: frozenset[BaselineKey] = frozenset(),
    state: Path | None = None,
) -> History:
    """The secrets in every blob that a ref, a tag, a stash or a reflog of `root` leads to.

    Args:
        root: a folder inside a git repository, or a bare one.
        progress: called with the number of file versions read and of all that are to be read.
        baseline: secrets set aside by the user; in history they count under any path.
        state: a folder in which to keep, between scans, what was found; None keeps nothing.

    Returns:
        One entry per distinct secret, and what could not be read: texts over 16 MiB, objects
        that a partial clone lacks, history that a shallow clone lacks. Binary blobs hold no text
        and are passed over, as are vendored files. What a `pragma: allowlist secret` comment sets
        aside in one version is set aside in all.

    Raises:
        ReproCheckError: `root` is no git repository, or git fails.
    """
    versions, kept = list_versions(root), Kept(state)
    unread = [each for each in versions.listed if not _is_known(each, kept)]
    is_whole = False
    try:
        _read(root, unread, kept, progress)
        is_whole = True
    finally:
        kept.save(is_whole=is_whole)
    hits: list[Hit] = []
    allowed = {sha1 for _, sha1 in baseline}
    not_checked = list(versions.not_checked)
    for version, path in _each(versions):
        held = kept.get(version.name, path)
        if held is None or held.is_empty:
            continue
        allowed.update(held.allowed)
        hits.extend(Hit(version.name, path, secret) for secret in held.secrets)
        if held.is_too_large:
            reason = f"file version {version.name[:12]} of {version.size:,} bytes is over the limit"
            not_checked.append(NotChecked(path, reason, required=True))
    groups: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.found.sha1 not in allowed:
            groups[hit.found.secret.fingerprint, hit.found.secret.kind].append(hit)
    return History(
        secrets=traced(root, list(groups.values())),
        not_checked=tuple(not_checked),
        submodules=versions.submodules,
        blobs=len(versions.listed),
        read=len(unread),
    )


def _is_known(version: Version, kept: Kept) -> bool:
    known = [kept.get(version.name, path) is not None for path in version.paths]
    return all(known)


def _each(versions: Versions) -> Iterator[tuple[Version, str]]:
    return ((version, path) for version in versions.listed for path in version.paths)


def _read(root: Path, unread: list[Version], kept: Kept, progress: Progress | None) -> None:
    """Put into `kept` what the versions hold, and on the disk now and then."""
    most = min(cores(), _MOST_PROCESSES)
    size = sum(min(version.size, LARGEST) for version in unread)
    if most > 1 and size > _FEW:
        from repro_check.secrets.detectors import detectors

        detectors("")  # so that not every process has to import detect-secrets
    else:
        most = 1
    done, saved = 0, time.monotonic()
    tasks = batches(unread, most=_AT_ONCE, size=min(_BATCH_SIZE, size // (4 * most) + 1))
    with closing(spread(partial(read_batch, root), tasks, most=most)) as results:
        for outcomes in results:
            for outcome in outcomes:
                kept.put(outcome.name, outcome.path, outcome.held)
            done += len({outcome.name for outcome in outcomes})
            if progress is not None:
                progress(done, len(unread))
            if time.monotonic() - saved > _SAVED_EVERY:
                kept.save(is_whole=False)
                saved = time.monotonic()
