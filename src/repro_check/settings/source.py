"""Where settings were read, so that errors can point at the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from repro_check.settings.positions import KeyPath


class Source(msgspec.Struct, frozen=True):
    """The text of a settings file.

    Attributes:
        name: how errors call the file: its path from the root, or as given.
        text: the whole TOML text.
        table: the way to our table: `("tool", "repro-check")`, or empty for the top level.
    """

    name: str
    text: str
    table: tuple[str, ...] = ()

    def where(self, *keys: str | int) -> str:
        """`file:line` of a key of our table; of the nearest table above it if it is not there."""
        from repro_check.settings.positions import locate

        return f"{self.name}:{locate(self.text, self.table + keys)}"

    def spell(self, keys: KeyPath) -> str:
        """A key path as people write it: `rules[0].code`; our table itself for the empty path."""
        if not keys:
            return ".".join(self.table) or "settings"
        parts = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
        return "".join(parts).removeprefix(".")
