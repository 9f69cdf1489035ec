"""What training code may import: it needs nothing but the standard library.

`from repro_check.runtime import set_seed, verify_data` costs a few milliseconds, touches only
frameworks that the program has imported itself, and shares no code with the linter above it.
"""

from __future__ import annotations

from repro_check.runtime.hashing import digest
from repro_check.runtime.seeding import SeedReport, set_seed
from repro_check.runtime.trees import UndefinedTreeError
from repro_check.runtime.verification import DataMismatch, verify_data

__all__ = [
    "DataMismatch",
    "SeedReport",
    "UndefinedTreeError",
    "digest",
    "set_seed",
    "verify_data",
]
