"""Which checkpoints of a training are kept: the best, the last, or both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from repro_check.findings import Span
from repro_check.project.calls import Node
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.frameworks import Duty
from repro_check.project.libraries import is_training
from repro_check.project.outside import canonical
from repro_check.project.project import Project
from repro_check.project.reaching import entries_reaching
from repro_check.rules.ckpt._resume_state import State, is_save, saved_by
from repro_check.rules.walking import names_in
from repro_check.sources.expressions import Expression, Literal, Operation, parts
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call

_BEST = re.compile(
    r"best|improv|lowest|highest|min_(val|valid|loss)|max_(val|valid|acc)", re.IGNORECASE
)
_DEEPEST = 3
_MANY = frozenset({-1, 0})


class Kept(msgspec.Struct, frozen=True):
    """A place that decides what is kept, and what it keeps: "best" or "last".

    `callback` is the call that makes a `ModelCheckpoint` of Lightning, if that is what decides.
    """

    file: PythonFile
    span: Span
    kept: str
    callback: Call | None = None


class _Guard(msgspec.Struct, frozen=True):
    is_best: bool
    in_loop: bool


def one_sided(project: Project) -> Iterator[Kept]:
    """The places by which only the best or only the last checkpoint of a training is kept."""
    yield from _of_callbacks(project)
    saving = {
        Node(file.path, function.block if function else 0)
        for file in project.python.readable(Role.PRODUCT)
        for call in file.facts.calls
        if is_save(call)
        for function in [file.facts.function_of(call.block)]
    }
    for entry, reached in entries_reaching(project, saving):
        if not project.frameworks.takes_over(Duty.CHECKPOINT, entry):
            kept = _of_loop(project, sorted(reached))
            if kept is not None and _trains(project, entry):
                yield kept


def _trains(project: Project, entry: Entry) -> bool:
    nodes = project.calls.reachable(*entry.nodes)
    return any(is_training(call) for node in nodes for call in project.calls.calls(node))


def _of_loop(project: Project, saving: Sequence[Node]) -> Kept | None:
    """What the calls in some functions keep that save, if that is the best only."""
    saves = [(node, call) for node in saving for call in project.calls.calls(node) if is_save(call)]
    guarded: list[tuple[PythonFile, Call]] = []
    for node, call in saves:
        file = project.python[node.path]
        saved = saved_by(project, file, call)
        if saved.is_complete and State.MODEL not in saved.kinds:
            continue
        guards = list(_guards(project, file, call, _DEEPEST))
        path = call.argument(1, "f")
        if not guards or not all(guard.is_best and guard.in_loop for guard in guards):
            return None  # something else is kept besides
        if not saved.is_complete or (path is not None and not _is_fixed(file, path, call.block)):
            return None
        guarded.append((file, call))
    if not guarded:
        return None
    file, call = guarded[0]
    return Kept(file, call.span, "best")


def _guards(project: Project, file: PythonFile, call: Call, depth: int) -> Iterator[_Guard]:
    """How a call is guarded on each way to it: by a comparison with the best, inside of a loop."""
    facts = file.facts
    function = facts.function_of(call.block)
    blocks = [facts.blocks[each] for each in facts.ancestors(call.block)]
    inside = blocks[: blocks.index(facts.blocks[function.block])] if function else blocks
    is_best = any(
        block.kind in {"if", "else"} and block.test is not None and _names_best(file, block.test)
        for block in inside
    )
    in_loop = any(block.kind in {"for", "while"} for block in inside)
    sites = project.callers.calls_of(Node(file.path, function.block)) if function else ()
    if not sites or depth == 0:
        yield _Guard(is_best, in_loop)
        return
    for site in sites:
        above = project.python[site.path]
        for guard in _guards(project, above, site.call, depth - 1):
            yield _Guard(guard.is_best or is_best, guard.in_loop or in_loop)


def _names_best(file: PythonFile, test: Expression) -> bool:
    # `improved or always_save` saves at other times, too
    is_either = isinstance(test, Operation) and test.operator == "or"
    return not is_either and any(_BEST.search(one.name) for one in names_in(file.facts, test))


def _is_fixed(file: PythonFile, path: Expression, block: int) -> bool:
    """Whether the path may be the same at each save (an epoch in it means that all are kept)."""
    known = file.constants.binding(getattr(path, "name", ""), block)
    values: Iterable[Expression | None] = (path, known.value if known else None)
    names = [name.name for value in values for name in names_in(file.facts, value)]
    return not any(re.search(r"epoch|step|iter|(^|_)i$", name, re.IGNORECASE) for name in names)


def _of_callbacks(project: Project) -> Iterator[Kept]:
    """`ModelCheckpoint` of Lightning that keeps the best only, where no other one keeps the last."""
    found = []
    for file in project.python.readable(Role.PRODUCT):
        for call in file.facts.calls:
            if call.target.endswith("ModelCheckpoint") and (
                canonical(call.target) == "lightning.ModelCheckpoint"
            ):
                found.append((file, call))
            elif call.target.endswith("TrainingArguments") and _keeps_one(call):
                yield Kept(file, call.span, "last")
    if found and all(_keeps_best_only(call) for _, call in found):
        for file, call in found:
            yield Kept(file, call.span, "best", call)


def _keeps_best_only(call: Call) -> bool:
    monitor, last = call.keyword("monitor"), call.keyword("save_last")
    is_monitored = monitor is not None and not _is(monitor, None)
    top = call.keyword("save_top_k")
    keeps_many = top is not None and not (isinstance(top, Literal) and top.value not in _MANY)
    keeps_last = last is not None and not (_is(last, False) or _is(last, None))
    return is_monitored and not keeps_many and not keeps_last and not call.unpacks


def _keeps_one(call: Call) -> bool:
    """Whether one checkpoint is kept although there is an evaluation to tell the best."""
    limit, best = call.keyword("save_total_limit"), call.keyword("load_best_model_at_end")
    evaluated = call.keyword("eval_strategy") or call.keyword("evaluation_strategy")
    if limit is None or evaluated is None or call.unpacks or _is(evaluated, "no"):
        return False
    return _is(limit, 1) and (best is None or _is(best, False))


def _is(value: Expression, wanted: object) -> bool:
    return any(isinstance(part, Literal) and part.value is wanted for part in parts(value)) or (
        isinstance(value, Literal) and value.value == wanted and wanted is not None
    )
