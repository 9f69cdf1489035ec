"""Data that the settings of repro-check declare: `[[tool.repro-check.data]]`.

For data whose names in configs are unusual. A settings file that is only named with `--config` is
no file of the repository's usual settings, and declares nothing here.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from repro_check.data.declaring.declarations import DataDeclaration, spelled
from repro_check.data.declaring.interpolation import Keys
from repro_check.data.declaring.recorded import Recorded, recorded
from repro_check.data.hashing.digests import Algorithm
from repro_check.data.paths import local_path
from repro_check.settings.loading import OWN_FILE, PYPROJECT, TABLE

if TYPE_CHECKING:
    from repro_check.sources.config import ConfigFacts


def settings_table(path: str) -> Keys | None:
    """The way to our table in a settings file; None for a file that is none."""
    return {PYPROJECT: TABLE, OWN_FILE: ()}.get(posixpath.basename(path))


def settings_data(facts: ConfigFacts, table: Keys) -> tuple[DataDeclaration, ...]:
    """The `data` entries of our table, in document order.

    A path is meant from the repository's root or, in a monorepo, from the settings file's folder;
    `locate` tries them in this order. An entry without a digest, or with an empty one, is declared
    and not recorded yet. A digest that is none is kept as written, so that it can only mismatch:
    who declares data here means them to be checked.

    Args:
        facts: of the settings file.
        table: from `settings_table`.
    """
    entries = {entry.keys: entry for entry in facts.entries}
    found = []
    for item in facts.children((*table, "data")):
        path, digest = entries.get((*item.keys, "path")), entries.get((*item.keys, "digest"))
        if path is None or path.tag != "str" or not path.text:
            continue
        name = entries.get((*item.keys, "name"))
        read = Recorded("", Algorithm.TREE_SHA256)
        if digest is not None:
            written = Recorded(digest.text, Algorithm.MD5)
            read = recorded("digest", digest, entries, lambda entry, _: entry.text) or written
        found.append(
            DataDeclaration(
                name=name.text if name and name.text else spelled(item.keys),
                path_text=local_path(path.text),
                path_entry=path,
                digest_text=read.text,
                digest_entry=digest,
                algorithm=read.algorithm,
            )
        )
    return tuple(found)
