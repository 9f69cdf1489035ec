"""Seeds that functions set which initialise the workers of a data loader.

A worker gets a copy of everything (by fork or pickle), so all that does not come from the worker's number
or from a call is the same in all of them.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.libraries import seeded_by
from repro_check.project.outside import canonical
from repro_check.project.project import Project
from repro_check.rules.seed._seeder_calls import seeder_calls
from repro_check.rules.seed._worker_counts import Workers, loads_for_evaluation, workers_of
from repro_check.sources.expressions import (
    CallRef,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
    parts,
)
from repro_check.sources.python import Call, Function

_PURE = frozenset({"int", "str", "abs", "float", "round", "min", "max", "uint32", "int64"})
_DEEPEST = 6


class Varies(enum.Enum):
    """What a seed differs by."""

    NOTHING = "nothing"
    WORKER = "worker"
    UNKNOWN = "unknown"


class WorkerSeed(msgspec.Struct, frozen=True):
    """A seeding call of a worker's initialiser whose seed says too little.

    Attributes:
        path: the file of the call.
        call: the call.
        loader: the call of the loader.
        given: the initialiser as it is given to the loader.
        is_by_worker: whether the seed differs by worker, and only by epoch does not.
    """

    path: str
    call: Call
    loader: Call
    given: Expression
    is_by_worker: bool


class _Initialiser(msgspec.Struct, frozen=True):
    """A function that initialises workers, and its parameter for the worker's number."""

    path: str
    function: Function
    worker: str


def worker_seeds(file: PythonFile, project: Project) -> Iterator[WorkerSeed]:
    """The constant seeds that the loaders of a file set in their workers, each once."""
    said: set[tuple[str, int]] = set()
    for loader in file.facts.calls:
        given = loader.keyword("worker_init_fn")
        if given is None or loads_for_evaluation(file, loader):
            continue
        workers = _workers(file, project, loader)
        found = _initialiser(file, project, given, loader.block)
        if workers is Workers.NONE or found is None:
            continue
        if (found.path, found.function.block) in said:
            continue
        said.add((found.path, found.function.block))
        there = project.python[found.path]
        for call, seeds, is_helper in _seedings(there, project, found.function):
            varies = {_varies(there, found, seed, call.block, 0) for seed in seeds}
            if Varies.UNKNOWN in varies or (is_helper and Varies.WORKER in varies):
                continue
            by_worker = Varies.WORKER in varies or workers is Workers.ONE
            if by_worker and _keeps_workers(loader):
                continue
            yield WorkerSeed(found.path, call, loader, given, by_worker)


def _keeps_workers(loader: Call) -> bool:
    """Whether workers may live through all epochs, so that their generators run on."""
    given = loader.keyword("persistent_workers")
    return given is not None and not (isinstance(given, Literal) and not given.value)


def _workers(file: PythonFile, project: Project, loader: Call) -> Workers:
    """The workers of a loader, or of the one to which a `dict` or another function hands the rest."""
    if canonical(loader.target) == "torch.utils.data.DataLoader":
        return workers_of(file, project, loader)
    literal = file.constants.literal(loader.keyword("num_workers"), loader.block)
    return Workers.NONE if literal is not None and literal.value == 0 else Workers.MAYBE


def _initialiser(
    file: PythonFile, project: Project, given: Expression, block: int
) -> _Initialiser | None:
    """The function that is given, by name, as a lambda or as a `functools.partial`.

    Of `init if seed is not None else None` it is the one branch that is not None.
    """
    given = _chosen(file, given, block)
    bound: set[str] = set()
    skipped = 0
    if isinstance(given, CallRef):
        call = file.facts.calls[given.index]
        if call.target != "functools.partial" or not call.args or call.unpacks:
            return None
        bound = {keyword.name for keyword in call.keywords}
        given, skipped = call.args[0], len(call.args) - 1
    path, function = file.path, None
    if isinstance(given, Name):
        symbol = project.modules.resolve(file, given.name, block)
        function = project.modules.function(symbol) if symbol is not None else None
        if symbol is not None and function is not None:
            path = symbol.path
        else:
            binding = file.constants.binding(given.name, block) if "." not in given.name else None
            given = binding.value if binding is not None and binding.value is not None else given
    if isinstance(given, Opaque):
        function = next((f for f in file.facts.functions if f.span == given.span), None)
    if function is None:
        return None
    free = [p.name for p in function.parameters if p.name not in bound | {"self", "cls"}][skipped:]
    return _Initialiser(path, function, free[0] if free else "")


