"""Programs that can go on with an interrupted training: what they save, step and load again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.project.calls import Node
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.frameworks import Duty
from repro_check.project.libraries import is_training
from repro_check.project.outside import canonical
from repro_check.project.project import Project
from repro_check.project.reaching import entries_reaching
from repro_check.rules.ckpt._resume_state import State, kind_of, saved_by, target_of
from repro_check.rules.ckpt._state_homes import SCHEDULERS
from repro_check.rules.walking import names_in
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
    parts,
)
from repro_check.sources.kinds import Role
from repro_check.sources.python import Assignment, Call
from repro_check.text import pattern

_SAVES = frozenset({"torch.save"})
_LOADS = frozenset({"torch.load", "joblib.load", "pickle.load"})
_RESUME = pattern(r"(^|[._-])(resume|resuming|auto_resume)(?!_?download)", re.IGNORECASE)
_READS_RNG = pattern(
    r"(^|[._])(get_rng_state(_all)?|getstate|get_random_states?|rng_state\w*|capture_rng)$|random\.get_state$"
)
_CHECKPOINT = pattern(r"state|ckpt|check|snap|save|model|agent|net|dict", re.IGNORECASE)


class Place(msgspec.Struct, frozen=True):
    """A call in a file."""

    file: PythonFile
    call: Call

    @property
    def node(self) -> Node:
        """The function in which it stands."""
        function = self.file.facts.function_of(self.call.block)
        return Node(self.file.path, function.block if function else 0)


class Resumption(msgspec.Struct, frozen=True):
    """A program that trains, saves, and can go on from what it saved.

    Attributes:
        entry: the program.
        saves: its checkpoints, the richest first.
        saved: all that they hold together.
        stepped: where the training moves on each kind of state.
        loads: the calls that read a checkpoint to go on from it.
        goes_on: whether the epoch or step of a checkpoint is read, so that the count goes on.
        keeps_rng: whether the states of generators are read anywhere in the program.
    """

    entry: Entry
    saves: tuple[Place, ...]
    saved: frozenset[State]
    stepped: dict[State, tuple[Place, ...]]
    loads: tuple[Place, ...]
    goes_on: bool
    keeps_rng: bool

    @property
    def loaded(self) -> Place:
        """The first call that reads a checkpoint."""
        return self.loads[0]


def resumptions(project: Project, unless: Duty) -> Iterator[Resumption]:
    """The programs of the product that can go on, and whose checkpoints can be seen through.

    Args:
        project: the repository.
        unless: what a framework may do for a program, which then is left out.
    """
    saves = [each for place in _places(project, _SAVES) for each in _unwrapped(project, place)]
    loads = list(_places(project, _LOADS))
    if not saves or not loads:
        return
    going = [place for place in loads if _goes_on(place)]
    others = [place for place in loads if place not in going]
    if others:
        guarded = list(_guarded(project))
        run = {
            node for each in guarded for node in project.callers.callees(each.file.path, each.call)
        }
        going += [place for place in others if place in guarded or place.node in run]
    saving, resuming = {place.node for place in saves}, {place.node for place in going}
    for entry, reached in entries_reaching(project, saving | resuming if going else ()):
        if not (saving & reached and resuming & reached):
            continue
        found = _resumption(
            project,
            entry,
            [place for place in saves if place.node in reached],
            [place for place in going if place.node in reached],
        )
        if found is not None and not project.frameworks.takes_over(unless, entry):
            yield found


def _places(project: Project, names: frozenset[str]) -> Iterator[Place]:
    lasts = {name.rpartition(".")[2] for name in names}
    for file in project.python.readable(Role.PRODUCT):
        if any(name in file.targets for name in names) or any(
            last in file.called for last in lasts
        ):
            yield from (Place(file, call) for call in file.facts.calls if target_of(call) in names)


def _unwrapped(project: Project, place: Place) -> Iterator[Place]:
    """The calls of a function that hands all that it is given to `torch.save`; else the call itself.

    As in `save_on_master(*args, **kwargs)` (github.com/pytorch/vision, references/detection/utils.py).
    """
    first = place.call.args[0] if place.call.args else None
    is_handed_on = isinstance(first, Operation) and first.operator == "*"
    function = place.file.facts.function_of(place.call.block) if is_handed_on else None
    given = {each.name for each in function.parameters if each.kind == "*"} if function else set()
    handed = {each.name for each in parts(first) if isinstance(each, Name)} if first else set()
    sites = project.callers.calls_of(place.node) if given and given == handed else ()
    if not sites:
        yield place
    for site in sites:
        yield Place(project.python[site.path], site.call)


def _resumption(
    project: Project, entry: Entry, saves: list[Place], resumed: list[Place]
) -> Resumption | None:
    saved: dict[int, frozenset[State]] = {}
    for at, place in enumerate(saves):
        one = saved_by(project, place.file, place.call)
        if not one.is_complete:
            if _may_be_checkpoint(place):
                return None
            continue
        saved[at] = one.kinds
    kinds = frozenset(kind for each in saved.values() for kind in each)
    if State.MODEL not in kinds:
        return None
    calls = [
        Place(project.python[node.path], call)
        for node in project.calls.reachable(*entry.nodes)
        for call in project.calls.calls(node)
    ]
    if not any(is_training(place.call) for place in calls):
        return None
    best = sorted(saved, key=lambda at: (State.MODEL not in saved[at], -len(saved[at])))
    return Resumption(
        entry,
        tuple(saves[at] for at in best if State.MODEL in saved[at]),
        kinds,
        _stepped(project, calls),
        tuple(resumed),
        _goes_on(resumed[0]),
        State.RNG in kinds or any(_READS_RNG.search(place.call.name) for place in calls),
    )


def _may_be_checkpoint(place: Place) -> bool:
    """Whether what cannot be seen through may be the state of a run, and not data."""
    value = place.call.argument(0, "obj")
    names = [part.name for part in parts(value) if isinstance(part, Name)] if value else []
    names += [
        place.file.facts.calls[part.index].name
        for part in (parts(value) if value else ())
        if isinstance(part, CallRef)
    ]
    return not names or any(_CHECKPOINT.search(name) for name in names)


def _goes_on(place: Place) -> bool:
    """Whether a loaded checkpoint's epoch or step is read into a variable."""
    file, call = place.file, place.call
    if call.use != "assigned":
        return False
    targets = file.facts.assignments[call.user].targets
    names = {target.name for target in targets if isinstance(target, Name)}
    return any(_reads_progress(file, item, names) for item in file.facts.assignments)


