"""Where a module opens a file that it has downloaded, and whether it looks at any hash."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from repro_check.project.constants import Constants
from repro_check.rules.data._commands import checks, reads
from repro_check.rules.data._downloads import Download, words_of
from repro_check.rules.data._fetches import is_writing, scope_of
from repro_check.rules.data._places import owner_of, place_of
from repro_check.sources.expressions import Literal, Name
from repro_check.sources.python import Call
from repro_check.text import pattern

_READER = pattern(
    r"_*(open(_\w+)?|load(s|txt|mat|_\w+)?|read(_\w+|\w+)?|imread|fromfile|genfromtxt|from_\w+|"
    r"(unpack|extract|unzip|untar|decompress|parse|import)\w*|(Zip|Tar|Gzip|BZ2|LZMA)File|File|HDFStore|"
    r"Dataset|ImageFolder|TFRecordDataset|TextLineDataset|VideoCapture|safe_open|connect)"
)
_METHODS = frozenset({"open", "read_text", "read_bytes"})
_CHECK_NAME = pattern(
    r"(?<![a-z])(md5|sha(1|2|3)?(?=_|$)|sha(1|224|256|384|512)|crc(32)?|blake\d?\w?|xxh\w*)(?![a-z])|"
    r"hash|checksum|check_sum|digest|integrity",
    re.IGNORECASE,
)
_VERIFIES = pattern(r"_*verif(y|ies|ication)(?!ing_key)", re.IGNORECASE)
_CHECK_MODULES = frozenset(
    {"hashlib", "pooch", "xxhash", "blake3", "checksumdir", "dirhash", "zlib"}
)


class Reads:
    """The calls of a module that open files, with the places of these files."""

    def __init__(self, names: Constants) -> None:
        self._facts = names.facts
        self._calls: dict[str, list[Call]] = {}
        for call in names.facts.calls:
            for place in _read_places(names, call):
                self._calls.setdefault(place, []).append(call)

    def first(self, download: Download) -> Call | None:
        """The first call behind a download that opens its file, or None."""
        if download.is_reading:
            return download.call
        found = [call for place in self._places(download) for call in self._calls[place]]
        behind = (call for call in found if self._is_behind(call, download))
        return min(behind, key=lambda call: (call.span.line, call.span.column), default=None)

    def _places(self, download: Download) -> Iterator[str]:
        if download.is_folder:
            yield from (place for place in self._calls if place.startswith(f"{download.path}/"))
        if download.path in self._calls:
            yield download.path

    def _is_behind(self, call: Call, download: Download) -> bool:
        """Whether a call runs later; in another function than the download, it may."""
        if call is download.behind or call is download.call:
            return False
        scopes = {scope_of(self._facts, one.block) for one in (call, download.behind)}
        start, other, end = call.span, download.behind.span, call.span
        is_around = (start.line, start.column) < (other.line, other.column) and (
            other.end_line,
            other.end_column,
        ) <= (end.end_line, end.end_column)
        return len(scopes) > 1 or is_around or start.line > other.line


def looks_at_hashes(names: Constants) -> bool:
    """Whether anything in the module speaks of a hash: it is then taken to be compared."""
    facts = names.facts
    if any(item.module.partition(".")[0] in _CHECK_MODULES for item in facts.imports):
        return True
    words = [item.qualname.rpartition(".")[2] for item in facts.functions]
    words += [item.name for item in facts.imports]
    words += [parameter.name for item in facts.functions for parameter in item.parameters]
    words += [
        target.name.rpartition(".")[2]
        for item in facts.assignments
        for target in item.targets
        if isinstance(target, Name)
    ]
    for call in facts.calls:
        called = call.name.rpartition(".")[2]
        # torch compares nothing for `check_hash` if the file's name holds no hash
        given = (word for word in call.keywords if word.name != "check_hash")
        given = (word for word in given if getattr(word.value, "value", "") is not None)
        words += [called, *(word.name for word in given)]
        commands = (" ".join(command) for command, _ in words_of(names, call))
        if _VERIFIES.match(called) or any(checks(command) for command in commands):
            return True
    return any(_CHECK_NAME.search(word) for word in words)


def _read_places(names: Constants, call: Call) -> Iterator[str]:
    """The places that a call opens for reading."""
    for words, items in words_of(names, call):
        if reads(words):
            yield from (posixpath.normpath(word) for word in words if word)
            yield from (place_of(names, item, call.block) for item in items)
    name = call.name.rpartition(".")[2]
    if not _READER.fullmatch(name) or is_writing(call):
        return
    if name in _METHODS and not call.target:
        yield owner_of(names, call.name, call.receiver, call.block)
    for value in (*call.args, *(word.value for word in call.keywords)):
        if not isinstance(value, Literal) or isinstance(value.value, str):
            yield place_of(names, value, call.block)