def _chosen(file: PythonFile, given: Expression, block: int) -> Expression:
    """What a name stands for, if that is a call or a condition, without the condition."""
    if isinstance(given, Name) and "." not in given.name:
        binding = file.constants.binding(given.name, block)
        if binding is not None and isinstance(binding.value, CallRef | Operation):
            given = binding.value
    if isinstance(given, Operation) and given.operator == "if":
        kept = [item for item in given.operands[1:] if not _is_none(item)]
        return kept[0] if len(kept) == 1 else given
    return given


def _is_none(item: Expression) -> bool:
    return isinstance(item, Literal) and item.value is None


def _seedings(
    file: PythonFile, project: Project, function: Function
) -> Iterator[tuple[Call, tuple[Expression, ...], bool]]:
    """(call, what it is given, whether it is an own helper) of all that seeds in a function."""
    direct = {id(each.call): each for each in seeder_calls(file, project)}
    for call in file.facts.calls:
        if not file.facts.is_inside(call.block, function.block):
            continue
        seeder = direct.get(id(call))
        if seeder is not None:
            if seeder.families and seeder.seed is not None and not seeder.is_reseeding:
                yield call, (seeder.seed,), False
        elif call.args and not call.unpacks and _is_helper(file, project, call):
            yield call, (*call.args, *(keyword.value for keyword in call.keywords)), True


def _is_helper(file: PythonFile, project: Project, call: Call) -> bool:
    """Whether an own function seeds global generators, and with nothing but what it is given."""
    targets = [t.node for t in project.callers.targets(file.path, call) if t.is_sure]
    if not targets or "seed" not in call.name.lower():
        return False
    outside = [
        each.target
        for node in project.calls.reachable(*targets, surely=True)
        for each in project.calls.outside_calls(Node(node.path, node.block))
    ]
    reads = ("torch.initial_seed", "torch.utils.data.get_worker_info", "torch.seed")
    return any(map(seeded_by, outside)) and not any(target in reads for target in outside)


def _varies(
    file: PythonFile, found: _Initialiser, seed: Expression, block: int, depth: int
) -> Varies:
    """What a seed differs by, through the assignments of the function itself."""
    if depth > _DEEPEST or (isinstance(seed, Literal) and seed.value is None):
        return Varies.UNKNOWN
    result = Varies.NOTHING
    for part in parts(seed):
        inner = Varies.NOTHING
        if isinstance(part, CallRef):
            call = file.facts.calls[part.index]
            if call.name.rpartition(".")[2] not in _PURE or call.unpacks:
                return Varies.UNKNOWN
            kinds = [_varies(file, found, item, block, depth + 1) for item in call.args]
            inner = _most(kinds)
        elif isinstance(part, Opaque):
            return Varies.UNKNOWN
        elif isinstance(part, Name):
            inner = _of_name(file, found, part.name.partition(".")[0], block, depth)
        result = _most([result, inner])
    return result


def _of_name(file: PythonFile, found: _Initialiser, root: str, block: int, depth: int) -> Varies:
    scope = file.scopes.binding(root, block)
    if root == found.worker:
        return Varies.WORKER
    if scope != found.function.block:
        # set by a `global` statement in the initialiser, or the same for all workers
        own = any(
            getattr(target, "name", "") == root
            for item in file.facts.assignments
            if file.facts.is_inside(item.block, found.function.block)
            for target in item.targets
        )
        return Varies.UNKNOWN if own else Varies.NOTHING
    if root in {parameter.name for parameter in found.function.parameters}:
        return Varies.NOTHING  # `self`, or what a `partial` gives to all workers
    values = [
        item.value
        for item in file.facts.assignments
        if file.scopes.scope(item.block) == scope
        and any(getattr(target, "name", "") == root for target in item.targets)
    ]
    if not values:
        return Varies.UNKNOWN
    kinds = [
        Varies.UNKNOWN if value is None else _varies(file, found, value, block, depth + 1)
        for value in values
    ]
    return _most(kinds)


def _most(kinds: list[Varies]) -> Varies:
    for kind in (Varies.UNKNOWN, Varies.WORKER):
        if kind in kinds:
            return kind
    return Varies.NOTHING