def _reads_progress(file: PythonFile, item: Assignment, names: set[str]) -> bool:
    if item.value is None:
        return False
    keys: list[Expression | None] = []
    for part in parts(item.value):
        if isinstance(part, Subscript) and getattr(part.base, "name", "") in names:
            keys.append(part.index)
        elif isinstance(part, CallRef):
            owner, _, method = file.facts.calls[part.index].name.rpartition(".")
            if owner in names and method in {"get", "pop"}:
                keys.append(file.facts.calls[part.index].argument(0, "key"))
    if not keys or not any(kind_of(_written(target)) is State.PROGRESS for target in item.targets):
        return False
    literals = (key.value for key in keys if isinstance(key, Literal))
    return any(kind_of(str(value)) is State.PROGRESS for value in literals)


def _written(target: Expression) -> str:
    """A name, or the key of `state["step"]`."""
    if isinstance(target, Subscript):
        return str(target.index.value) if isinstance(target.index, Literal) else ""
    return str(getattr(target, "name", ""))


def _guarded(project: Project) -> Iterator[Place]:
    """The calls of the product behind a test of an option named `resume`."""
    for file in project.python.readable(Role.PRODUCT):
        tests = {
            at
            for at, block in enumerate(file.facts.blocks)
            if block.kind == "if" and block.test is not None and _names_resume(block.test)
        }
        for call in file.facts.calls if tests else ():
            if not tests.isdisjoint(file.facts.ancestors(call.block)):
                yield Place(file, call)


