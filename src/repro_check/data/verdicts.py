"""What comes of comparing data with their record, and what such a comparison has at hand."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from repro_check.data.declaring.declarations import DataDeclaration
from repro_check.data.hashing.hashers import Hasher
from repro_check.data.hashing.index import StatIndex
from repro_check.data.hashing.listing import Listing
from repro_check.data.hashing.measuring import Meter
from repro_check.runtime.changes import Change
from repro_check.runtime.lockfile import Section

MOST_FILES = 20


class State(enum.Enum):
    """What came of comparing data with their recorded digest."""

    MATCH = "match"
    MISMATCH = "mismatch"
    MISSING = "missing"
    POINTER = "pointer"
    UNRESOLVED = "unresolved"
    NOT_RECORDED = "not_recorded"
    TOO_LARGE = "too_large"
    UNDEFINED = "undefined"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome for one declaration.

    Attributes:
        declaration: what was checked.
        state: the outcome.
        path: where the data are; None if they were not found.
        recorded: the digest in the configuration; "" if there is none.
        actual: the digest of what is there; "" if it was not computed, as where a changed file
            already tells that it is another one.
        changed: for a mismatch the first files that differ from the recorded ones, where
            it is known what was recorded; those of a lock file for large data may be folders.
        changes: how many there are; None if that is not known.
        causes: for a mismatch what probably made it, as sentences' ends.
        files: for a pointer the files that are pointers, relative to `path`, at most twenty.
        reason: why there is neither match nor mismatch, as a sentence's end; else "".
        size: the bytes on disk, where they were counted.
        file_count: the files on disk, where they were counted.
        listing: what the data looked like when `actual` was theirs; None for those elsewhere.
    """

    declaration: DataDeclaration
    state: State
    path: Path | None = None
    recorded: str = ""
    actual: str = ""
    changed: tuple[Change, ...] = ()
    changes: int | None = None
    causes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    reason: str = ""
    size: int = 0
    file_count: int = 0
    listing: Listing | None = None


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """What a check has at hand; every field may be left out.

    Attributes:
        index: remembers digests of unchanged data; None reads every byte.
        hasher: who hashes the files; a pool of processes if None.
        budget: the most bytes to read; None for no limit. The index answers at any size.
        lock: reads the sections of `repro-data.lock`, which name the files that were recorded;
            called only for a mismatch.
        meter: told how many bytes there are, and are dealt with.
        most_changes: how many files a mismatch names.
        reads_remote: whether data on other machines are read; offline unless asked.
    """

    index: StatIndex | None = None
    hasher: Hasher | None = None
    budget: int | None = None
    lock: Callable[[], Sequence[Section]] = tuple
    meter: Meter | None = None
    most_changes: int = MOST_FILES
    reads_remote: bool = False
