"""Which folder of the repository code puts into an environment variable.

The idioms: `rootutils.setup_root(__file__, indicator=".project-root")`, which sets PROJECT_ROOT
unless told otherwise (github.com/ashleve/rootutils, and pyrootutils before it), and
`os.environ["PROJECT_ROOT"] = str(Path(__file__).parent)`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.data.declaring.code_paths import CodePath
from repro_check.sources.expressions import Literal, Name, Subscript

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project
    from repro_check.sources.python import Assignment, Call

_SETTERS = frozenset(
    f"{package}.{function}"
    for package in ("rootutils", "pyrootutils")
    for function in ("setup_root", "set_root")
)
_ALWAYS = frozenset({"module", "function", "with"})


def folder_in_variable(name: str, project: Project) -> str | None:
    """The folder, relative to the repository's root ("." for the root itself).

    Returns:
        None if no code sets the variable, if it sets it on a condition, or to different folders.
    """
    found = {
        path
        for file in project.python.readable()
        if file.is_product
        for path in _set_by(file, name, project)
    }
    only = found.pop() if len(found) == 1 else None
    return None if only is None else posixpath.normpath(only)


def _set_by(file: PythonFile, name: str, project: Project) -> Iterator[str | None]:
    """What a module puts into the variable; None for what cannot be told."""
    code = CodePath(file, project)
    for call in file.facts.calls:
        if name == "PROJECT_ROOT" and call.target in _SETTERS and not _is_told_not_to(call):
            yield code.of_call(call) if _is_always(file, call.block) else None
        elif call.target == "os.environ.setdefault" and _is_text(call.argument(0, "key"), name):
            yield code.of(call.argument(1, "value"), call.block)
    for assignment in file.facts.assignments:
        if _sets(file, assignment, name):
            is_always = assignment.kind == "=" and _is_always(file, assignment.block)
            yield code.of(assignment.value, assignment.block) if is_always else None


def _is_told_not_to(call: Call) -> bool:
    given = call.keyword("project_root_env_var")
    return given is not None and not (isinstance(given, Literal) and given.value is True)


def _is_always(file: PythonFile, block: int) -> bool:
    return all(file.facts.blocks[item].kind in _ALWAYS for item in file.facts.ancestors(block))


def _sets(file: PythonFile, assignment: Assignment, name: str) -> bool:
    return any(
        isinstance(target, Subscript)
        and isinstance(target.base, Name)
        and file.scopes.target(target.base.name, assignment.block) == "os.environ"
        and _is_text(target.index, name)
        for target in assignment.targets
    )


def _is_text(expression: object, text: str) -> bool:
    return isinstance(expression, Literal) and expression.value == text
