"""Which path of the repository an expression of its code stands for.

Only what begins at `__file__`, at the working folder or at a literal is followed: `pathlib`,
`os.path` and the root finders of rootutils. All else is not known.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
)

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project
    from repro_check.sources.python import Call

_SAME = frozenset(
    {
        *("builtins.str", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath"),
        *("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "os.path.expanduser"),
    }
)
_SAME_METHODS = frozenset({"resolve", "absolute", "as_posix", "expanduser", "__str__"})
_HERE = frozenset({"os.getcwd", "pathlib.Path.cwd"})
_FINDERS = frozenset(
    f"{package}.{name}"
    for package in ("rootutils", "pyrootutils")
    for name in ("setup_root", "find_root", "set_root")
)
_INDICATORS = (".project-root", "setup.cfg", "setup.py", ".git", "pyproject.toml")
_DEEPEST = 12


class CodePath:
    """Paths in one module; a path is relative to the repository's root, "" or "." the root."""

    def __init__(self, file: PythonFile, project: Project) -> None:
        self._file = file
        self._project = project

    def of(self, expression: Expression | None, block: int, depth: int = 0) -> str | None:
        """The path that an expression in a block stands for, or None."""
        if depth > _DEEPEST:
            return None
        match expression:
            case Literal(value=str(text)):
                return text
            case Name(name=name):
                return self._named(name, block, depth)
            case CallRef(index=index):
                return self.of_call(self._file.facts.calls[index], depth)
            case Attribute(base=base, name="parent"):
                return _up(self.of(base, block, depth + 1), 1)
            case Subscript(base=base, index=Literal(value=int(steps))):
                return self._parents(base, steps, block, depth)
            case Operation(operator="/", operands=operands):
                return _joined([self.of(part, block, depth + 1) for part in operands])
        return None

    def of_call(self, call: Call, depth: int = 0) -> str | None:
        """The path that a call gives back, or None."""
        first = call.args[0] if call.args else None
        inside, target = depth + 1, call.target
        if target in _HERE:
            return "."
        if target in _FINDERS:
            return self._found(call, inside)
        if target in _SAME:
            return self.of(first, call.block, inside) if len(call.args) == 1 else None
        if target == "os.path.dirname":
            return _up(self.of(first, call.block, inside), 1)
        if target == "os.path.join":
            return _joined([self.of(part, call.block, inside) for part in call.args])
        if call.receiver is not None and call.name.rpartition(".")[2] in _SAME_METHODS:
            return self.of(call.receiver, call.block, inside)
        owner, _, method = call.name.rpartition(".")
        if owner and method in _SAME_METHODS:
            return self._named(owner, call.block, inside)
        return None

    def _named(self, name: str, block: int, depth: int) -> str | None:
        if name == "__file__":
            return self._file.path
        owner, _, last = name.rpartition(".")
        if owner:
            return _up(self._named(owner, block, depth + 1), 1) if last == "parent" else None
        scope = self._file.scopes.binding(name, block)
        values = [
            (item.value, item.block)
            for item in self._file.facts.assignments
            if any(isinstance(target, Name) and target.name == name for target in item.targets)
            and self._file.scopes.binding(name, item.block) == scope
        ]
        if scope < 0 or len(values) != 1:
            return None
        return self.of(*values[0], depth + 1)

    def _parents(self, base: Expression, steps: int, block: int, depth: int) -> str | None:
        if isinstance(base, Attribute) and base.name == "parents":
            return _up(self.of(base.base, block, depth + 1), steps + 1)
        if isinstance(base, Name) and base.name.endswith(".parents"):
            return _up(self._named(base.name[:-8], block, depth + 1), steps + 1)
        return None

    def _found(self, call: Call, depth: int) -> str | None:
        """The nearest folder that holds one of the marks of a root, as rootutils looks for it."""
        if call.target.endswith(".set_root"):
            return self.of(call.argument(0, "path"), call.block, depth)
        folder = self.of(call.argument(0, "search_from"), call.block, depth)
        marks = _texts(call.argument(1, "indicator"))
        if folder is None or marks is None:
            return None
        for candidate in (folder, *_above(folder)):
            at = "" if candidate == "." else candidate
            if any(self._is_there(posixpath.join(at, mark)) for mark in marks):
                return at or "."
        return None

    def _is_there(self, path: str) -> bool:
        tree = self._project.tree
        return path in tree or (path == ".git" and tree.is_git)


def _texts(expression: Expression | None) -> tuple[str, ...] | None:
    if expression is None:
        return _INDICATORS
    items = expression.items if isinstance(expression, Collection) else (expression,)
    texts = [item.value for item in items if isinstance(item, Literal)]
    found = tuple(text for text in texts if isinstance(text, str))
    return found if len(found) == len(items) else None


def _joined(parts: list[str | None]) -> str | None:
    known = [part for part in parts if part is not None]
    return posixpath.join(*known) if known and len(known) == len(parts) else None


def _up(path: str | None, steps: int) -> str | None:
    """The folder so many steps above; None if that is outside of the repository."""
    if path is None or posixpath.isabs(path):
        return None
    path = posixpath.normpath(path)
    for _ in range(steps):
        if path in ("", ".") or path.startswith(".."):
            return None
        path = posixpath.dirname(path)
    return path or "."


def _above(path: str) -> list[str]:
    folders = []
    while path not in ("", "."):
        path = posixpath.dirname(path)
        folders.append(path or ".")
    return folders
