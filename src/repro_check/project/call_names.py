"""The calls of the product, by the names under which a function may be called."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.project.called import CALLED, MADE
from repro_check.project.calls import STARTERS
from repro_check.sources.expressions import Collection as Display
from repro_check.sources.expressions import Expression, Name, parts
from repro_check.sources.python import Call

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile


class CallNames:
    """Which calls are worth a look when the callers of a function are asked for.

    A call is found by the last part of what it calls. The function may go by another name there: the
    one of its class, of an import, of a variable, of what holds an object that is called. A call is a
    number here, by its place in the repository.

    Args:
        files: the Python files of the product.
    """

    def __init__(self, files: Iterable[PythonFile]) -> None:
        self._files = list(files)
        self._calls: list[Call] = []
        self._starts: list[int] = []
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)
        for file in self._files:
            self._starts.append(len(self._calls))
            for at, call in enumerate(file.facts.calls, len(self._calls)):
                name = call.name
                self._by_name[name[name.rfind(".") + 1 :]].append(at)
            self._calls.extend(file.facts.calls)

    def named(self, last: str) -> Sequence[int]:
        """The calls of what is written with this last part."""
        return self._by_name.get(last, ())

    def of(self, qualname: str) -> set[int]:
        """The calls by whose names a function may surely run.

        Args:
            qualname: the qualified name of the function in its module.
        """
        owner, _, last = qualname.rpartition(".")
        if not last:
            return set()
        names = self.renamed({last} | (self._derived(owner) if last in MADE else set()))
        found = {at for name in names for at in self._by_name.get(name, ())}
        if self._started:
            # who starts a class starts its methods
            around = names | self.renamed(self._derived(owner))
            found.update(at for name in around for at in self._started.get(name, ()))
        return found

    def of_objects(self, qualname: str) -> set[int]:
        """The calls of what may be an object, if that runs a method of this name."""
        if qualname.rpartition(".")[2] not in CALLED:
            return set()
        return {at for name in self._holders for at in self._by_name.get(name, ())}

    def places(self, found: Iterable[int]) -> Iterator[tuple[str, Call]]:
        """Some calls with their paths, in the order of their places."""
        return ((self._files[self._file(at)].path, self._calls[at]) for at in sorted(found))

    def _file(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1

    def _derived(self, owner: str) -> set[str]:
        """The last names of a class, of those around it, and of what derives from them."""
        return _closure(owner.split(".") if owner else (), self._bases)

    def around(self, qualname: str) -> set[str]:
        """The names that lead to the calls of a function: its own, its class's, and all others of them."""
        owner, _, last = qualname.rpartition(".")
        return self.renamed({last} | self._derived(owner))

    def renamed(self, names: Iterable[str]) -> set[str]:
        """Some names, and those under which they are imported or kept."""
        return _closure(names, self._aliases)

    @cached_property
    def _started(self) -> dict[str, list[int]]:
        """The calls that run what they are given, by the names in their arguments."""
        table: dict[str, list[int]] = {}
        for at in sorted(at for name in STARTERS for at in self._by_name.get(name, ())):
            call = self._calls[at]
            given = (*call.args, *(keyword.value for keyword in call.keywords))
            names = [part.name for value in given for part in parts(value) if type(part) is Name]
            for word in {word for name in names for word in name.split(".")}:
                table.setdefault(word, []).append(at)
        return table

    @cached_property
    def _aliases(self) -> dict[str, set[str]]:
        """By name, those that an import or a variable gives to it."""
        table: dict[str, set[str]] = {}
        for file in self._files:
            for item in file.facts.imports:
                if item.name and item.alias != item.name:
                    table.setdefault(item.name, set()).add(item.alias)
            for binding in file.facts.assignments:
                value = binding.value
                if type(value) is Name:
                    last = value.name.rpartition(".")[2]
                    table.setdefault(last, set()).update(_names(binding.targets))
        for name in _closure({"partial"}, table):
            for at in self._by_name.get(name, ()):
                call = self._calls[at]
                if call.args and isinstance(call.args[0], Name):
                    last = call.args[0].name.rpartition(".")[2]
                    table.setdefault(last, set()).update(self._users(at, call))
        return table

    def _users(self, at: int, call: Call) -> Iterable[str]:
        """The names of the variable that holds what a call makes; "" if it is called there and then."""
        if call.use == "receiver":
            return ("",)
        if call.use != "assigned":
            return ()
        return _names(self._files[self._file(at)].facts.assignments[call.user].targets)

    @cached_property
    def _bases(self) -> dict[str, set[str]]:
        """The last names of the classes that name a base so."""
        table: dict[str, set[str]] = {}
        for file in self._files:
            for item in file.facts.classes:
                for base in item.bases:
                    name = getattr(base, "name", "").rpartition(".")[2]
                    table.setdefault(name, set()).add(item.qualname.rpartition(".")[2])
        return table

    @cached_property
    def _holders(self) -> Collection[str]:
        """The names that may hold an object: of variables, attributes and annotated parameters."""
        # "" where a call gives the object, `module` inside `DataParallel`
        found = {"", "module", "self", "cls"}
        for file in self._files:
            found.update(item.alias for item in file.facts.imports)
            for binding in file.facts.assignments:
                found.update(_names(binding.targets))
            for function in file.facts.functions:
                found.update(item.name for item in function.parameters if item.annotation)
        return found


def _closure(names: Iterable[str], table: Mapping[str, Iterable[str]]) -> set[str]:
    """Some names and all that a table leads to from them."""
    found = set(names)
    waiting = list(found)
    while waiting:
        new = [each for each in table.get(waiting.pop(), ()) if each not in found]
        found.update(new)
        waiting += new
    return found


def _names(targets: Iterable[Expression]) -> Iterator[str]:
    """The last parts of the names that are bound."""
    for target in targets:
        if isinstance(target, Name):
            yield target.name.rpartition(".")[2]
        elif isinstance(target, Display):
            yield from _names(target.items)
