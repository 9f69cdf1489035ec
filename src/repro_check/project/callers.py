"""Who calls a function, what a call runs, and with which arguments."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.call_names import CallNames
from repro_check.project.calls import CallGraph, Node, Target
from repro_check.project.mentions import call_names_around
from repro_check.sources.expressions import Expression
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call, Function

if TYPE_CHECKING:
    from repro_check.project.classes import Classes
    from repro_check.project.files import PythonFile
    from repro_check.project.modules import Symbol
    from repro_check.project.project import LazyFiles


class Unseen(enum.Enum):
    """What stands for a value that cannot be seen."""

    UNKNOWN = "unknown"


UNKNOWN = Unseen.UNKNOWN


class CallSite(msgspec.Struct, frozen=True):
    """A call that surely runs a function.

    Attributes:
        path: the file of the call.
        call: the call as it is written.
        given: the call with the arguments that the function sees, those of a `functools.partial`
            included; None where another function chooses them (`app.run(main)`).
        is_bound: whether an object or a class fills the function's first parameter.
    """

    path: str
    call: Call
    given: Call | None
    is_bound: bool


class _Run(msgspec.Struct, frozen=True):
    """What a call runs; the call is kept, so that no other one is ever told by its `id`."""

    call: Call
    targets: tuple[Target, ...]


class Callers:
    """The calls of a repository, by what they run.

    Args:
        files: Python files by path.
        graph: their call graph.
        classes: of which classes their values are.
        mentioning: the files in which one of some words may stand, where that is known cheaply.
    """

    def __init__(
        self,
        files: LazyFiles[PythonFile],
        graph: CallGraph,
        classes: Classes,
        mentioning: Callable[[Collection[str]], Mapping[str, PythonFile]] | None = None,
    ) -> None:
        self._files = files
        self._graph = graph
        self._classes = classes
        self._mentioning = mentioning
        self._sites: dict[Node, tuple[CallSite, ...]] = {}
        self._targets: dict[int, _Run] = {}
        self._few: dict[Node, tuple[CallSite, ...] | None] = {}
        self._ran: dict[int, Sequence[tuple[Node, CallSite]]] = {}

    def calls_of(self, node: Node) -> tuple[CallSite, ...]:
        """The calls in the product's code that surely run a function, in the order of their places."""
        if node not in self._sites:
            name = self._qualname(node)
            found = self._names.of(name) | self._names.of_objects(name)
            self._sites[node] = self._find(node, self._names.places(found))
        return self._sites[node]

    def few_calls_of(self, node: Node, most: int = 400) -> tuple[CallSite, ...] | None:
        """The same, but for calls of objects; None if more than `most` calls may be meant by the name."""
        if node not in self._few:
            names = self._names_around(self._qualname(node))
            found = names.of(self._qualname(node))
            places = names.places(found)
            self._few[node] = self._find(node, places) if len(found) <= most else None
        return self._few[node]

    def named(self, last: str) -> Iterator[tuple[str, Call]]:
        """The calls in the product's code, with their paths, whose names end with a part."""
        return self._names.places(self._names.named(last))

    def callees(self, path: str, call: Call, *, surely: bool = True) -> tuple[Node, ...]:
        """The functions of this repository that a call runs.

        Args:
            path: the file of the call.
            call: one of its calls.
            surely: leave out what merely may run (functions handed over by name).
        """
        found = self.targets(path, call)
        return tuple(target.node for target in found if target.is_sure or not surely)

    def targets(self, path: str, call: Call) -> tuple[Target, ...]:
        """The same, with what is known about each; the sure ones first."""
        known = self._targets.get(id(call))
        if known is None:
            found = self._graph.targets(path, call)
            if not self._graph.is_outside(call) and not any(target.is_sure for target in found):
                found = (*self._methods(self._files[path], call), *found)
            known = self._targets[id(call)] = _Run(call, found)
        return known.targets

    def _methods(self, file: PythonFile, call: Call) -> tuple[Target, ...]:
        """The method that a call runs on an object whose class is known (`self.net.fit()`)."""
        owner, _, name = call.name.rpartition(".")
        value = call.receiver or owner
        holder = self._classes.instance_of(file, value, call.block) if value else None
        found = self._of(holder, name, call)
        if not found and call.receiver is None:
            # `self.net(x)`: no method of that name, but an object that is called
            found = self._of(self._classes.instance_of(file, call.name, call.block), "", call)
        return found

    def _of(self, owner: Symbol | None, name: str, call: Call) -> tuple[Target, ...]:
        if owner is None or not owner.path:
            return ()
        return tuple(self._graph.method_targets(owner, name, call))

    def argument(
        self, site: CallSite, function: Function, parameter: str
    ) -> Expression | Unseen | None:
        """What a parameter gets at a call site; see `argument_of`."""
        if site.given is None:
            return UNKNOWN
        return argument_of(site.given, function, parameter, is_method=site.is_bound)

    @cached_property
    def _names(self) -> CallNames:
        # not even the facts of a test are read
        return CallNames(self._files.readable(Role.PRODUCT))

    def _qualname(self, node: Node) -> str:
        function = self._files[node.path].facts.function_of(node.block)
        # a lambda and a module's top have none
        return function.qualname if function and function.block == node.block else ""

    def _names_around(self, qualname: str) -> CallNames:
        if self._mentioning is None or not qualname:
            return self._names
        return call_names_around(qualname, self._mentioning)

    def _find(self, node: Node, places: Iterable[tuple[str, Call]]) -> tuple[CallSite, ...]:
        return tuple(
            site for path, call in places for ran, site in self._sure(path, call) if ran == node
        )

    def _sure(self, path: str, call: Call) -> Sequence[tuple[Node, CallSite]]:
        """What a call of the product surely runs, found once."""
        key = id(call)  # which stays the call's own: the facts hold it
        if key not in self._ran:
            self._ran[key] = [
                (target.node, CallSite(path, call, target.call, target.is_bound))
                for target in self.targets(path, call)
                if target.is_sure
            ]
        return self._ran[key]


def argument_of(
    call: Call, function: Function, parameter: str, *, is_method: bool
) -> Expression | Unseen | None:
    """What a call gives to a parameter of the function that it runs.

    A default's names are to be looked up where the function is defined, those of all else where the
    call stands; `found is parameter.default` tells which it is.

    Args:
        call: the call.
        function: the function that it runs.
        parameter: the name of one of its parameters.
        is_method: whether an object fills the first parameter.

    Returns:
        The expression; the default if nothing is given; None if there is no default either, or no
        such parameter. UNKNOWN where `*args` or `**kwargs` may bring it, and for what the function
        itself gathers in `*args` or `**kwargs`.
    """
    named = next((item for item in function.parameters if item.name == parameter), None)
    if named is None:
        return None
    if named.kind in {"*", "**"}:
        return UNKNOWN
    given = call.keyword(parameter)
    if given is not None:
        return given
    if named.kind == "":
        positional = [item.name for item in function.parameters if item.kind == ""]
        at = positional.index(parameter) - is_method
        before = call.args[: at + 1] if at >= 0 else ()
        if any(getattr(item, "operator", "") == "*" for item in before):
            return UNKNOWN
        if 0 <= at < len(call.args):
            return call.args[at]
    return UNKNOWN if call.unpacks else named.default
