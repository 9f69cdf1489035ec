"""What is said of a lock that does not fit its manifest."""

from __future__ import annotations

import msgspec


class Stale(msgspec.Struct, frozen=True, kw_only=True):
    """A lock does not fit its manifest.

    Attributes:
        reason: a clause on what differs ("`einops` is asked for and not locked").
        name: of the distribution that differs as the manifest or the lock writes it, "" if the lock
            tells no more than that something does.
        group: the extra or the group in which it differs, "" for the work itself.
    """

    reason: str
    name: str = ""
    group: str = ""
