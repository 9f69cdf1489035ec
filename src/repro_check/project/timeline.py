"""What runs in which order when an entry point runs, across the functions that it surely calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.calls import Node, Target
from repro_check.project.entries import Entry, main_guard
from repro_check.project.programs import Action, Choice, Moment, Programs
from repro_check.sources.python import MODULE, Call, Import
from repro_check.sources.spans import At
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.project import Project

MOST_STEPS = 5_000
MOST_IMPORT_STEPS = 2_000
_DEEPEST_IMPORT = 40
# these run what they are given in a process with generators of its own
_NEW_PROCESS = pattern(
    r"(^|\.)(spawn|start_processes|Process|launch|launch_job|notebook_launcher)$"
)
_COMMANDS = Span(0, 0, 0, 0)


class Chosen(msgspec.Struct, frozen=True):
    """A choice in one visit of a function."""

    visit: int
    choice: Choice


class Step(msgspec.Struct, frozen=True):
    """Something that a run does.

    Attributes:
        node: the function in which it stands.
        action: a call, an import, or an assignment to an attribute or an item.
        chain: the calls and imports through which it was reached, outermost first.
        choices: what must be chosen, here and along the chain, for it to run.
        visits: the visits of functions in which it happens, outermost first; the same function has
            another number each time that it is called.
        is_in_loop: whether it stands in a loop, or is reached from one.
        process: 0, or the number of the started process in which it runs.
    """

    node: Node
    action: Action
    chain: tuple[Step, ...]
    choices: tuple[Chosen, ...]
    visits: tuple[int, ...]
    is_in_loop: bool
    process: int

    @property
    def path(self) -> str:
        """The file in which it stands."""
        return self.node.path

    @property
    def call(self) -> Call | None:
        """The call, if it is one."""
        return self.action if isinstance(self.action, Call) else None

    @property
    def is_conditional(self) -> bool:
        """Whether a run may skip it: a branch around it, or around a call that leads to it."""
        return bool(self.choices)

    def implies(self, other: Step) -> bool:
        """Whether the other one runs in every run in which this one does, as far as branches tell."""
        return set(other.choices) <= set(self.choices)

    def excludes(self, later: Step) -> bool:
        """Whether a later step never runs after this one: the other branch, or behind a `return`."""
        shared = set(later.choices)
        for chosen in self.choices:
            if chosen in shared:
                continue
            if chosen.choice.leaves == "program":
                return True
            if chosen.choice.leaves == "function" and chosen.visit in later.visits:
                return True
            if any(_are_exclusive(chosen, other) for other in later.choices):
                return True
        return False


class Course(msgspec.Struct, frozen=True):
    """The steps of a run in their order; `is_cut` if there are more than were followed."""

    steps: tuple[Step, ...]
    is_cut: bool

    def __iter__(self) -> Iterator[Step]:
        """The steps."""
        return iter(self.steps)

    def __len__(self) -> int:
        """How many steps there are."""
        return len(self.steps)

    def calls(self) -> Iterator[tuple[Step, Call]]:
        """The steps that are calls."""
        return ((step, step.action) for step in self.steps if isinstance(step.action, Call))


class Timeline:
    """The courses of the runs of a repository.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self._programs: dict[str, Programs] = {}
        self._targets: dict[tuple[str, At], tuple[Target, ...]] = {}

    def steps(self, start: Entry | Iterable[Node], *, depth: int = 3) -> Course:
        """All that runs from an entry point, or from functions, in the order in which it would run.

        What is surely called is followed at the place of its call, recursion left out; an import of
        our own module runs its top level, once.

        Args:
            start: an entry (its top level and guarded body, then its commands, each of which
                excludes the others), or functions that run one after the other.
            depth: how many calls deep to follow.
        """
        walk = _Walk(self, depth)
        if isinstance(start, Entry):
            walk.enter(start)
        else:
            for node in start:
                walk.run(node, _Frame(), 0)
        return Course(tuple(walk.steps), walk.is_cut)

    def program(self, node: Node, *, is_main: bool = False) -> tuple[Moment, ...]:
        """What a function does by itself, in order."""
        if node.path not in self._programs:
            file = self.project.python[node.path]
            self._programs[node.path] = Programs(file, main_guard(file.facts))
        return self._programs[node.path].of(node.block, is_main=is_main)

    def run_by(self, path: str, call: Call) -> tuple[Target, ...]:
        """The functions that a call surely runs."""
        key = (path, call.at)
        if key not in self._targets:
            found = self.project.callers.targets(path, call)
            self._targets[key] = tuple(target for target in found if target.is_sure)
        return self._targets[key]


