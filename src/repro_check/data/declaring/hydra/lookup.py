"""One value in the parts of a composed configuration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from repro_check.data.declaring.interpolation import Keys, Unresolved

if TYPE_CHECKING:
    from repro_check.data.declaring.hydra.parts import Part
    from repro_check.sources.config import Entry


def look_up(parts: Iterable[Part], keys: Keys) -> Entry | None:
    """The entry that these parts give the keys, the last part first; its `keys` are `keys`.

    Raises:
        Unresolved: a part that may define the keys is not known, or an open choice decides.
    """
    perhaps: list[Entry] = []
    for part in reversed(tuple(parts)):
        found, is_sure = _in_part(part, keys)
        perhaps += found
        if found and is_sure:
            break
    return agreed(perhaps)


def agreed(entries: Iterable[Entry]) -> Entry | None:
    """The one value of all these entries; None for no entries.

    Raises:
        Unresolved: they differ.
    """
    found = list(entries)
    if len({(entry.kind, entry.tag, entry.text) for entry in found}) > 1:
        raise Unresolved
    return found[0] if found else None


def _in_part(part: Part, keys: Keys) -> tuple[list[Entry], bool]:
    """What a part gives, and whether earlier parts are then covered."""
    if part.file is not None:
        if keys[: len(part.package)] != part.package:
            return [], False
        entry = part.file.at(keys[len(part.package) :])
        if entry is None:
            return [], False
        return [msgspec.structs.replace(entry, keys=keys)], not part.is_floating
    if not part.options:
        shared = min(len(keys), len(part.package))
        if keys[:shared] == part.package[:shared]:
            raise Unresolved
        return [], False
    found = [look_up(option, keys) for option in part.options]
    values = [entry for entry in found if entry is not None]
    return values, len(values) == len(found)
