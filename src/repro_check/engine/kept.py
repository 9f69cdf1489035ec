"""What rules said of a tree, kept between runs: of the very same tree they say the same.

A rule is a function of the tree's files and the settings, so its outcomes are kept under a digest of
the list of files, the settings, the scope and the program, and hold for as long as every file that
was read has the content that it had. Rules that look at more (data on disk, git's history) cannot do
so while the tree is sealed, and are asked every time.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from contextlib import suppress
from itertools import compress

import msgspec

from repro_check.engine.cache import Cache, code_digest, content_digest
from repro_check.engine.store import FactsStore, package_folder
from repro_check.findings import Finding, NotChecked
from repro_check.hashes import blake2b
from repro_check.rules.rule import Rule, Stage
from repro_check.settings import Settings
from repro_check.sources.discovery import Tree

_READ, _SAID = 30, 31
"""The numbers of these records among the readers'."""
_LARGEST = 20_000


class Said(msgspec.Struct, frozen=True, array_like=True):
    """What one rule said, in order: what it found, and what it could not tell."""

    code: str
    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """What a run keeps.

    Attributes:
        said: by rule; those that look at more than the tree are not among them.
        notes: what could not be read.
    """

    said: tuple[Said, ...] = ()
    notes: tuple[NotChecked, ...] = ()


def is_lasting(rule: Rule) -> bool:
    """Whether a rule is a function of the tree's files: one of ours, of a stage that says so."""
    module = getattr(rule.check, "__module__", "")
    return rule.stage in {Stage.FILE, Stage.REPOSITORY} and module.startswith("repro_check.rules.")


class Memory:
    """The outcomes of whole runs.

    Args:
        cache: where they are kept.
        tree: the files.
        settings: of the run.
        rules: those whose outcomes are asked for.
    """

    def __init__(self, cache: Cache, tree: Tree, settings: Settings, rules: Sequence[Rule]) -> None:
        self._cache = cache
        self._files = tree.files
        listing = [(file.path, file.is_tracked, file.blob) for file in tree.files]
        skipped = [(item.path, item.reason) for item in tree.skipped]
        codes = [rule.code for rule in rules]
        written = msgspec.json.encode(settings, enc_hook=str, order="sorted")
        parts = (code_digest([package_folder()]), codes, tree.is_git, skipped, listing)
        # a path may hold bytes that are no UTF-8
        self._key = content_digest(repr(parts).encode("ascii", "backslashreplace") + written)

    def recall(self, store: FactsStore) -> Kept | None:
        """What was said of this tree before; None if anything that was read then has changed."""
        read = self._cache.get(self._key, _READ)
        if read is None:
            return None
        record = self._cache.get(self._state(read, store), _SAID)
        if record is None:
            return None
        try:
            return msgspec.msgpack.decode(record, type=Kept)
        except (msgspec.MsgspecError, ValueError):
            return None

    def remember(self, kept: Kept, store: FactsStore) -> None:
        """Keep what was said, with what was read for it."""
        if sum(len(item.findings) for item in kept.said) > _LARGEST:
            return
        was_read = bytearray(len(self._files))
        for index, file in enumerate(self._files):
            was_read[index] = file.path in store.looks
        read = zlib.compress(was_read)
        if self._cache.get(self._key, _READ) != read:
            self._cache.put(self._key, _READ, read)
        with suppress(UnicodeEncodeError):  # what names such a path is not kept
            self._cache.put(self._state(read, store), _SAID, msgspec.msgpack.encode(kept))

    def _state(self, read: bytes, store: FactsStore) -> bytes:
        """A digest of the contents of the files that were read."""
        state = blake2b(self._key, digest_size=16)
        for file in compress(self._files, zlib.decompress(read)):
            look = store.look(file)
            state.update(look.digest or look.reason.encode("utf-8", "replace"))
            state.update(b"\0")
        return state.digest()
