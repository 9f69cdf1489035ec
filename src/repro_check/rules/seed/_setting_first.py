"""The fix for an environment variable that is set too late: set it above the import that reads it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from repro_check.findings import Fix, Safety
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.project.timeline import Step
from repro_check.rules.seed._environment_settings import Setting
from repro_check.rules.seed._statements import index_around, move_above, place_of
from repro_check.sources.python import MODULE, Assignment, Import


def setting_moved_up(
    file: PythonFile, project: Project, setting: Setting, readers: Sequence[Step]
) -> Fix | None:
    """Move `os.environ["X"] = "text"` above the first import of the library, with `import os`.

    Args:
        file: the file that sets the variable.
        project: the repository.
        setting: the place that sets it.
        readers: what reads it before, in each run where something does.

    Returns:
        The fix; None unless all that reads it are imports of this file's top level.
    """
    text, item = project.text_at(file.path), setting.action
    if file.notebook is not None or text is None or not isinstance(item, Assignment):
        return None
    imports = [
        step.action
        for step in readers
        if step.path == file.path
        and isinstance(step.action, Import)
        and step.action.block == MODULE
    ]
    if len(imports) != len(readers) or item.block != MODULE:
        return None
    place = place_of(ast.parse(text), text, item.span)
    if place is None or not _is_plain(place.statement):
        return None
    body = place.block
    found = [index_around(body, each.span) for each in imports]
    targets = [at for at in found if at is not None and at < place.at]
    if len(targets) != len(imports):
        return None
    target = min(targets)
    edits = move_above(file, text, body, range(place.at, place.at + 1), target)
    bringing = next((at for at, each in enumerate(body) if _imports_os(each)), None)
    if bringing is None or bringing > place.at or not edits:
        return None
    if bringing > target:
        brought = move_above(file, text, body, range(bringing, bringing + 1), target)
        if not brought or not _is_only_os(body[bringing]):
            return None
        # of what goes to the same place, the last edit ends up first
        edits = (*edits, *brought)
    return Fix(Safety.UNSAFE, "Set it before the import", edits)


def _is_plain(statement: ast.stmt) -> bool:
    """Whether it sets one item of `os.environ` to a text."""
    return (
        isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Subscript)
        and ast.unparse(statement.targets[0].value) == "os.environ"
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _imports_os(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import) and any(
        (alias.asname or alias.name) == "os" for alias in statement.names
    )


def _is_only_os(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import) and len(statement.names) == 1
