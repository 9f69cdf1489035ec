"""In which mode a module is when a call is reached: training from the start, unless something sets it.

Followed backwards: what stands before the call in its function, then before the calls of that function,
and so on up to where the program begins.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.project.calls import Node
from repro_check.project.modules import Symbol
from repro_check.project.project import Project
from repro_check.sources.expressions import Literal
from repro_check.sources.python import Call
from repro_check.text import pattern

_DEEPEST = 6
_BELOW = 4
_SWITCH = pattern(
    r"(^|_)(eval|evaluation|inference|test)_?mode$|set_(eval|mode|train\w*)$|(^|_)switch|to_eval|prep_"
)
_BRANCHES = frozenset({"if", "else", "case", "except"})


class Switch(msgspec.Struct, frozen=True):
    """A call that sets the mode of a module."""

    path: str
    call: Call
    to_training: bool


class Training(msgspec.Struct, frozen=True):
    """That a call is reached in training mode; `switch` is None if nothing ever set the mode."""

    switch: Switch | None = None


class Modes:
    """The modes in which the modules of one class are.

    Args:
        project: the repository.
        module: the class.
    """

    def __init__(self, project: Project, module: Symbol) -> None:
        self._project = project
        self._module = module
        self._last: dict[Node, Switch | None] = {}

    def training_at(self, node: Node, call: Call) -> Training | None:
        """How a call of a function is reached in training mode; None if that is not sure."""
        return self._before(node, call, (node,))

    def _before(self, node: Node, call: Call, way: tuple[Node, ...]) -> Training | None:
        events = list(self._events(node))
        before = [switch for at, switch in events if _place(at) < _place(call)]
        if before and before[-1].to_training:
            last = next(at for at, switch in reversed(events) if switch is before[-1])
            is_branch = self._is_in_branch(node, last, call)
            is_split = is_branch and not all(switch.to_training for switch in before)
            return None if is_split else Training(before[-1])
        if before or any(
            not switch.to_training and self._repeats(node, at, call) for at, switch in events
        ):
            return None
        if self._is_start(node):
            return Training()
        if len(way) > _DEEPEST:
            return None
        for site in self._project.callers.calls_of(node):
            function = self._project.python[site.path].facts.function_of(site.call.block)
            above = Node(site.path, function.block if function else 0)
            found = None if above in way else self._before(above, site.call, (*way, above))
            if found is not None:
                return found
        return None

    def _is_start(self, node: Node) -> bool:
        """Whether a program begins here."""
        file = self._project.python[node.path]
        if file.notebook is not None:
            return node.block == 0
        return any(node in entry.nodes for entry in self._project.entries)

    def _repeats(self, node: Node, at: Call, call: Call) -> bool:
        """Whether both stand in one loop, so that the later one comes before the earlier one, too."""
        facts = self._project.python[node.path].facts
        return any(
            facts.blocks[block].kind in {"for", "while"} and facts.is_inside(at.block, block)
            for block in facts.ancestors(call.block)
        )

    def _is_in_branch(self, node: Node, at: Call, call: Call) -> bool:
        facts = self._project.python[node.path].facts
        around = set(facts.ancestors(call.block))
        return any(
            facts.blocks[block].kind in _BRANCHES
            for block in facts.ancestors(at.block)
            if block not in around
        )

    def _events(self, node: Node) -> Iterator[tuple[Call, Switch]]:
        """The calls of a function that set the mode, themselves or in what they run, in order."""
        for call in sorted(self._project.calls.calls(node), key=_place):
            switch = self._own(node, call) or self._below(node, call, _BELOW)
            if switch is not None:
                yield call, switch

    def _own(self, node: Node, call: Call) -> Switch | None:
        owner, _, name = call.name.rpartition(".")
        has_owner = bool(owner) or call.receiver is not None
        if name == "eval" and has_owner and not call.args:
            return Switch(node.path, call, to_training=False)
        if name == "train" and has_owner and len(call.args) + len(call.keywords) <= 1:
            mode = call.argument(0, "mode")
            if mode is not None and not (isinstance(mode, Literal) and mode.value is True):
                return Switch(node.path, call, to_training=False)
            file = self._project.python[node.path]
            trained = self._project.classes.called_on(file, call)
            if mode is None and trained not in {None, self._module}:
                return None
            return Switch(node.path, call, to_training=True)
        is_unseen = _SWITCH.search(name) and not self._project.callers.callees(node.path, call)
        return Switch(node.path, call, to_training=False) if is_unseen else None

    def _below(self, node: Node, call: Call, depth: int) -> Switch | None:
        """The last switch in what a call runs; to evaluation if any of that may switch to it."""
        found = None
        for target in self._project.callers.callees(node.path, call, surely=False):
            last = self._last_of(target, depth)
            if last is not None and not last.to_training:
                return last
            found = found or last
        return found

    def _last_of(self, node: Node, depth: int) -> Switch | None:
        if depth == 0:
            return None
        if node not in self._last:
            self._last[node] = None  # for circles
            last = None
            for call in sorted(self._project.calls.calls(node), key=_place):
                last = self._own(node, call) or self._below(node, call, depth - 1) or last
            self._last[node] = last
        return self._last[node]


def _place(call: Call) -> tuple[int, int]:
    return call.span.end_line, call.span.end_column
