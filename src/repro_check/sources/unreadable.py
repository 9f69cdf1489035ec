"""The one way in which a source file refuses to be read."""

from __future__ import annotations


class Unreadable(Exception):  # noqa: N818 - it names a state, and readers raise it as one
    """The bytes cannot be read as the kind of file that they claim to be.

    Args:
        reason: one sentence with the place ("line 3: mapping values are not allowed here").
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
