"""What the rules say of themselves, kept beside their byte-code, so that only those asked are imported.

Like byte-code, the index holds for as long as the sources have the sizes and times that they had; where
it cannot be written, every rule is imported, and nothing else changes.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from repro_check.atomic import write_atomic
from repro_check.errors import ReproCheckError
from repro_check.findings import Severity
from repro_check.hashes import blake2b
from repro_check.rules.rule import Outcome, Rule, Stage
from repro_check.sources.kinds import Role

_FILE = Path("__pycache__", "rules.index")
_NAMES = ("utf-8", "surrogateescape")
_NONE_IN = Path("__pycache__", "rules.none-in")


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    """A rule and where it stands; subjects as `module:name`."""

    module: str
    attribute: str
    code: str
    name: str
    severity: Severity
    stage: Stage
    subjects: tuple[str, ...]
    roles: tuple[Role, ...]
    practice: int
    is_default: bool
    is_in_release: bool
    fixes: str
    document: str
    words: tuple[str, ...]


class _Index(msgspec.Struct, frozen=True, array_like=True):
    sources: bytes
    entries: tuple[_Entry, ...]


class _Deferred:
    """A rule's function, whose module is imported when it is called."""

    def __init__(self, module: str, attribute: str) -> None:
        self.__module__ = module
        self._attribute = attribute

    def __call__(self, *asked: object) -> Iterator[Outcome]:
        rule: Rule = getattr(importlib.import_module(self.__module__), self._attribute)
        yield from rule.check(*asked)


def sources_digest(package: Path) -> bytes:
    """A digest of the names, sizes and times of the Python files below a folder."""
    state = blake2b(digest_size=16)
    for path, size, time in sorted(_stamps(os.fspath(package))):
        state.update(f"{path}\0{size}\0{time}\0".encode(*_NAMES))
    return state.digest()


def read_index(package: Path, sources: bytes) -> Iterator[Rule] | None:
    """The rules of an index that was made of these sources, or None."""
    try:
        index = msgspec.msgpack.decode((package / _FILE).read_bytes(), type=_Index)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None
    return map(_rule, index.entries) if index.sources == sources else None


def write_index(package: Path, sources: bytes, rules: Sequence[tuple[str, str, Rule]]) -> None:
    """Keep what rules, given with module and name in it, say of themselves.

    Nothing is said where it cannot be written.
    """
    entries = tuple(
        _Entry(
            module,
            attribute,
            rule.code,
            rule.name,
            rule.severity,
            rule.stage,
            tuple(f"{subject.__module__}:{subject.__qualname__}" for subject in rule.subjects),
            tuple(sorted(rule.roles, key=lambda role: role.value)),
            rule.practice,
            rule.is_default,
            rule.is_in_release,
            rule.fixes,
            rule.document,
            rule.words,
        )
        for module, attribute, rule in rules
    )
    _keep(package / _FILE, msgspec.msgpack.encode(_Index(sources, entries)))


def folders_digest(folders: Sequence[str]) -> bytes:
    """A digest of folders and of the times at which something in them came, went or was renamed."""
    state = blake2b(digest_size=16)
    for folder in folders:
        with suppress(OSError):
            state.update(f"{folder}\0{os.stat(folder or '.').st_mtime_ns}\0".encode(*_NAMES))
    return state.digest()


def is_known_empty(package: Path, folders: bytes) -> bool:
    """Whether no distribution in these folders brought rules when they were searched."""
    try:
        return (package / _NONE_IN).read_bytes() == folders
    except OSError:
        return False


def keep_empty(package: Path, folders: bytes) -> None:
    """Remember that no distribution in these folders brings rules."""
    _keep(package / _NONE_IN, folders)


def _keep(file: Path, data: bytes) -> None:
    with suppress(OSError, ReproCheckError):
        if file.parent.is_dir():
            write_atomic(file, data)


def _rule(entry: _Entry) -> Rule:
    return Rule(
        code=entry.code,
        name=entry.name,
        severity=entry.severity,
        stage=entry.stage,
        subjects=tuple(_subject(word) for word in entry.subjects),
        roles=frozenset(entry.roles),
        practice=entry.practice,
        is_default=entry.is_default,
        is_in_release=entry.is_in_release,
        fixes=entry.fixes,
        document=entry.document,
        check=_Deferred(entry.module, entry.attribute),
        words=entry.words,
    )


def _subject(word: str) -> type:
    module, _, name = word.partition(":")
    found: type = getattr(importlib.import_module(module), name)
    return found


def _stamps(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                status = entry.stat()
                yield entry.path, status.st_size, status.st_mtime_ns
            elif entry.name != "__pycache__" and entry.is_dir():
                yield from _stamps(entry.path)
