"""What is known of the keys that code reads of a config."""

from __future__ import annotations

import msgspec

from repro_check.findings import Span
from repro_check.project.origins.bindings import Keys


class Read(msgspec.Struct, frozen=True):
    """A key that code reads.

    Attributes:
        keys: from the top of the config.
        path: the file that reads it.
        span: where.
        has_default: whether another value stands in where the key is missing (`.get`, `getattr`).
        is_whole: whether the value itself is used, with all below it; else it is only gone through.
    """

    keys: Keys
    path: str
    span: Span
    has_default: bool = False
    is_whole: bool = True


class Handed(msgspec.Struct, frozen=True):
    """A part of a config, () for all of it, that goes where it cannot be followed."""

    keys: Keys
    path: str
    span: Span
    to: str = ""


class KeyReads(msgspec.Struct, frozen=True):
    """What is known of the keys that code reads of one config.

    Attributes:
        reads: the keys that are surely read.
        handed: the parts that are handed away.
        is_followed: false where the way of the config could not be followed to its end.
    """

    reads: tuple[Read, ...] = ()
    handed: tuple[Handed, ...] = ()
    is_followed: bool = True

    @property
    def is_closed(self) -> bool:
        """Whether all reads can be seen: nothing whole is handed away or lost on the way."""
        return self.is_followed and all(item.keys for item in self.handed)

    def may_read(self, keys: Keys) -> bool:
        """Whether a key, or something below it, may be read; true where that is not known."""
        if not self.is_closed:
            return True
        if any(keys[: len(item.keys)] == item.keys for item in self.handed):
            return True
        touched = [item.keys for item in self.reads] + [item.keys for item in self.handed]
        if any(found[: len(keys)] == keys for found in touched):
            return True
        return any(keys[: len(item.keys)] == item.keys for item in self.reads if item.is_whole)


UNSEEN = KeyReads(is_followed=False)
