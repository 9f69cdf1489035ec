"""The imports of a repository that are neither its own modules nor Python's."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.entries import main_guard
from repro_check.project.environment.standard_library import is_standard
from repro_check.sources.expressions import Attribute, CallRef, Expression, Name, parts
from repro_check.sources.kinds import Role
from repro_check.sources.python import Block, Import
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.environment.own_names import OwnNames
    from repro_check.project.files import PythonFile
    from repro_check.project.modules import Modules
    from repro_check.project.project import Project

_BRANCHES = frozenset({"if", "else", "case", "while"})
_AVAILABLE = pattern(
    r"(TYPE_CHECKING|PY[23]|version_info|version|platform|system|find_spec|find_module)$"
    r"|_?(has|have|use|with)_|.*(available|installed|importable)",
    re.IGNORECASE,
)


class Need(enum.Enum):
    """When an import is run.

    ALWAYS: with its module. LATER: with a function. SOMETIMES: in a branch. OPTIONAL: where its absence is
    met (`try`, `contextlib.suppress`, `if find_spec(...)`), or for type checkers alone.
    """

    ALWAYS = "always"
    LATER = "later"
    SOMETIMES = "sometimes"
    OPTIONAL = "optional"


class ThirdPartyImport(msgspec.Struct, frozen=True):
    """One import of outside code.

    Attributes:
        module: dotted, as imported, with the name of what is taken from it: "google.cloud.storage".
        path: the file; a notebook's span counts lines of its joined code.
        role: of that file.
    """

    module: str
    path: str
    span: Span
    role: Role
    need: Need

    @property
    def root(self) -> str:
        """The first part of the module's name."""
        return self.module.partition(".")[0]


def third_party_imports(project: Project, own: OwnNames) -> Iterator[ThirdPartyImport]:
    """The outside imports of all files that are not vendored, sorted by path."""
    for file in project.python.readable():
        guard = main_guard(file.facts) if file.facts.imports else None
        for item in file.facts.imports:
            first = item.module.partition(".")[0]
            if first and not is_standard(first) and not _is_own(item, file, project.modules, own):
                need = _need(file, item.block, guard)
                yield ThirdPartyImport(_dotted(item), file.path, item.span, file.role, need)


def _dotted(item: Import) -> str:
    return f"{item.module}.{item.name}" if item.name and item.name != "*" else item.module


def _is_own(item: Import, file: PythonFile, modules: Modules, own: OwnNames) -> bool:
    first = item.module.partition(".")[0]
    if first in own.settled:
        return True
    if first not in own.possible:
        return False
    # a module of a folder without `__init__.py` is found by its longer name alone
    names = dict.fromkeys((first, item.module, _dotted(item)))
    return any(modules.find(name, file.path) is not None for name in names)


def _need(file: PythonFile, block: int, guard: int | None) -> Need:
    need = Need.ALWAYS
    for index in file.facts.ancestors(block):
        inside = file.facts.blocks[index]
        if inside.kind in {"try", "except"} or _is_guarded(file, index, inside):
            return Need.OPTIONAL
        if inside.kind in _BRANCHES and index != guard:
            need = Need.SOMETIMES
        elif inside.kind == "function" and need is Need.ALWAYS:
            need = Need.LATER
    return need


def _is_guarded(file: PythonFile, index: int, block: Block) -> bool:
    if block.kind == "with":
        return any(
            isinstance(item.value, CallRef)
            and file.facts.calls[item.value.index].target == "contextlib.suppress"
            for item in file.facts.assignments
            if item.kind == "with" and item.block == index
        )
    if block.kind not in {"if", "else"} or block.test is None:
        return False
    return any(_says_available(file, part) for part in parts(block.test))


def _says_available(file: PythonFile, part: Expression) -> bool:
    name = part.name if isinstance(part, Name | Attribute) else ""
    if isinstance(part, CallRef):
        name = file.facts.calls[part.index].name
    return _AVAILABLE.match(name.rpartition(".")[2]) is not None
