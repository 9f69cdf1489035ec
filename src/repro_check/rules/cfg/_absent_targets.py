"""Names that a config gives as targets, and that the modules of the repository do not have."""

from __future__ import annotations

import posixpath
import sys
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.modules import Symbol
from repro_check.sources.python import MODULE

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_DYNAMIC = frozenset(
    "builtins.exec builtins.globals builtins.setattr builtins.vars builtins.__import__ builtins.locals "
    "importlib.import_module".split()
)


class Absent(msgspec.Struct, frozen=True):
    """A name that is not there.

    Attributes:
        path: the module in which it is looked for.
        name: what the module does not have.
        known: what it has.
    """

    path: str
    name: str
    known: tuple[str, ...]


def absent(project: Project, importer: PythonFile, dotted: str) -> Absent | None:
    """What a dotted name asks for in vain; None where it is there, elsewhere, or cannot be told.

    Args:
        project: the repository.
        importer: the program that would import it.
        dotted: an absolute name of a module's function or class.
    """
    module, _, name = dotted.rpartition(".")
    path = project.modules.find(module, importer.path)
    if path is None:
        module, _, name = module.rpartition(".")
        path = project.modules.find(module, importer.path) if module else None
        if path is None or not path.endswith("/__init__.py"):
            return None
    if not name.isidentifier():
        return None
    file = project.python.get(path)
    symbol = project.modules.resolve_dotted(importer, dotted)
    if file is None or not file.is_known or symbol != Symbol("external", "", dotted):
        return None
    if not _is_alone(project, path, module) or _may_hide(project, file, name):
        return None
    known = [item.qualname for item in file.facts.classes]
    known += [item.qualname for item in file.facts.functions]
    names = (item for item in known if "." not in item and not item.startswith("_"))
    return Absent(path, name, tuple(dict.fromkeys(names)))


def _is_alone(project: Project, path: str, module: str) -> bool:
    """Whether no other file, and no distribution, may be the module of this name."""
    root = module.partition(".")[0]
    if project.environment.declared(root.replace("_", "-").lower()):
        return False
    tail = module.replace(".", "/")
    if tail.partition("/")[0] in sys.stdlib_module_names:
        return False
    ends = (f"/{tail}.py", f"/{tail}/__init__.py")
    return not any(
        other.path != path and f"/{other.path}".endswith(ends) for other in project.tree.files
    )


def _may_hide(project: Project, file: PythonFile, name: str) -> bool:
    """Whether a module may have a name that its definitions do not show."""
    facts = file.facts
    if file.scopes.has_star or file.scopes.assignments(name, MODULE):
        return True
    if any(name in (item.alias, item.name) for item in facts.imports):
        return True
    if any(item.name == name for item in facts.declared):
        return True
    defined = [item.qualname for item in facts.functions]
    defined += [item.qualname for item in facts.classes]
    if name in defined or "__getattr__" in defined:
        return True
    if any(call.target in _DYNAMIC for call in facts.calls):
        return True
    folder = posixpath.dirname(file.path)
    if not file.path.endswith("/__init__.py"):
        return False
    beside = (f"{folder}/{name}/", f"{folder}/{name}.")
    return any(each.path.startswith(beside) for each in project.tree.files)
