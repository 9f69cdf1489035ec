"""What data a configuration declares, and the digests it records for them.

A digest key (`md5`, `sha256`, `digest`) belongs to the path key in the same mapping; `<x>_md5`
belongs to `<x>_dir`, `<x>_path` or `<x>` in it. Lists and mappings of digests are paired as
`parallel` says. Where two readings are possible, none is taken.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.data.declaring.interpolation import Keys, Reading, resolve
from repro_check.data.declaring.parallel import Pair, pairs
from repro_check.data.declaring.recorded import recorded
from repro_check.data.hashing.digests import Algorithm
from repro_check.data.keys import (
    DIGEST,
    DIGESTS,
    FILE_NAME_KEY,
    URL_KEY,
    normal,
)
from repro_check.data.paths import local_path, looks_like_path
from repro_check.runtime.config_keys import PATH_KEYS, PATH_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_check.sources.config import ConfigFacts, Entry


class DataDeclaration(msgspec.Struct, frozen=True, kw_only=True):
    """Data that a configuration names.

    Attributes:
        name: the mapping that declares them (`data.train`), or the path key at the top level; in
            lists with the position (`datasets[0]`, `data.train_files[0]`), in a mapping from file
            to digest with the file (`data[a.csv]`).
        path_text: the path with interpolations filled in; None where it cannot be told.
        path_entry: the path's value in the file.
        digest_text: the recorded digest; "" if none is recorded yet, None where it cannot be told.
        digest_entry: the digest's value in the file; None if the key is absent.
        algorithm: how the digest was, or is to be, made.
    """

    name: str
    path_text: str | None
    path_entry: Entry
    digest_text: str | None
    digest_entry: Entry | None
    algorithm: Algorithm


def declarations(facts: ConfigFacts, reading: Reading = resolve) -> tuple[DataDeclaration, ...]:
    """All data with a digest key (which may be empty) beside them, in document order.

    Args:
        facts: what the file says.
        reading: how interpolations are filled in; by default from this file alone.
    """
    if not may_declare(facts):
        return ()
    entries = {entry.keys: entry for entry in facts.entries}
    found: dict[object, DataDeclaration] = {}
    for pair in _pairs(facts):
        declared = _declaration(pair, entries, reading)
        if declared:
            # An alias or a merge key makes one place in the file appear several times.
            found.setdefault((declared.path_entry.span, pair.digest.span, pair.file), declared)
    return _told_apart(tuple(found.values()))


def _told_apart(found: tuple[DataDeclaration, ...]) -> tuple[DataDeclaration, ...]:
    """Two data sets of one mapping are called by their keys, `data.train_dir` and `data.val_dir`."""
    count = Counter(declared.name for declared in found)
    return tuple(
        (
            msgspec.structs.replace(declared, name=spelled(declared.path_entry.keys))
            if count[declared.name] > 1
            else declared
        )
        for declared in found
    )


def may_declare(facts: ConfigFacts) -> bool:
    """Whether the file has a key of a digest at all."""
    return any(
        DIGESTS.fullmatch(normal(entry.keys[-1]))
        for entry in facts.entries
        if entry.keys and isinstance(entry.keys[-1], str)
    )


def mappings(facts: ConfigFacts) -> dict[Keys, dict[str, Entry]]:
    """Every mapping that holds something, by its keys: its entries by their normalised keys."""
    below: dict[Keys, dict[str, Entry]] = {}
    for entry in facts.entries:
        if entry.keys and isinstance(entry.keys[-1], str):
            below.setdefault(entry.keys[:-1], {})[normal(entry.keys[-1])] = entry
    return below


def name_of(path: Entry) -> str:
    """What to call the data at a path entry: the mapping's keys, or the key or item itself."""
    is_item = isinstance(path.keys[-1], int)
    return spelled(path.keys if is_item else path.keys[:-1] or path.keys)


def spelled(keys: Keys) -> str:
    """Keys as people write them: `data.train[0]`."""
    parts = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return "".join(parts).removeprefix(".")


def path_beside(digest_key: str, mapping: Mapping[str, Entry]) -> Entry | None:
    """The path that a digest key in this mapping speaks of, if there is exactly one.

    Args:
        digest_key: a normalised key, present or not: `md5`, `train_sha256`, ...
        mapping: the entries beside it by their normalised keys.
    """
    match = DIGEST.fullmatch(digest_key)
    return _beside(match["stem"] or "", mapping) if match else None


def _beside(stem: str, mapping: Mapping[str, Entry]) -> Entry | None:
    return _stem_path(stem, mapping) if stem else _bare_path(mapping)


def _pairs(facts: ConfigFacts) -> Iterator[Pair]:
    """Every digest that may be one with the path it belongs to."""
    children: dict[Keys, list[Entry]] = {}
    for entry in facts.entries:
        if entry.keys:
            children.setdefault(entry.keys[:-1], []).append(entry)
    for mapping in mappings(facts).values():
        for key, entry in mapping.items():
            if entry.kind != "scalar":
                yield from pairs(key, entry, mapping, children, _beside)
            elif match := DIGEST.fullmatch(key):
                path = path_beside(key, mapping)
                if path is not None:
                    yield Pair(match["kind"], entry, path)


def _declaration(
    pair: Pair, entries: Mapping[Keys, Entry], reading: Reading
) -> DataDeclaration | None:
    found = recorded(pair.kind, pair.digest, entries, reading)
    if found is None:
        return None
    path = reading(pair.path, entries)
    if path is not None:
        path = local_path(path)
        path = posixpath.join(path, pair.file.replace("\\", "/")) if pair.file else path
    name = name_of(pair.path)
    return DataDeclaration(
        name=f"{name}[{pair.file}]" if pair.file else name,
        path_text=path,
        path_entry=pair.path,
        digest_text=found.text,
        digest_entry=pair.digest,
        algorithm=found.algorithm,
    )


def _bare_path(mapping: Mapping[str, Entry]) -> Entry | None:
    """The one path that a bare digest key stands beside."""
    has_file_name = any(FILE_NAME_KEY.fullmatch(key) for key in mapping)
    if has_file_name and any(URL_KEY.fullmatch(key) for key in mapping):
        return None
    for key in PATH_KEYS:
        entry = mapping.get(key)
        if entry is None or not _is_text(entry):
            continue
        if key in ("data", "dataset") and not looks_like_path(entry.text):
            continue
        is_split = has_file_name or (key != "file" and "file" in mapping)
        return None if is_split and "file" not in key else entry
    return None


def _stem_path(stem: str, mapping: Mapping[str, Entry]) -> Entry | None:
    """The one path that `<stem>_md5` stands beside."""
    found = [
        (suffix, mapping[stem + suffix])
        for suffix in PATH_SUFFIXES
        if stem + suffix in mapping and _is_text(mapping[stem + suffix])
    ]
    if len(found) > 1:
        found = [pair for pair in found if pair[0] or looks_like_path(pair[1].text)]
    return found[0][1] if len(found) == 1 else None


def _is_text(entry: Entry) -> bool:
    return entry.kind == "scalar" and entry.tag == "str" and entry.text not in ("", "???")
