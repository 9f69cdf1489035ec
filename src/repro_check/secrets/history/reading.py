"""What one file version holds: made from its bytes and its names alone, so that it can be kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from repro_check.secrets import git
from repro_check.secrets.decode import decode_text
from repro_check.secrets.facts import read_secrets
from repro_check.secrets.history.versions import Version
from repro_check.secrets.subject import FileSecret

LARGEST = 16 * 1024 * 1024
"""Bytes of a text beyond which it is not searched, and is named as not checked."""

_SNIFFED = 8000
_PRAGMA = b"pragma:"


class Held(msgspec.Struct, frozen=True, array_like=True):
    """What a file version holds.

    Attributes:
        secrets: those that stand.
        allowed: sha1 digests of those that a `pragma: allowlist secret` comment sets aside.
        is_too_large: whether it is a text over the limit, of which nothing was read.
    """

    secrets: tuple[FileSecret, ...] = ()
    allowed: tuple[str, ...] = ()
    is_too_large: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say of it."""
        return not (self.secrets or self.allowed or self.is_too_large)


class Batch(msgspec.Struct, frozen=True):
    """Versions that are read one after the other by one process."""

    versions: tuple[Version, ...]


class Outcome(msgspec.Struct, frozen=True):
    """What came of a path of a version."""

    name: str
    path: str
    held: Held


def batches(versions: list[Version], *, most: int, size: int) -> Iterator[Batch]:
    """The versions in their order, in batches of up to `most` of them and about `size` bytes."""
    batch: list[Version] = []
    left = size
    for version in versions:
        batch.append(version)
        left -= min(version.size, LARGEST)
        if len(batch) == most or left <= 0:
            yield Batch(tuple(batch))
            batch, left = [], size
    if batch:
        yield Batch(tuple(batch))


def read_batch(root: Path, batch: Batch) -> list[Outcome]:
    """What the versions of a batch hold; one at a time is in memory.

    Raises:
        ReproCheckError: git cannot read one of them.
    """
    outcomes: list[Outcome] = []
    small = {each.name: each for each in batch.versions if each.size <= LARGEST}
    with closing(git.read_blobs(root, small)) as contents:
        for name, data in contents:
            paths = small[name].paths
            outcomes.extend(Outcome(name, path, held_in(path, data)) for path in paths)
    for version in batch.versions:
        if version.size > LARGEST:
            is_text = decode_text(git.beginning(root, version.name, _SNIFFED)) is not None
            held = Held(is_too_large=is_text)
            outcomes.extend(Outcome(version.name, path, held) for path in version.paths)
    return outcomes


def held_in(path: str, data: bytes) -> Held:
    """What a file of this name and content holds."""
    found = read_secrets(path, data).secrets
    if _PRAGMA not in data:
        return Held(found)
    standing = {each.sha1 for each in found}
    every = read_secrets(path, data.replace(_PRAGMA, b"pr-gma:")).secrets
    allowed = {each.sha1 for each in every} - standing
    return Held(found, tuple(sorted(allowed)))
