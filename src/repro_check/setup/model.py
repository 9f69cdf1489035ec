"""What setting up would change: one noun, made by `plan` and used by `unified_diff` and `apply`."""

from __future__ import annotations

import msgspec


class FileChange(msgspec.Struct, frozen=True):
    """One file to write.

    Attributes:
        path: relative to the root, with forward slashes.
        old: the whole text as it was read, line ends included; None for a file to create.
        new: the whole text to write.
        note: one sentence for people: what this brings, and what is left to do.
    """

    path: str
    old: str | None
    new: str
    note: str
