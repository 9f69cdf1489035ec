"""The facts of files, read at most once: from memory, from the cache, or by a reader.

Readers are pure, so many files are read by several processes at a time where that pays. What a file
holds is kept in memory only where its text was asked for; for the others its digest is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from repro_check.engine.cache import Cache, content_digest
from repro_check.engine.mishaps import failed_reader
from repro_check.engine.readers import BY_KIND, SECRETS, Reader
from repro_check.engine.word_index import WordIndex
from repro_check.engine.workers import processes, spread
from repro_check.findings import NotChecked
from repro_check.sources.directives import MARK
from repro_check.sources.discovery import SourceFile, Tree
from repro_check.sources.kinds import Kind
from repro_check.sources.unreadable import Unreadable

_WORTH_A_PROCESS = 1_500_000
_TASKS = 48
_LARGEST_NOTEBOOK = 50_000_000
_CONFIG_LIMIT = 1_000_000
_READABLE, _UNREADABLE = b"+", b"-"
_MARK = MARK.encode()


class Look(msgspec.Struct, frozen=True):
    """What one look at a file told.

    Attributes:
        digest: of its content; b"" if it cannot be read.
        reason: why it cannot be read.
        size: in bytes.
        is_marked: whether the mark of suppression comments stands in it.
    """

    digest: bytes
    reason: str = ""
    size: int = 0
    is_marked: bool = False


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
        self._looks: dict[str, Look] = {}
        self._contents: dict[str, bytes | None] = {}
        self._facts: dict[tuple[str, int], object | None] = {}
        self._decoders: dict[int, msgspec.msgpack.Decoder[object]] = {}
        self._notes: dict[tuple[str, str], NotChecked] = {}
        self._word_index = WordIndex(cache, self._peek)

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """What could not be read, and why, sorted by path."""
        return tuple(self._notes[key] for key in sorted(self._notes))

    @property
    def looks(self) -> Mapping[str, Look]:
        """What the looks at files told so far, by path."""
        return self._looks

    @property
    def cache(self) -> Cache:
        """The records of this and earlier runs."""
        return self._cache

    def learn(
        self,
        looks: Mapping[str, Look] | None = None,
        records: Mapping[tuple[bytes, int], bytes] | None = None,
        notes: Iterable[NotChecked] = (),
    ) -> None:
        """Take over what the store of another process, or an earlier run, found out."""
        for path, look in (looks or {}).items():
            self._looks.setdefault(path, look)
        for (digest, number), record in (records or {}).items():
            self._cache.put(digest, number, record)
        for note in notes:
            self.note(note)

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
            self._contents[file.path] = self._load(file)
        return self._contents[file.path]

    def look(self, file: SourceFile) -> Look:
        """What a file is like, without keeping its content."""
        if file.path not in self._looks:
            self._load(file)
        return self._looks[file.path]

    def text(self, file: SourceFile) -> str | None:
        """The decoded text of a file, or None (noted)."""
        from repro_check.sources.decoding import decode

        data = self.content(file)
        if data is None:
            return None
        try:
            return decode(data)
        except Unreadable as error:
            # what reads the file's facts gives the better reason
            if file.kind not in BY_KIND or self.facts(file) is not None:
                self.note(NotChecked(file.path, error.reason))
            return None

    @property
    def knows_words(self) -> bool:
        """Whether the words of files are known by what git says of their contents."""
        return self._tree.is_staged

    def mentioning(
        self, files: Iterable[SourceFile], words: Collection[str]
    ) -> Iterator[SourceFile]:
        """The files of code in which one of some words may stand.

        An unchanged file is not even opened: git's index says which content it has.
        """
        return self._word_index.mentioning(files, words)

    def preload(
        self, wanted: Sequence[tuple[SourceFile, Reader]], progress: Callable[[str], None]
    ) -> bool:
        """Make the facts of many files, by several processes where that pays.

        Returns:
            Whether there is so much of them that more than one process should look at them.
        """
        most = processes()
        if most < 2:
            return False
        self._read_missing(wanted, most, progress)
        return sum(self.look(file).size for file, _ in wanted) >= _WORTH_A_PROCESS

    def _read_missing(
        self,
        wanted: Sequence[tuple[SourceFile, Reader]],
        most: int,
        progress: Callable[[str], None],
    ) -> None:
        contents: dict[str, bytes] = {}
        missing: dict[str, list[tuple[Reader, bytes]]] = {}
        for file, reader in wanted:
            data = contents.get(file.path)
            if data is None and file.path not in self._looks:
                data = self._load(file)
            key = self._key(file, reader)
            if key is None or self._cache.has(key, reader.number):
                continue
            if data is None and (data := self._load(file)) is None:
                continue
            contents[file.path] = data
            missing.setdefault(file.path, []).append((reader, key))
        if sum(len(contents[path]) for path in missing) < _WORTH_A_PROCESS:
            return
        # the largest first, so that all processes end at about the same time
        paths = sorted(missing, key=lambda path: -len(contents[path]))
        count = min(_TASKS, len(paths))

        def read(number: int) -> list[tuple[bytes, int, bytes]]:
            made = [
                (key, reader.number, make_record(path, reader, contents[path]))
                for path in paths[number::count]
                for reader, key in missing[path]
            ]
            return [(key, number, record) for key, number, record in made if record is not None]

        done = 0
        for number, records in spread(read, count, most=most):
            for record in records:
                self._cache.put(*record)
            done += len(paths[number::count])
            progress(f"Reading files: {done:,} of {len(paths):,}")
        self._cache.save()

    def save(self) -> None:
        """Write the cache."""
        self._cache.save()

    def _load(self, file: SourceFile) -> bytes | None:
        """The content of a file; None (noted) if it cannot be read."""
        limit = _LARGEST_NOTEBOOK if file.kind is Kind.NOTEBOOK else self._limit
        try:
            data = self._tree.read(file, limit=limit)
        except Unreadable as error:
            self._looks[file.path] = Look(b"", error.reason)
            self.note(NotChecked(file.path, error.reason))
            return None
        if file.path not in self._looks:
            self._looks[file.path] = Look(content_digest(data), "", len(data), _MARK in data)
        return data

    def _peek(self, file: SourceFile) -> bytes | None:
        """The content of a file, which is not kept for this."""
        return self._contents.get(file.path) or self._load(file)

    def _read(self, file: SourceFile, reader: Reader) -> object | None:
        key = (file.path, reader.number)
        if key not in self._facts:
            self._facts[key] = self._make(file, reader)
        return self._facts[key]

    def _make(self, file: SourceFile, reader: Reader) -> object | None:
        key = self._key(file, reader)
        if key is None:
            return None
        record = self._cache.get(key, reader.number)
        if record is not None:
            try:
                return self._decode(file, reader, record)
            except (msgspec.MsgspecError, ValueError):
                record = None
        data = self._peek(file)
        if data is None:
            return None
        facts: object | None = None
        try:
            facts = reader.read(file.path, data)
        except Unreadable as error:
            record = _unreadable(error)
            self.note(NotChecked(file.path, error.reason))
        except Exception as error:  # noqa: BLE001 - the other files are read all the same
            self.note(failed_reader(file.path, error))
            return None
        else:
            record = _READABLE + msgspec.msgpack.encode(facts)
            self._note_unread(file, facts)
        if content_digest(data) == self._looks[file.path].digest:  # it may have changed meanwhile
            self._cache.put(key, reader.number, record)
        # not decoded again: a decoder of Python facts takes 3 ms to make, and a hook may need none
        return facts

    def _key(self, file: SourceFile, reader: Reader) -> bytes | None:
        """Under which digest a file's facts are kept; None if it has none."""
        look = self.look(file)
        # a JSON file that is so large holds data, not configuration
        if not look.digest or (file.kind is Kind.JSON and look.size > _CONFIG_LIMIT):
            return None
        if reader is not SECRETS:
            return look.digest
        # secrets also depend on the file's name; all other facts on the bytes alone
        name = file.path.rpartition("/")[2].encode("utf-8", errors="replace")
        return content_digest(look.digest + name)

    def _decode(self, file: SourceFile, reader: Reader, record: bytes) -> object | None:
        if record[:1] == _UNREADABLE:
            self.note(NotChecked(file.path, record[1:].decode("utf-8")))
            return None
        decoder = self._decoders.get(reader.number)
        if decoder is None:
            decoder = self._decoders[reader.number] = msgspec.msgpack.Decoder(reader.facts())
        facts = decoder.decode(memoryview(record)[1:])
        self._note_unread(file, facts)
        return facts

    def _note_unread(self, file: SourceFile, facts: object) -> None:
        reason = getattr(facts, "not_read", "")
        if reason:
            self.note(NotChecked(file.path, reason))


def make_record(path: str, reader: Reader, data: bytes) -> bytes | None:
    """The facts of one file as bytes, or the reason why it cannot be read; None: its reader fails."""
    try:
        return _READABLE + msgspec.msgpack.encode(reader.read(path, data))
    except Unreadable as error:
        return _unreadable(error)
    except Exception:  # noqa: BLE001 - said when the file is asked for
        return None


def _unreadable(error: Unreadable) -> bytes:
    return _UNREADABLE + error.reason.encode("utf-8", errors="replace")


def package_folder() -> Path:
    """The folder of the package, whose code decides what facts look like."""
    return Path(__file__).parent.parent
