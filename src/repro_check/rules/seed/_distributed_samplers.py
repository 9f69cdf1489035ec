"""Distributed samplers that shuffle, and the loops over epochs of the programs that make them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from repro_check.project.callers import UNKNOWN, argument_of
from repro_check.project.calls import Node
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.frameworks import Duty
from repro_check.project.libraries import is_training
from repro_check.project.modules import Symbol
from repro_check.project.outside import canonical
from repro_check.project.project import Project
from repro_check.project.reaching import entries_reaching
from repro_check.rules.walking import names_in
from repro_check.sources.expressions import CallRef, Expression, Name, Operation, parts
from repro_check.sources.kinds import Role
from repro_check.sources.python import Assignment, Call, ModuleFacts
from repro_check.text import pattern

_CLASS = "DistributedSampler"
_SAMPLER = f"torch.utils.data.{_CLASS}"
_EVALUATION = pattern(
    r"(^|[^a-z])(val|valid|validation|test|tst|eval|dev|infer|predict|query)", re.IGNORECASE
)
_EPOCH = pattern(r"epoch|(^|[._])ep$", re.IGNORECASE)


class Sampler(msgspec.Struct, frozen=True):
    """A call that makes a shuffling distributed sampler, and the name that it is bound to ("")."""

    file: PythonFile
    call: Call
    name: str

    @property
    def node(self) -> Node:
        """The function that makes it."""
        function = self.file.facts.function_of(self.call.block)
        return Node(self.file.path, function.block if function else 0)


class EpochLoop(msgspec.Struct, frozen=True):
    """A loop over epochs: its binding and its file."""

    path: str
    binding: Assignment


def training_samplers(project: Project) -> Iterator[Sampler]:
    """The distributed samplers of the product that shuffle and are not meant for evaluation."""
    for file in project.python.readable(Role.PRODUCT):
        chosen = _chosen(file)
        for call in file.facts.calls:
            # a class of this file has no target
            last = (call.target or call.name).rpartition(".")[2]
            is_named = last.endswith("Sampler") and _is_sampler(project, file, call)
            if not is_named and call.name not in chosen:
                continue
            if call.unpacks or not _shuffles(project, file, call):
                continue
            names = _names_around(file, call)
            if not any(_EVALUATION.search(name) for name in names):
                yield Sampler(file, call, names[0] if call.use == "assigned" else "")


def untold_entry(project: Project, sampler: Sampler) -> tuple[Entry, EpochLoop] | None:
    """An entry point that trains over epochs with a sampler that nothing tells the epoch."""
    for entry, _ in entries_reaching(project, [sampler.node]):
        if project.frameworks.takes_over(Duty.SET_EPOCH, entry):
            continue
        nodes = project.calls.reachable(*entry.nodes)
        if any(_tells(project, node) for node in nodes):
            continue
        loop = next(_epoch_loops(project, nodes), None)
        trains = any(is_training(call) for node in nodes for call in project.calls.calls(node))
        if loop is not None and trains:
            return entry, loop
    return None


def _chosen(file: PythonFile) -> frozenset[str]:
    """The variables that hold the class: `kind = RandomSampler if alone else DistributedSampler`."""
    return frozenset(
        target.name
        for item in file.facts.assignments
        if isinstance(item.value, Operation) and item.value.operator == "if"
        for one in item.value.operands[1:]
        if isinstance(one, Name) and canonical(file.target(one, item.block)) == _SAMPLER
        for target in item.targets
        if isinstance(target, Name)
    )


def _is_sampler(project: Project, file: PythonFile, call: Call) -> bool:
    if canonical(call.target) == _SAMPLER:
        return True
    symbol = project.modules.resolve(file, call.name, call.block)
    if symbol is None:
        return False
    if symbol.kind == "class":
        return project.classes.is_a(symbol, _SAMPLER) is True and _orders_by_epoch(project, symbol)
    return symbol.kind == "external" and canonical(symbol.name) == _SAMPLER


def _orders_by_epoch(project: Project, symbol: Symbol) -> bool:
    """Whether a class has the order of its base, or one that its epoch decides."""
    own = project.modules.method(symbol, "__iter__")
    function = project.modules.function(own) if own else None
    if own is None or function is None:
        return own is None
    facts = project.python[own.path].facts
    inside = [call for call in facts.calls if facts.function_of(call.block) is function]
    return any(
        (call.name == "__iter__" and _is_super(facts, call.receiver))
        or any(name.name == "self.epoch" for each in call.args for name in names_in(facts, each))
        for call in inside
    )


def _is_super(facts: ModuleFacts, value: Expression | None) -> bool:
    return isinstance(value, CallRef) and facts.calls[value.index].name == "super"


def _shuffles(project: Project, file: PythonFile, call: Call) -> bool:
    """Whether a sampler is made to shuffle, which it does by default unless its class is ours."""
    shuffle, block = call.argument(3, "shuffle"), call.block
    symbol = project.modules.resolve(file, call.name, call.block)
    own = project.modules.method(symbol, "__init__") if symbol and symbol.kind == "class" else None
    if own is not None and (function := project.modules.function(own)) is not None:
        given = argument_of(call, function, "shuffle", is_method=True)
        if given is None or given is UNKNOWN:
            return False
        shuffle = given
        if any(shuffle is item.default for item in function.parameters):
            file, block = project.python[own.path], function.block
    known = file.constants.literal(shuffle, block)
    return shuffle is None or (known is not None and known.value is True)


def _names_around(file: PythonFile, call: Call) -> list[str]:
    """The names that tell what a sampler is for: its own, its dataset's, its function's."""
    facts = file.facts
    names: list[str] = []
    user = call
    while user.use == "argument":
        user = facts.calls[user.user]
    if user.use == "assigned":
        names.extend(getattr(each, "name", "") for each in facts.assignments[user.user].targets)
    given = call.argument(0, "dataset")
    for part in parts(given) if given is not None else ():
        if isinstance(part, Name):
            names.append(part.name)
        elif isinstance(part, CallRef):
            names.append(facts.calls[part.index].name)
    function = facts.function_of(call.block)
    names.append(function.qualname.rpartition(".")[2] if function else "")
    return names


def _tells(project: Project, node: Node) -> bool:
    return any(
        call.name.endswith("set_epoch") or _mentions(call.args)
        for call in project.calls.calls(node)
    )


def _mentions(values: Iterable[Expression]) -> bool:
    return any(
        isinstance(each, Name) and each.name.endswith((".set_epoch", "_set_epoch"))
        for each in values
    )


def _epoch_loops(project: Project, nodes: Iterable[Node]) -> Iterator[EpochLoop]:
    for node in nodes:
        file = project.python[node.path]
        for item in file.facts.assignments:
            if item.kind != "for" or not _counts_epochs(file, item):
                continue
            function = file.facts.function_of(item.block)
            if (function.block if function else 0) == node.block:
                yield EpochLoop(node.path, item)


def _counts_epochs(file: PythonFile, item: Assignment) -> bool:
    if not isinstance(item.value, CallRef) or file.facts.blocks[item.block].kind != "for":
        return False
    call = file.facts.calls[item.value.index]
    while call.args and isinstance(call.args[0], CallRef):  # `tqdm(range(epochs))`
        call = file.facts.calls[call.args[0].index]
    end = call.args[1 if len(call.args) > 1 else 0] if call.args else None
    known = file.constants.literal(end, call.block)
    if known is not None and known.value in {0, 1}:
        return False
    names = [
        part.name for target in item.targets for part in parts(target) if isinstance(part, Name)
    ]
    names += [part.name for each in call.args for part in parts(each) if isinstance(part, Name)]
    return call.target.endswith(("range", "count")) and any(_EPOCH.search(name) for name in names)
