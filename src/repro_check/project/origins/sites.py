"""The calls of one function, found by its name first, so that not every call is looked into."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.project.callers import CallSite
from repro_check.project.calls import Node
from repro_check.sources.expressions import Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call, Function

if TYPE_CHECKING:
    from repro_check.project.project import Project

_MADE = frozenset({"__init__", "__new__", "__post_init__"})
_STARTED = frozenset({"Process", "Thread", "spawn", "start_processes"})
_MOST_CALLS = 400


class Sites:
    """The calls that surely run a function, as `Callers` has them.

    A call whose name shares nothing with the function's (of a variable that holds a `partial`) is
    not among them.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[Node, tuple[CallSite, ...] | None] = {}

    def of(self, path: str, function: Function) -> tuple[CallSite, ...] | None:
        """The calls that run a function of a file; None if too many may do so to look."""
        node = Node(path, function.block)
        if node not in self._known:
            self._known[node] = self._find(node, function.qualname)
        return self._known[node]

    def _find(self, node: Node, qualname: str) -> tuple[CallSite, ...] | None:
        owner, _, last = qualname.rpartition(".")
        names = {last} if last else set()
        if last in _MADE:
            names |= self._subclasses(owner.rpartition(".")[2])
        for name in list(names):
            names |= self._aliases.get(name, set())
        calls = [site for name in sorted(names) for site in self._by_name.get(name, ())]
        if len(calls) > _MOST_CALLS:
            return None
        return tuple(
            CallSite(path, call, target.call, target.is_bound)
            for path, call in calls
            for target in self._project.callers.targets(path, call)
            if target.is_sure and target.node == node
        )

    def _subclasses(self, name: str) -> set[str]:
        found = {name}
        waiting = [name]
        while waiting:
            for derived in self._derived.get(waiting.pop(), ()):
                if derived not in found:
                    found.add(derived)
                    waiting.append(derived)
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[str, Call]]]:
        """The calls of the product by the last part of what they call, or are given by name."""
        table: dict[str, list[tuple[str, Call]]] = {}
        for file in self._project.python.readable(Role.PRODUCT):
            own = {item.qualname.rpartition(".")[2] for item in file.facts.functions}
            own |= {item.alias for item in file.facts.imports}
            for call in file.facts.calls:
                last = call.name.rpartition(".")[2]
                table.setdefault(last, []).append((file.path, call))
                started = call.args[0] if call.args else None
                if started is None and last in _STARTED:
                    started = call.keyword("target")
                if isinstance(started, Name) and started.name in own:
                    table.setdefault(started.name, []).append((file.path, call))
        return table

    @cached_property
    def _aliases(self) -> dict[str, set[str]]:
        """Other names under which a name is imported."""
        table: dict[str, set[str]] = {}
        for file in self._project.python.readable(Role.PRODUCT):
            for item in file.facts.imports:
                if item.name and item.alias != item.name:
                    table.setdefault(item.name, set()).add(item.alias)
        return table

    @cached_property
    def _derived(self) -> dict[str, set[str]]:
        """The last names of the classes that name a base so."""
        table: dict[str, set[str]] = {}
        for file in self._project.python.readable(Role.PRODUCT):
            for item in file.facts.classes:
                for base in item.bases:
                    name = getattr(base, "name", "").rpartition(".")[2]
                    table.setdefault(name, set()).add(item.qualname.rpartition(".")[2])
        return table
