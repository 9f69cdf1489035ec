"""The code of one file, sorted by the function (or module) in whose call it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from repro_check.sources.expressions import NAMELESS, Expression, Name, parts
from repro_check.sources.python import Call, Import

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.modules import Modules


class FileCode:
    """What each function of a file does, by the index of its block; the module's own is 0.

    Attributes:
        file: the file.
        calls: the calls that a function makes.
        values: expressions that it binds, returns, or is decorated and defaulted with, and the block
            in which their names are looked up.
        inner: the functions that are defined in it.
        imports: the imports that it runs.
        generators: the functions whose bodies run only when somebody takes their values.
    """

    def __init__(self, file: PythonFile, modules: Modules) -> None:
        self.file = file
        facts = file.facts
        self._owners: list[int] = []
        for index, block in enumerate(facts.blocks):
            is_own = block.kind in {"module", "function"}
            self._owners.append(index if is_own else self._owners[block.parent])
        self.calls = self.by_owner(facts.calls)
        self.values: dict[int, list[tuple[Expression, int]]] = {}
        for binding in facts.assignments:
            if binding.value is not None:
                self._keep(self._owners[binding.block], binding.value, binding.block)
        for handed in facts.returns:
            self._keep(self._owners[handed.block], handed.value, handed.block)
        self.inner: dict[int, list[int]] = {}
        for function in facts.functions:
            outer = facts.blocks[function.block].parent
            if facts.blocks[self._owners[outer]].kind == "function":
                self.inner.setdefault(self._owners[outer], []).append(function.block)
            for decorator in function.decorators:
                self._keep(function.block, decorator, outer)
            for parameter in function.parameters:
                if parameter.default is not None:
                    self._keep(function.block, parameter.default, outer)
        self.imports: dict[int, list[Import]] = {}
        for item in facts.imports:
            self.imports.setdefault(self._owners[item.block], []).append(item)
        left = {item.span for item in facts.exits if item.kind == "return"}
        self.generators = frozenset(
            self._owners[item.block]
            for item in facts.returns
            if item.span not in left and facts.blocks[item.block].kind != "lambda"
        )
        self._classes = {item.block: item.qualname for item in facts.classes}
        self._has_star = any(item.name == "*" for item in facts.imports)
        self._roots = {"self", "cls"}
        self._roots.update(item.alias for item in facts.imports if modules.may_be_own(item.module))
        self._roots.update(function.qualname.rpartition(".")[2] for function in facts.functions)
        self._roots.update(item.qualname.rpartition(".")[2] for item in facts.classes)

    def by_owner(self, calls: Iterable[Call]) -> Mapping[int, Sequence[Call]]:
        """Some calls of the file by the function that makes them."""
        table: dict[int, list[Call]] = {}
        for call in calls:
            table.setdefault(self._owners[call.block], []).append(call)
        return table

    def may_be_code(self, name: str) -> bool:
        """Whether a dotted name can mean a function or a class of the repository, by its first part."""
        return self._has_star or name.partition(".")[0] in self._roots

    def names(self, value: Expression) -> Sequence[str]:
        """The names in an expression that may be code, in the order of the text."""
        if type(value) is Name:
            return (value.name,) if self.may_be_code(value.name) else ()
        named = [part.name for part in parts(value) if type(part) is Name]
        return [name for name in named if self.may_be_code(name)] if named else ()

    def names_given(self, call: Call) -> Sequence[str]:
        """The same of all that a call is given."""
        found: list[str] = []
        for value in call.args:
            if type(value) not in NAMELESS:
                found += self.names(value)
        for keyword in call.keywords:
            if type(keyword.value) not in NAMELESS:
                found += self.names(keyword.value)
        return found

    def class_of(self, block: int) -> str | None:
        """The qualified name of the class in whose method a block stands."""
        inside = self.file.facts.ancestors(block)
        return next((self._classes[each] for each in inside if each in self._classes), None)

    def _keep(self, owner: int, value: Expression, block: int) -> None:
        if type(value) not in NAMELESS:
            self.values.setdefault(owner, []).append((value, block))
