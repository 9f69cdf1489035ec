"""Set up a project: its settings table, its pre-commit hooks and a GitHub workflow.

`plan` says what would change, `unified_diff` shows it, `apply` does it.
"""

from __future__ import annotations

from repro_check.setup.diff import unified_diff
from repro_check.setup.files import apply
from repro_check.setup.hooks_merge import add_hooks
from repro_check.setup.model import FileChange
from repro_check.setup.planning import plan
from repro_check.setup.settings_table import add_settings_table, settings_file
from repro_check.setup.workflow import workflow

__all__ = [
    "FileChange",
    "add_hooks",
    "add_settings_table",
    "apply",
    "plan",
    "settings_file",
    "unified_diff",
    "workflow",
]
