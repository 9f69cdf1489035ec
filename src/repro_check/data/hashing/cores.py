"""How many processes are of use."""

from __future__ import annotations

import os


def cores() -> int:
    """The cores that this process may use; a job on a cluster often has few of its machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