def _names_resume(test: Expression) -> bool:
    names = [part.name for part in parts(test) if isinstance(part, (Name, Attribute))]
    return any("resum" in name.lower() and _RESUME.search(name) for name in names)


def _stepped(project: Project, calls: list[Place]) -> dict[State, tuple[Place, ...]]:
    """What the training moves on at each step, where it has a state of its own."""
    found: dict[State, list[Place]] = {}
    made = {canonical(name) for place in calls if (name := target_of(place.call))}
    is_scheduled = any(each.startswith(SCHEDULERS) for each in made) and not _is_moved_on(calls)
    has_moments = _has_moments(calls)
    for place in calls:
        owner, _, method = place.call.name.rpartition(".")
        if method not in {"step", "update"} or not (owner or place.call.receiver is not None):
            continue
        kind = kind_of(owner)
        symbol = project.classes.called_on(place.file, place.call) if owner else None
        name = symbol.name if symbol is not None and not symbol.path else ""
        if name.startswith(SCHEDULERS):
            kind = State.SCHEDULER
        elif name.startswith("torch.optim.") and method == "step":
            kind = State.OPTIMIZER
        elif name == "torch.amp.GradScaler":
            kind = State.SCALER
        elif symbol is not None:
            continue
        has_state = {
            State.OPTIMIZER: method == "step" and has_moments,
            State.SCHEDULER: method == "step" and not place.call.args and is_scheduled,
            State.SCALER: "torch.amp.GradScaler" in made,
        }
        if has_state.get(kind, False):
            found.setdefault(kind, []).append(place)
        given = getattr(place.call.args[0], "name", "") if place.call.args else ""
        if kind is State.SCALER and kind_of(given) is State.OPTIMIZER and has_moments:
            # `scaler.step(optimizer)`
            found.setdefault(State.OPTIMIZER, []).append(place)
    return {kind: tuple(places) for kind, places in found.items()}


def _is_moved_on(calls: list[Place]) -> bool:
    """Whether a schedule is moved to where it was: by `last_epoch`, or by stepping over the past."""
    for place in calls:
        facts, call = place.file.facts, place.call
        last = call.keyword("last_epoch")
        if last is not None and not isinstance(last, Literal | Operation):
            return True
        if isinstance(last, Operation) and any(isinstance(each, Name) for each in parts(last)):
            return True
        if call.name.endswith(".step") and facts.blocks[call.block].kind == "for":
            loops = (item for item in facts.assignments if item.block == call.block)
            names = [
                name.name
                for item in loops
                if item.kind == "for"
                for name in names_in(facts, item.value)
            ]
            if any(re.search(r"start|resum|last|initial", name) for name in names):
                return _is_alone(place)
    return any(
        getattr(target, "name", "").endswith(".last_epoch")
        for file in {place.file.path: place.file for place in calls}.values()
        for item in file.facts.assignments
        for target in item.targets
    )


def _is_alone(place: Place) -> bool:
    """Whether a loop does nothing but step: the loop over epochs begins at the start epoch, too."""
    inside = [each for each in place.file.facts.calls if each.block == place.call.block]
    return len(inside) == 1


def _has_moments(calls: list[Place]) -> bool:
    """Whether an optimiser of PyTorch is made that remembers more than its settings."""
    for place in calls:
        name = canonical(target_of(place.call))
        if not name.startswith("torch.optim.") or name.startswith(SCHEDULERS):
            continue
        if name != "torch.optim.SGD":
            return True
        momentum = place.call.argument(2, "momentum")
        if momentum is not None and getattr(momentum, "value", 1) != 0:
            return True
    return False
