"""The facts of files, read at most once: from memory, from the cache, or by a reader.

Readers are pure, so many files are read by several processes at a time where that pays.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from repro_check.engine.cache import Cache, content_digest
from repro_check.engine.readers import BY_KIND, SECRETS, Reader
from repro_check.findings import NotChecked
from repro_check.sources.discovery import SourceFile, Tree
from repro_check.sources.kinds import Kind
from repro_check.sources.unreadable import Unreadable

_WORTH_A_PROCESS = 1_500_000
_LARGEST_NOTEBOOK = 50_000_000
_CONFIG_LIMIT = 1_000_000
_READABLE, _UNREADABLE = b"+", b"-"


class FactsStore:
    """Facts and texts of the files of one tree.

    Args:
        tree: the files.
        cache: records of earlier runs.
        limit: source files larger than this (bytes) are not read.
    """

    def __init__(self, tree: Tree, cache: Cache, *, limit: int) -> None:
        self._tree = tree
        self._cache = cache
        self._limit = limit
        self._contents: dict[str, bytes | None] = {}
        self._digests: dict[tuple[str, bool], bytes] = {}
        self._facts: dict[tuple[str, int], object | None] = {}
        self._notes: dict[tuple[str, str], NotChecked] = {}

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """What could not be read, and why, sorted by path."""
        return tuple(self._notes[key] for key in sorted(self._notes))

    def note(self, item: NotChecked) -> None:
        """Remember that something was not checked."""
        self._notes.setdefault((item.path, item.reason), item)

    def facts(self, file: SourceFile) -> object | None:
        """The facts of a file by its kind, or None if it cannot be read (noted)."""
        reader = BY_KIND.get(file.kind)
        return None if reader is None else self._read(file, reader)

    def secrets(self, file: SourceFile) -> object | None:
        """The secrets in a file, or None if it cannot be read."""
        return self._read(file, SECRETS)

    def content(self, file: SourceFile) -> bytes | None:
        """The bytes of a file, or None (noted)."""
        if file.path not in self._contents:
            limit = _LARGEST_NOTEBOOK if file.kind is Kind.NOTEBOOK else self._limit
            try:
                self._contents[file.path] = self._tree.read(file, limit=limit)
            except Unreadable as error:
                self._contents[file.path] = None
                self.note(NotChecked(file.path, error.reason))
        return self._contents[file.path]

    def text(self, file: SourceFile) -> str | None:
        """The decoded text of a file, or None (noted)."""
        from repro_check.sources.decoding import decode

        data = self.content(file)
        if data is None:
            return None
        try:
            return decode(data)
        except Unreadable as error:
            self.note(NotChecked(file.path, error.reason))
            return None

    def preload(
        self, wanted: Sequence[tuple[SourceFile, Reader]], progress: Callable[[str], None]
    ) -> None:
        """Make the facts of many files, by several processes where that pays."""
        missing: list[tuple[SourceFile, Reader, bytes]] = []
        size = 0
        for file, reader in wanted:
            data = self.content(file)
            if data is not None and not _is_data(file, data):
                digest = self._digest(file, reader, data)
                if self._cache.get(digest, reader.number) is None:
                    missing.append((file, reader, digest))
                    size += len(data)
        if size < _WORTH_A_PROCESS or (os.cpu_count() or 1) < 2:
            return
        from concurrent.futures import BrokenExecutor

        # where no process can be started, or one dies, each file is read when it is asked for
        with suppress(BrokenExecutor, OSError, ImportError):
            made = _read_in_parallel(self._contents, missing)
            for done, (digest, number, payload) in enumerate(made, start=1):
                self._cache.put(digest, number, payload)
                progress(f"Reading files: {done:,} of {len(missing):,}")

    def save(self) -> None:
        """Write the cache."""
        self._cache.save()

    def _read(self, file: SourceFile, reader: Reader) -> object | None:
        key = (file.path, reader.number)
        if key not in self._facts:
            self._facts[key] = self._make(file, reader)
        return self._facts[key]

    def _make(self, file: SourceFile, reader: Reader) -> object | None:
        data = self.content(file)
        if data is None or _is_data(file, data):
            return None
        digest = self._digest(file, reader, data)
        record = self._cache.get(digest, reader.number)
        if record is not None:
            try:
                return self._decode(file, reader, record)
            except (msgspec.MsgspecError, ValueError):
                record = None
        record = make_record(file.path, reader, data)
        self._cache.put(digest, reader.number, record)
        return self._decode(file, reader, record)

    def _digest(self, file: SourceFile, reader: Reader, data: bytes) -> bytes:
        key = (file.path, reader is SECRETS)
        if key not in self._digests:
            self._digests[key] = content_digest(data, _salt(file, reader))
        return self._digests[key]

    def _decode(self, file: SourceFile, reader: Reader, record: bytes) -> object | None:
        if record[:1] == _UNREADABLE:
            self.note(NotChecked(file.path, record[1:].decode("utf-8")))
            return None
        facts: object = msgspec.msgpack.decode(record[1:], type=reader.facts())
        reason = getattr(facts, "not_read", "")
        if reason:
            self.note(NotChecked(file.path, reason))
        return facts


def make_record(path: str, reader: Reader, data: bytes) -> bytes:
    """The facts of one file as bytes, or the reason why it cannot be read."""
    try:
        return _READABLE + msgspec.msgpack.encode(reader.read(path, data))
    except Unreadable as error:
        return _UNREADABLE + error.reason.encode("utf-8", errors="replace")


def _salt(file: SourceFile, reader: Reader) -> bytes:
    # secrets also depend on the file's name; all other facts on the bytes alone
    if reader is not SECRETS:
        return b""
    return content_digest(file.path.rpartition("/")[2].encode("utf-8", errors="replace"))


def _is_data(file: SourceFile, data: bytes) -> bool:
    """Whether a JSON file is so large that it holds data, not configuration."""
    return file.kind is Kind.JSON and len(data) > _CONFIG_LIMIT


def _read_in_parallel(
    contents: dict[str, bytes | None], missing: Sequence[tuple[SourceFile, Reader, bytes]]
) -> Iterable[tuple[bytes, int, bytes]]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_all_start_methods, get_context

    # forked workers start at once and inherit the contents; elsewhere start-up is paid once
    method = "fork" if "fork" in get_all_start_methods() else None
    workers = min(os.cpu_count() or 1, 8)
    ordered = sorted(missing, key=lambda item: -len(contents[item[0].path] or b""))
    chunks = [ordered[start :: workers * 4] for start in range(workers * 4)]
    tasks = [
        [
            (file.path, reader.number, digest, contents[file.path] or b"")
            for file, reader, digest in part
        ]
        for part in chunks
        if part
    ]
    with ProcessPoolExecutor(workers, mp_context=get_context(method)) as pool:
        for made in pool.map(_read_chunk, tasks):
            yield from made


def _read_chunk(tasks: Sequence[tuple[str, int, bytes, bytes]]) -> list[tuple[bytes, int, bytes]]:
    import gc

    gc.disable()  # trees die by reference count alone; walking them costs more than parsing
    readers = {reader.number: reader for reader in (*BY_KIND.values(), SECRETS)}
    return [
        (digest, number, make_record(path, readers[number], data))
        for path, number, digest, data in tasks
    ]


def package_folder() -> Path:
    """The folder of the package, whose code decides what facts look like."""
    return Path(__file__).parent.parent
