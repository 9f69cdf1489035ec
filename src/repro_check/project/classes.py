"""The classes of a repository: what they derive from, own and outside, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.bindings import Binding, Bindings
from repro_check.project.instances import Instances, Place
from repro_check.project.modules import Symbol
from repro_check.project.outside import canonical, is_surveyed, outside_bases
from repro_check.project.parts import Part, Parts
from repro_check.sources.expressions import CallRef, Expression, Name, Subscript
from repro_check.sources.python import Assignment, Call, Class, Function

if TYPE_CHECKING:
    from repro_check.project.calls import CallGraph
    from repro_check.project.files import PythonFile
    from repro_check.project.modules import Modules

_WITH_BASES = ("six.with_metaclass", "future.utils.with_metaclass")


class Lineage(msgspec.Struct, frozen=True):
    """What a class derives from.

    Attributes:
        own: the class itself and its bases in this repository, nearest first.
        outside: canonical names of the bases that others define, those behind them included.
        is_complete: whether every base could be told.
    """

    own: tuple[Symbol, ...]
    outside: tuple[str, ...]
    is_complete: bool


class AttributeValue(msgspec.Struct, frozen=True):
    """One binding of an attribute: the file, the method's (or the class's) block, what is bound."""

    path: str
    block: int
    binding: Binding

    @property
    def assignment(self) -> Assignment:
        """The statement."""
        return self.binding.assignment


class Classes:
    """Questions about classes and their instances, answered once each.

    Args:
        files: Python files by path.
        modules: their names.
        graph: their calls.
    """

    def __init__(self, files: Mapping[str, PythonFile], modules: Modules, graph: CallGraph) -> None:
        self._files = files
        self._modules = modules
        self._bindings: dict[str, Bindings] = {}
        self._defined: dict[str, dict[str, Class]] = {}
        self._lineages: dict[Symbol, Lineage] = {}
        self._attributes: dict[Symbol, Mapping[str, tuple[AttributeValue, ...]]] = {}
        self._instances = Instances(files, modules, self)
        self._parts = Parts(files, modules, graph, self)

    def all(self, file: PythonFile) -> Iterator[Symbol]:
        """The classes of a file."""
        return (Symbol("class", file.path, name) for name in self._classes_of(file.path))

    def definition(self, symbol: Symbol) -> Class | None:
        """The last definition of a class of this repository, or None."""
        return self._classes_of(symbol.path).get(symbol.name) if symbol.path else None

    def bindings(self, file: PythonFile) -> Bindings:
        """The bindings of a module."""
        if file.path not in self._bindings:
            self._bindings[file.path] = Bindings(file)
        return self._bindings[file.path]

    def lineage(self, symbol: Symbol) -> Lineage:
        """What a class of this repository, or an outside one, derives from; cycles are harmless."""
        known = self._lineages.get(symbol)
        if known is None:
            known = self._lineages[symbol] = self._find_lineage(symbol)
        return known

    def is_a(self, symbol: Symbol, *outside_names: str) -> bool | None:
        """Whether a class derives from one of these outside classes; None where a base is unknown.

        Args:
            symbol: of kind "class" or "external".
            outside_names: public names, such as `torch.nn.Module`.
        """
        wanted = {canonical(name) for name in outside_names}
        lineage = self.lineage(symbol)
        if wanted.intersection(lineage.outside):
            return True
        return False if lineage.is_complete else None

    def attributes(self, symbol: Symbol) -> Mapping[str, tuple[AttributeValue, ...]]:
        """What the class and its own bases bind to `self.x`, and the fields of their bodies."""
        known = self._attributes.get(symbol)
        if known is None:
            found: dict[str, list[AttributeValue]] = {}
            for name, value in self._find_attributes(symbol):
                found.setdefault(name, []).append(value)
            known = {name: tuple(values) for name, values in found.items()}
            self._attributes[symbol] = known
        return known

    def instance_of(
        self, file: PythonFile, expression: Expression | str, block: int
    ) -> Symbol | None:
        """The class of which a value is surely an instance: kind "class", or "external".

        All bindings of a name must agree; moving, wrapping or compiling a module keeps its class.

        Args:
            file: where it is written.
            expression: an expression, or a dotted name.
            block: where it is written.
        """
        return self._instances.of(file, expression, block)

    def instance_given(
        self,
        file: PythonFile,
        expression: Expression | str,
        block: int,
        given: Mapping[Place, Symbol],
    ) -> Symbol | None:
        """The same where the classes of some parameters are known: by path, name and function's block."""
        return Instances(self._files, self._modules, self, given).of(file, expression, block)

    def called_on(self, file: PythonFile, call: Call) -> Symbol | None:
        """The class of the object whose method is called, or that is called itself."""
        return self._instances.owner(file, call)

    def parts(self, symbol: Symbol) -> tuple[Part, ...]:
        """The outside modules that a module builds into itself, nested own modules included."""
        return self._parts.of(symbol)

    def submodules(self, symbol: Symbol) -> frozenset[str]:
        """The canonical class names of `parts`."""
        return frozenset(part.name for part in self.parts(symbol))

    def _classes_of(self, path: str) -> dict[str, Class]:
        if path not in self._defined:
            facts = self._files[path].facts
            self._defined[path] = {item.qualname: item for item in facts.classes}
        return self._defined[path]

    def _find_lineage(self, symbol: Symbol) -> Lineage:
        own, outside, is_complete = [symbol] if symbol.path else [], [], True
        waiting = list(own)
        if not symbol.path:
            outside.append(canonical(symbol.name))
        for current in waiting:  # grows while it is walked
            for base in self._bases(current):
                if base is None:
                    is_complete = False
                elif base.kind == "external":
                    outside.append(canonical(base.name))
                elif base.kind == "class" and base not in waiting:
                    waiting.append(base)
                elif base.kind != "class":
                    is_complete = False
        behind = [each for name in outside for each in (name, *outside_bases(name))]
        is_complete &= all(is_surveyed(name) or any(outside_bases(name)) for name in outside)
        return Lineage(tuple(waiting), tuple(dict.fromkeys(behind)), is_complete)

    def _bases(self, symbol: Symbol) -> Iterator[Symbol | None]:
        item = self._classes_of(symbol.path).get(symbol.name)
        file = self._files[symbol.path]
        if item is None:
            yield None
            return
        outer = file.facts.blocks[item.block].parent
        bases = list(item.bases)
        for base in bases:  # grows while it is walked
            if isinstance(base, Subscript):  # `Dataset[T]`
                bases.append(base.base)
            elif isinstance(base, Name):
                found = self._modules.resolve(file, base.name, outer)
                yield None if found == symbol else found
            elif isinstance(base, CallRef):
                call = file.facts.calls[base.index]
                if call.target in _WITH_BASES:
                    bases.extend(call.args[1:])
                else:
                    yield None
            else:
                yield None

    def _find_attributes(self, symbol: Symbol) -> Iterator[tuple[str, AttributeValue]]:
        for owner in self.lineage(symbol).own:
            item = self._classes_of(owner.path).get(owner.name)
            if item is None:
                continue
            bindings = self.bindings(self._files[owner.path])
            for name, binding in bindings.fields(item.block):
                yield name, AttributeValue(owner.path, item.block, binding)
        for path, method in self._modules.methods(symbol):
            first = first_parameter(method)
            for name, binding in self.bindings(self._files[path]).attributes(method, first):
                yield name, AttributeValue(path, method.block, binding)


def first_parameter(method: Function) -> str:
    """What a method calls the object: almost always `self`."""
    return method.parameters[0].name if method.parameters else ""