class _Frame(msgspec.Struct, frozen=True):
    """What a function is called in."""

    chain: tuple[Step, ...] = ()
    choices: tuple[Chosen, ...] = ()
    visits: tuple[int, ...] = ()
    is_in_loop: bool = False
    process: int = 0
    imports: int = 0


class _Walk:
    """One walk along a run."""

    def __init__(self, timeline: Timeline, depth: int) -> None:
        self._timeline = timeline
        self._project = timeline.project
        self._depth = depth
        self._loaded: set[str] = set()
        self._active: set[Node] = set()
        self._visited: set[Node] = set()
        self._visits = 0
        self._processes = 0
        self._left = {True: MOST_IMPORT_STEPS, False: MOST_STEPS}
        self.steps: list[Step] = []
        self.is_cut = False

    def enter(self, entry: Entry) -> None:
        """Run a file, and then each of its commands that has not run yet."""
        top = Node(entry.path, MODULE)
        self._loaded.add(entry.path)
        self.run(top, _Frame(), 0, is_main=True)
        commands = [node for node in entry.nodes if node != top and node not in self._visited]
        for node in commands:
            only = Chosen(0, Choice(node.block, _COMMANDS))
            self.run(node, _Frame(choices=(only,) if len(commands) > 1 else ()), 0)

    def run(self, node: Node, frame: _Frame, depth: int, *, is_main: bool = False) -> None:
        """Take the steps of a function, and of all that it surely calls."""
        if node in self._active:
            return
        self._active.add(node)
        self._visited.add(node)
        self._visits += 1
        visit = self._visits
        for moment in self._timeline.program(node, is_main=is_main):
            if not self._left[bool(frame.imports)]:
                self.is_cut = True
                break
            self._left[bool(frame.imports)] -= 1
            step = Step(
                node,
                moment.action,
                frame.chain,
                (*frame.choices, *(Chosen(visit, choice) for choice in moment.choices)),
                (*frame.visits, visit),
                frame.is_in_loop or moment.is_repeated,
                frame.process,
            )
            self.steps.append(step)
            if isinstance(moment.action, Import):
                self._load(step, moment.action, frame)
            elif isinstance(moment.action, Call) and depth < self._depth:
                self._follow(step, moment.action, frame, depth)
        self._active.discard(node)

    def _load(self, step: Step, item: Import, frame: _Frame) -> None:
        for path in self._project.modules.imported(step.path, item):
            if path in self._loaded:
                continue
            if frame.imports > _DEEPEST_IMPORT:
                self.is_cut = True
                return
            self._loaded.add(path)
            # defining the names of a module is as deep as running it
            self.run(Node(path, MODULE), _inside(step, imports=frame.imports + 1), 0)

    def _follow(self, step: Step, call: Call, frame: _Frame, depth: int) -> None:
        sure = self._timeline.run_by(step.path, call)
        blocks = [self._name(target.node) for target in sure]
        for target, name in zip(sure, blocks, strict=True):
            if self._project.calls.is_generator(target.node) and not self._is_consumed(step, call):
                continue
            inner = _inside(step, imports=frame.imports)
            if blocks.count(name) > 1:  # defined in several branches, one of which was taken
                one = Chosen(step.visits[-1], Choice(target.node.block, call.span))
                inner = msgspec.structs.replace(inner, choices=(*inner.choices, one))
            if target.call is None and _NEW_PROCESS.search(call.name):
                self._processes += 1
                inner = msgspec.structs.replace(inner, process=self._processes)
            self.run(target.node, inner, depth + 1)

    def _is_consumed(self, step: Step, call: Call) -> bool:
        """Whether the values of a generator are taken where it is made (a loop, a `with`)."""
        facts = self._project.python[step.path].facts
        if call.use == "assigned":
            return facts.assignments[call.user].kind == "with"
        is_argument = call.use == "argument" and facts.calls[call.user].target
        return call.use == "iterated" or str(is_argument).startswith("builtins.")

    def _name(self, node: Node) -> str:
        function = self._project.python[node.path].facts.function_of(node.block)
        return f"{node.path}:{function.qualname if function else ''}"


def _inside(step: Step, *, imports: int) -> _Frame:
    return _Frame(
        (*step.chain, step), step.choices, step.visits, step.is_in_loop, step.process, imports
    )


def _are_exclusive(one: Chosen, other: Chosen) -> bool:
    return (
        one.visit == other.visit
        and one.choice.test is not None
        and one.choice.test == other.choice.test
        and one.choice.block != other.choice.block
    )
