"""Digests that stand in a list or a mapping of their own, beside the paths they belong to.

    train_files: [a.csv, b.csv]             path: data
    train_md5: [0cc175b9..., 92eb5ffe...]    md5: {a.csv: 0cc175b9..., b.csv: 92eb5ffe...}

Only where there is one reading: lists of the same length, or a mapping whose keys are all names of
files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from repro_check.data.keys import DIGESTS, LIST_KEYS, LIST_SUFFIXES
from repro_check.data.paths import is_data_file, is_url
from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from repro_check.data.declaring.interpolation import Keys
    from repro_check.sources.config import Entry

_FILE_NAME = pattern(r"[^/\\].*(?:\.\w+|[/\\].+)")


class Pair(NamedTuple):
    """A digest and its path: that of `path`, or of the file called `file` in that folder."""

    kind: str
    digest: Entry
    path: Entry
    file: str = ""


def pairs(
    key: str,
    digests: Entry,
    mapping: Mapping[str, Entry],
    children: Mapping[Keys, Sequence[Entry]],
    folder_beside: Callable[[str, Mapping[str, Entry]], Entry | None],
) -> Iterator[Pair]:
    """The digests of one list or mapping with their paths; none where two readings are possible.

    Args:
        key: the normalised key of the digests.
        digests: the list or mapping at that key.
        mapping: the entries beside it by their normalised keys.
        children: every list and mapping of the file by its keys: what is in it, in order.
        folder_beside: the one path to which a digest with this stem ("" for none) belongs.
    """
    match = DIGESTS.fullmatch(key)
    if not match:
        return
    stem, kind = match["stem"] or "", match["kind"]
    values = children.get(digests.keys, ())
    if any(value.kind != "scalar" for value in values):
        return
    if digests.kind == "list":
        paths = _list_beside(stem, key, len(values), mapping, children)
        for path, value in zip(paths, values, strict=False):
            yield Pair(kind, value, path)
        return
    folder = folder_beside(stem, mapping)
    if folder is None or is_data_file(folder.text):
        return
    names = [str(value.keys[-1]) for value in values]
    if all(map(_is_file_below, names)):
        for name, value in zip(names, values, strict=True):
            yield Pair(kind, value, folder, name)


def _list_beside(
    stem: str,
    key: str,
    count: int,
    mapping: Mapping[str, Entry],
    children: Mapping[Keys, Sequence[Entry]],
) -> Sequence[Entry]:
    """The one list of so many paths that a list of digests belongs to."""
    found = []
    for name, entry in mapping.items():
        is_named = stem and name in {stem + suffix for suffix in LIST_SUFFIXES}
        if (
            entry.kind != "list"
            or name == key
            or not (is_named or (not stem and name in LIST_KEYS))
        ):
            continue
        items = children.get(entry.keys, ())
        if all(item.kind == "scalar" and item.tag == "str" and item.text for item in items):
            found.append(items)
    return found[0] if len(found) == 1 and len(found[0]) == count else ()


def _is_file_below(name: str) -> bool:
    is_below = ".." not in re.split(r"[/\\]", name) and not is_url(name)
    return is_below and _FILE_NAME.fullmatch(name) is not None
