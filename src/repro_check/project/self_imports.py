"""Imports by which a module means itself: `from train import build` inside a function of train.py."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile


def imports_itself(file: PythonFile, module: str) -> bool:
    """Whether a plain module name is that of the file itself.

    At the top of a file a module of its own name is another one (`import wandb` in loggers/wandb.py):
    importing itself there would fail, as nothing in it is defined yet.
    """
    facts = file.facts
    if file.path.rpartition("/")[2] != f"{module}.py" or module in sys.stdlib_module_names:
        return False
    imported = [item for item in facts.imports if item.module.partition(".")[0] == module]
    if not imported:
        return False
    from repro_check.project.entries import main_guard

    guard = main_guard(facts)
    return all(
        facts.function_of(item.block) is not None
        or (guard is not None and facts.is_inside(item.block, guard))
        for item in imported
    )
