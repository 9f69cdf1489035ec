"""Functions that a pool of processes runs, and the global generators that they draw from."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.project.calls import Node, OutsideCall
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family, drawn_by, seeded_by
from repro_check.project.project import Project
from repro_check.sources.expressions import CallRef, Expression, Literal, Name
from repro_check.sources.python import Call

_MAPS = frozenset(
    "map imap imap_unordered starmap map_async starmap_async apply apply_async submit uimap".split()
)
_POOLS = (
    "multiprocessing.Pool()",
    "multiprocessing.pool.Pool()",
    "multiprocess.Pool()",
    "pathos.multiprocessing.ProcessingPool()",
    "concurrent.futures.ProcessPoolExecutor()",
    "torch.multiprocessing.Pool()",
)
_GENERATORS = frozenset({"random", "numpy.random"})
_SEED_WORDS = frozenset({"random_state", "seed", "rng", "generator"})


class Work(msgspec.Struct, frozen=True):
    """A function that is mapped over a pool.

    Attributes:
        call: what hands it to the pool.
        name: how the function is written there.
        node: the function.
    """

    call: Call
    name: str
    node: Node


def pool_work(file: PythonFile, project: Project) -> Iterator[Work]:
    """What a file hands to pools of processes, whose workers nothing initialises."""
    for call in file.facts.calls:
        if not call.args:
            continue
        is_mapped = call.name.rpartition(".")[2] in _MAPS and _is_pool(file, project, call)
        if is_mapped or (call.target == "joblib.delayed" and not _is_threaded(file)):
            yield from _work(file, project, call, call.args[0])


def global_draw(project: Project, work: Work) -> tuple[OutsideCall, Family] | None:
    """The first draw of a function from a global generator, if nothing that it runs may seed one."""
    graph = project.calls
    every = graph.reachable(work.node)
    if not all(graph.is_known(node) for node in every):
        return None
    for node in every:
        if any(seeded_by(outside.target) for outside in graph.outside_calls(node)):
            return None
    for node in graph.reachable(work.node, surely=True):
        for outside in graph.outside_calls(node):
            family = _family(outside)
            if family is not None:
                return outside, family
    return None


def _family(outside: OutsideCall) -> Family | None:
    if outside.target.rpartition(".")[0] not in _GENERATORS:
        return None
    if any(keyword.name in _SEED_WORDS for keyword in outside.call.keywords):
        return None
    return next(iter(drawn_by(outside.target)), None)


def _is_pool(file: PythonFile, project: Project, call: Call) -> bool:
    maker: Expression | None = call.receiver
    if maker is None:
        owner = call.name.rpartition(".")[0]
        symbol = project.modules.resolve(file, owner, call.block) if owner else None
        if symbol is None or symbol.kind != "external" or symbol.name not in _POOLS:
            return False
        maker = _made(file, owner, call.block)
        return not isinstance(maker, CallRef) or not _is_initialised(file.facts.calls[maker.index])
    if not isinstance(maker, CallRef):
        return False
    made = file.facts.calls[maker.index]
    return f"{made.target}()" in _POOLS and not _is_initialised(made)


def _made(file: PythonFile, owner: str, block: int) -> Expression | None:
    scope = file.scopes.binding(owner, block)
    for item in file.facts.assignments:
        names = {target.name for target in item.targets if isinstance(target, Name)}
        if owner in names and file.scopes.binding(owner, item.block) == scope:
            return item.value
    return None


def _is_initialised(call: Call) -> bool:
    return call.keyword("initializer") is not None or len(call.args) > 1


def _is_threaded(file: PythonFile) -> bool:
    for call in file.facts.calls_to("joblib.Parallel"):
        for name in ("backend", "prefer", "require"):
            value = call.keyword(name)
            if isinstance(value, Literal) and value.value in {"threading", "threads", "sharedmem"}:
                return True
    return False


def _work(file: PythonFile, project: Project, call: Call, given: Expression) -> Iterator[Work]:
    if isinstance(given, CallRef):
        partial = file.facts.calls[given.index]
        if partial.target != "functools.partial" or not partial.args:
            return
        given = partial.args[0]
    if not isinstance(given, Name):
        return
    symbol = project.modules.resolve(file, given.name, call.block)
    function = project.modules.function(symbol) if symbol is not None else None
    if symbol is not None and function is not None:
        yield Work(call, given.name, Node(symbol.path, function.block))
