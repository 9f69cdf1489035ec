"""`repro-data.lock` in a repository: read it, and bring it up to date."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from repro_check.atomic import write_atomic
from repro_check.bounded import read_bounded
from repro_check.data.hashing.digests import Algorithm
from repro_check.errors import ReproCheckError
from repro_check.runtime.changes import collapsed
from repro_check.runtime.lockfile import (
    FILE_NAME,
    LARGEST,
    LockError,
    Section,
    parse_lock,
    written,
)
from repro_check.runtime.manifest import Entry

MOST_LINES = 10_000
"""Lines of one data set; with more files, one line stands for each top folder."""


def read_lock(root: Path) -> tuple[Section, ...]:
    """The sections of a repository's lock file; () if it has none.

    Raises:
        ReproCheckError: it cannot be read, or is not what `repro-check data lock` writes.
    """
    file = root / FILE_NAME
    try:
        return parse_lock(read_bounded(file, limit=LARGEST).decode())
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, LockError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReproCheckError(
            f"the file cannot be read: {reason}",
            where=FILE_NAME,
            fix="Delete it and run `repro-check data lock`, which writes it anew.",
        ) from error


def write_lock(root: Path, sections: Iterable[Section]) -> bool:
    """Write the lock file whole, if that changes it; returns whether it did.

    Raises:
        ReproCheckError: it cannot be written; what was there is intact.
    """
    file = root / FILE_NAME
    content = written(sections).encode()
    try:
        if read_bounded(file, limit=LARGEST) == content:
            return False
    except OSError:
        pass
    write_atomic(file, content)
    return True


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make other runs wait that would read and rewrite the lock file at the same time.

    Where that cannot be done (Windows, a folder that cannot be written to) nobody waits: the file
    is whole all the same, but may lack what the other run wrote.

    Args:
        folder: where the repository keeps its state.
    """
    descriptor = -1
    try:
        with suppress(ImportError, OSError):
            import fcntl

            folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
            descriptor = os.open(folder / f"{FILE_NAME}.held", flags, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def section_for(
    key: str, algorithm: Algorithm, digest: str, file_hash: str, entries: Iterable[Entry]
) -> Section:
    """The section about one data set, with as many lines as are fit for version control.

    Args:
        key: the data, as `verify.section_key` calls them.
        algorithm: how the digest was made.
        digest: as it is written down.
        file_hash: the hash of the entries.
        entries: every file, in the order of the algorithm's walk.
    """
    lines: list[Entry] = []
    folders: list[Entry] = []
    for folder in collapsed(_kept(entries, lines), file_hash):
        folders.append(folder)
        if len(folders) > MOST_LINES:
            folders = []
            lines = []
            break
    chosen = lines if len(lines) <= MOST_LINES else folders
    name = digest if ":" in digest else f"{algorithm.value}:{digest}"
    return Section(key, name, tuple(sorted(chosen)))


def _kept(entries: Iterable[Entry], lines: list[Entry]) -> Iterator[Entry]:
    """Pass the entries on, and keep one more than may be written."""
    for entry in entries:
        if len(lines) <= MOST_LINES:
            lines.append(entry)
        yield entry
