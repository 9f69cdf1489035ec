"""Make the frozen file of a repository with the tool that it uses, on a copy of what it declares.

`freeze` says what would change, `write_changes` writes it.
"""

from __future__ import annotations

from repro_check.deps.freeze.freezing import Surroundings, declaring_folder, freeze
from repro_check.deps.freeze.model import PROGRAMS, Change, Frozen, Way, Wish
from repro_check.deps.freeze.writing import write_changes

__all__ = [
    "PROGRAMS",
    "Change",
    "Frozen",
    "Surroundings",
    "Way",
    "Wish",
    "declaring_folder",
    "freeze",
    "write_changes",
]
