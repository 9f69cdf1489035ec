"""What stands at a digest key: a digest, nothing yet, or something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from repro_check.data.hashing.digests import Algorithm
from repro_check.data.paths import is_placeholder
from repro_check.runtime.verification import parse_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_check.data.declaring.interpolation import Keys, Reading
    from repro_check.sources.config import Entry

_KINDS = {
    "md5": Algorithm.MD5,
    "sha256": Algorithm.SHA256,
    "digest": Algorithm.TREE_SHA256,
    "checksum": Algorithm.TREE_SHA256,
    "blake3": Algorithm.TREE_BLAKE3,
}
# Keys whose bare digits do not tell how they were made.
_NAMES_NO_ALGORITHM = frozenset({"digest", "checksum", "blake3"})
# `digest: "tree:blake3:"` asks for this kind, and is not recorded yet
_NAMED = frozenset(algorithm.value for algorithm in Algorithm if not algorithm.is_dvc)


class Recorded(NamedTuple):
    """A digest as written ("" if there is none yet, None if it cannot be told), and its kind."""

    text: str | None
    algorithm: Algorithm


def recorded(
    kind: str, entry: Entry, entries: Mapping[Keys, Entry], reading: Reading
) -> Recorded | None:
    """What a scalar at a key of a digest records; None if it was not meant as a digest.

    Args:
        kind: the key's last word: `md5`, `sha256sum`, `digest`, `checksum`, `blake3`.
        entry: the value.
        entries: all entries of its file by their keys.
        reading: how interpolations are filled in.
    """
    word = kind.removesuffix("sum") if kind != "checksum" else kind
    is_open = entry.tag == "null" or not entry.text.strip() or is_placeholder(entry.text)
    text = "" if is_open else reading(entry, entries)
    if not text:
        return Recorded(text, _KINDS[word])
    if (name := text.strip().removesuffix(":")) in _NAMED:
        return Recorded("", Algorithm(name))
    if word in _NAMES_NO_ALGORITHM or ":" in text:
        if word == "blake3" and ":" not in text:
            return None
        try:
            return Recorded(text, Algorithm(parse_digest(text)[0]))
        except ValueError:
            return _damaged(text)
    return Recorded(text, _KINDS[word]) if _may_be_digest(entry, text) else _damaged(text)


def _damaged(text: str) -> Recorded | None:
    """A digest with some wrong letters, or too few: it matches nothing, and must not be ignored."""
    name, _, digits = text.strip().rpartition(":")
    if name in _NAMED:
        return Recorded(text, Algorithm(name))
    is_near = len(re.sub(r"[^0-9a-fA-F]", "", digits)) > 0.9 * len(digits)
    if name or not is_near or not re.fullmatch(r"[0-9a-zA-Z]{24,80}", digits):
        return None
    return Recorded(text, Algorithm.MD5 if len(digits) < 48 else Algorithm.SHA256)


def _may_be_digest(entry: Entry, text: str) -> bool:
    """Whether it was meant as one: not a flag, a file's name or a directory digest of DVC."""
    least = 1 if entry.tag == "str" else 32
    return len(text) >= least and re.fullmatch(r"[0-9a-fA-F]+", text) is not None
