"""Files that a Croissant description of a data set records with their digests.

Specification: docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html, section FileObject. A
file is described with `contentUrl` and `sha256` (or `md5`); only those that lie beside the
description are ours to compare.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from repro_check.data.declaring.declarations import DataDeclaration, mappings, spelled
from repro_check.data.declaring.interpolation import Keys, resolve
from repro_check.data.declaring.recorded import recorded
from repro_check.data.paths import is_url
from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_check.sources.config import ConfigFacts, Entry

_FILE_OBJECT = pattern(r"(?:cr:|sc:|https?://(?:mlcommons\.org/croissant|schema\.org)/)FileObject")


def is_croissant(facts: ConfigFacts) -> bool:
    """Whether a file is JSON-LD, in which our sibling keys mean nothing."""
    return facts.format == "json" and facts.get("@context") is not None


def croissant_files(facts: ConfigFacts, path: str) -> tuple[DataDeclaration, ...]:
    """The files beside a description whose digests it records, in document order.

    A file inside an archive (`containedIn`) is not there as a file, and one at a URL is not here.

    Args:
        facts: of the description.
        path: of the description, relative to the root; a `contentUrl` is relative to its folder.
    """
    entries = {entry.keys: entry for entry in facts.entries}
    found = (
        _file(keys, mapping, entries, posixpath.dirname(path))
        for keys, mapping in mappings(facts).items()
    )
    return tuple(one for one in found if one is not None)


def _file(
    keys: Keys, mapping: Mapping[str, Entry], entries: Mapping[Keys, Entry], folder: str
) -> DataDeclaration | None:
    kind, place = mapping.get("@type"), mapping.get("contenturl")
    if kind is None or not _FILE_OBJECT.fullmatch(kind.text) or "containedin" in mapping:
        return None
    if place is None or place.tag != "str" or not place.text or is_url(place.text):
        return None
    for key in ("sha256", "md5"):
        digest = mapping.get(key)
        read = recorded(key, digest, entries, resolve) if digest is not None else None
        if read is not None and read.text:
            return DataDeclaration(
                name=spelled(keys),
                path_text=posixpath.join(folder, place.text),
                path_entry=place,
                digest_text=read.text,
                digest_entry=digest,
                algorithm=read.algorithm,
            )
    return None
