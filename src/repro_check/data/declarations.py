"""What data a configuration declares, and the digests it records for them.

A digest key (`md5`, `sha256`, `digest`) belongs to the path key in the same mapping; `<x>_md5`
belongs to `<x>_dir`, `<x>_path` or `<x>` in it. Where two readings are possible, none is taken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from repro_check.data.digests import Algorithm
from repro_check.data.interpolation import Keys, resolve
from repro_check.data.keys import (
    DIGEST,
    FILE_NAME_KEY,
    PATH_KEYS,
    PATH_SUFFIXES,
    URL_KEY,
    normal,
)
from repro_check.data.paths import is_placeholder, looks_like_path
from repro_check.runtime.verification import parse_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_check.sources.config import ConfigFacts, Entry

_KINDS = {"md5": Algorithm.MD5, "sha256": Algorithm.SHA256, "digest": Algorithm.TREE_SHA256}


class DataDeclaration(msgspec.Struct, frozen=True, kw_only=True):
    """Data that a configuration names.

    Attributes:
        name: the mapping that declares them (`data.train`), or the path key at the top level.
        path_text: the path with interpolations filled in; None where this file cannot tell.
        path_entry: the path's value in the file.
        digest_text: the recorded digest; "" if none is recorded yet, None where this file cannot
            tell.
        digest_entry: the digest's value in the file; None if the key is absent.
        algorithm: how the digest was, or is to be, made.
    """

    name: str
    path_text: str | None
    path_entry: Entry
    digest_text: str | None
    digest_entry: Entry | None
    algorithm: Algorithm


def declarations(facts: ConfigFacts) -> tuple[DataDeclaration, ...]:
    """All data with a digest key (which may be empty) beside them, in document order."""
    entries = {entry.keys: entry for entry in facts.entries}
    found: dict[object, DataDeclaration] = {}
    for mapping in mappings(facts).values():
        for key, entry in mapping.items():
            declared = _declaration(key, entry, mapping, entries)
            if declared:
                # An alias or a merge key makes one place in the file appear several times.
                found.setdefault((declared.path_entry.span, entry.span), declared)
    return tuple(found.values())


def mappings(facts: ConfigFacts) -> dict[Keys, dict[str, Entry]]:
    """Every mapping that holds something, by its keys: its entries by their normalised keys."""
    below: dict[Keys, dict[str, Entry]] = {}
    for entry in facts.entries:
        if entry.keys and isinstance(entry.keys[-1], str):
            below.setdefault(entry.keys[:-1], {})[normal(entry.keys[-1])] = entry
    return below


def name_of(path: Entry) -> str:
    """What to call the data at a path entry: the mapping's keys, or the key itself."""
    return ".".join(str(key) for key in path.keys[:-1] or path.keys)


def path_beside(digest_key: str, mapping: Mapping[str, Entry]) -> Entry | None:
    """The path that a digest key in this mapping speaks of, if there is exactly one.

    Args:
        digest_key: a normalised key, present or not: `md5`, `train_sha256`, ...
        mapping: the entries beside it by their normalised keys.
    """
    match = DIGEST.fullmatch(digest_key)
    if not match:
        return None
    return _stem_path(match["stem"], mapping) if match["stem"] else _bare_path(mapping)


def _declaration(
    key: str, entry: Entry, mapping: Mapping[str, Entry], entries: Mapping[Keys, Entry]
) -> DataDeclaration | None:
    match = DIGEST.fullmatch(key)
    if not match or entry.kind != "scalar":
        return None
    algorithm = _KINDS[match["kind"].removesuffix("sum")]
    text = _digest_text(entry, entries)
    if text:
        if match["kind"] == "digest" or ":" in text:
            try:
                algorithm = Algorithm(parse_digest(text)[0])
            except ValueError:
                return None
        elif not _may_be_digest(entry, text):
            return None
    path = path_beside(key, mapping)
    if path is None:
        return None
    return DataDeclaration(
        name=name_of(path),
        path_text=resolve(path, entries),
        path_entry=path,
        digest_text=text,
        digest_entry=entry,
        algorithm=algorithm,
    )


def _digest_text(entry: Entry, entries: Mapping[Keys, Entry]) -> str | None:
    is_open = entry.tag == "null" or not entry.text.strip() or is_placeholder(entry.text)
    return "" if is_open else resolve(entry, entries)


def _may_be_digest(entry: Entry, text: str) -> bool:
    """Whether it was meant as one: not a flag, a file's name or a directory digest of DVC."""
    least = 1 if entry.tag == "str" else 32
    return len(text) >= least and re.fullmatch(r"[0-9a-fA-F]+", text) is not None


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
