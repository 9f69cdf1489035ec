"""What a saved checkpoint holds: the kinds of state in the dictionary that `torch.save` is given."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator

import msgspec

from repro_check.project.callers import Unseen
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.sources.expressions import (
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
    parts,
)
from repro_check.sources.python import Call

_DEEPEST = 5


class State(enum.Enum):
    """A part of a training run that must outlive an interruption."""

    MODEL = "model"
    OPTIMIZER = "optimizer"
    SCHEDULER = "scheduler"
    SCALER = "gradient scaler"
    PROGRESS = "epoch or step"
    RNG = "generator states"
    OTHER = "other"


# the first that matches holds: a "scheduler of the optimizer" is a scheduler
_KINDS = (
    (State.RNG, r"rng|random_state|(^|_)seeds?_?state|generator_state"),
    (State.SCALER, r"scaler|(^|[_.])amp($|_)"),
    (State.SCHEDULER, r"sched|(^|[_.])lr_(dict|state)|warmup|annealer|lr_s$"),
    (State.OPTIMIZER, r"optim|(^|[_.])opts?(_|$|\d)|(^|[_.])(solver|adam|sgd)|_opt(\d|$)"),
    (
        State.PROGRESS,
        r"epoch|(^|[_.])(step|iter|iteration|it|num_updates)s?($|_)|(step|iters?|iterations?)$",
    ),
    (
        State.MODEL,
        r"model|net|state_dict|weight|param|[ed]ncoder|decoder|generator|discriminator|actor",
    ),
    (State.MODEL, r"critic|policy|ema|agent|module|backbone|head"),
)


class Saved(msgspec.Struct, frozen=True):
    """The kinds of state that are seen, and whether there may be more."""

    kinds: frozenset[State] = frozenset()
    is_complete: bool = True


_UNKNOWN = Saved(is_complete=False)


def kind_of(text: str) -> State:
    """The kind of state that a key or a variable names."""
    lower = text.lower()
    return next((kind for kind, pattern in _KINDS if re.search(pattern, lower)), State.OTHER)


def target_of(call: Call) -> str:
    """What is called; a star import may have brought the `torch` of `torch.save`."""
    return call.target or (call.name if call.name.startswith("torch.") else "")


def is_save(call: Call) -> bool:
    """Whether a call is one of `torch.save`."""
    return target_of(call) == "torch.save"


def saved_by(project: Project, file: PythonFile, call: Call) -> Saved:
    """What a call of `torch.save` writes."""
    value = call.argument(0, "obj")
    return _UNKNOWN if value is None else _saved(project, file, value, call.block, 0)


def _saved(project: Project, file: PythonFile, value: Expression, block: int, depth: int) -> Saved:
    if depth > _DEEPEST:
        return _UNKNOWN
    match value:
        case Collection(kind="dict", items=items, keys=keys):
            return _merged(
                _pair(project, file, key, item, block, depth)
                for key, item in zip(keys, items, strict=False)
            )
        case Collection(items=items):
            return _merged(_valued(file, item) for item in items)
        case CallRef(index=index):
            return _made(project, file, file.facts.calls[index], depth)
        case Name(name=name) if _is_module(project, file, name, block):
            return Saved(frozenset({State.MODEL}))
        case Name(name=name) if "." not in name:
            return _named(project, file, value, block, depth)
        case Operation(operator="*" | "**"):
            return _UNKNOWN
        case Operation(operator="if", operands=(_, one, other)):
            values = [_saved(project, file, each, block, depth + 1) for each in (one, other)]
            return _merged(values)
        case _:
            return _valued(file, value)


def _is_module(project: Project, file: PythonFile, name: str, block: int) -> bool:
    symbol = project.classes.instance_of(file, name, block)
    return symbol is not None and project.classes.is_a(symbol, "torch.nn.Module") is True


def _pair(  # noqa: PLR0917 - one step of a walk, called here only
    project: Project,
    file: PythonFile,
    key: Expression | None,
    item: Expression,
    block: int,
    depth: int,
) -> Saved:
    if key is None:  # `**state`
        return _saved(project, file, item, block, depth + 1)
    text = key.value if isinstance(key, Literal) and isinstance(key.value, str) else ""
    kinds = _valued(file, item).kinds | ({kind_of(text)} if text else set())
    if isinstance(item, Collection) and item.kind == "dict":
        kinds |= _saved(project, file, item, block, depth + 1).kinds
    return Saved(frozenset(kinds))


def _valued(file: PythonFile, value: Expression) -> Saved:
    """What the names in a value say: `self.optimizer.state_dict()` is an optimiser."""
    kinds = set()
    for part in parts(value):
        if isinstance(part, Name):
            kinds.add(kind_of(part.name))
        elif isinstance(part, CallRef):
            call = file.facts.calls[part.index]
            owner = call.name.rpartition(".")[0] if call.name.endswith("state_dict") else call.name
            kinds.add(kind_of(owner))
            if call.receiver is not None:
                kinds |= _valued(file, call.receiver).kinds
            if re.search(r"get_(rng_)?state(_all)?$|getstate$|bit_generator", call.name):
                kinds.add(State.RNG)
    return Saved(frozenset(kinds))


def _made(project: Project, file: PythonFile, call: Call, depth: int) -> Saved:
    name = call.name.rpartition(".")[2]
    if call.target == "builtins.dict":
        pairs = [
            Saved(_valued(file, each.value).kinds | {kind_of(each.name)}) if each.name else _UNKNOWN
            for each in call.keywords
        ]
        pairs += [_saved(project, file, each, call.block, depth + 1) for each in call.args]
        return _merged(pairs)
    if name == "state_dict":
        own = project.callers.callees(file.path, call)
        return (
            _merged(_returned(project, node, depth) for node in own)
            if own
            else _valued(file, CallRef(call.at, _index(file, call)))
        )
    if call.target in {"copy.deepcopy", "copy.copy"} and call.args:
        return _saved(project, file, call.args[0], call.block, depth + 1)
    found = project.callers.callees(file.path, call)
    return _merged(_returned(project, node, depth) for node in found) if found else _UNKNOWN


def _index(file: PythonFile, call: Call) -> int:
    return next(at for at, each in enumerate(file.facts.calls) if each is call)


def _returned(project: Project, node: Node, depth: int) -> Saved:
    file = project.python[node.path]
    function = file.facts.function_of(node.block)
    returns = project.classes.bindings(file).returns(function) if function else ()
    if not returns:
        return _UNKNOWN
    return _merged(_saved(project, file, each.value, each.block, depth + 1) for each in returns)


def _named(project: Project, file: PythonFile, value: Name, block: int, depth: int) -> Saved:
    """What a variable holds: what it is bound to, what is put into it, what callers give."""
    name, scope = value.name, file.scopes.binding(value.name, block)
    bindings = list(project.classes.bindings(file).of(name, scope))
    before = [each for each in bindings if each.assignment.span.line < value.span.line]
    is_settled = bool(before) and before[-1].assignment.block in file.facts.ancestors(block)
    if is_settled:
        bindings = before[-1:]  # whatever it was before, now it is this
    found: list[Saved] = []
    for binding in bindings:
        is_plain = binding.value is not None and binding.assignment.kind in {"=", ":"}
        found.append(
            _saved(project, file, binding.value, binding.assignment.block, depth + 1)
            if is_plain and binding.value is not None
            else _UNKNOWN
        )
    for function in file.facts.functions:
        is_given = function.block == scope and any(one.name == name for one in function.parameters)
        if is_given and not is_settled:
            found.extend(_given(project, file, scope, name, depth))
    if not found:
        return _UNKNOWN
    found.extend(_added(file, name, scope))
    return _merged(found)


def _given(
    project: Project, file: PythonFile, block: int, name: str, depth: int
) -> Iterator[Saved]:
    function = file.facts.function_of(block)
    sites = project.callers.calls_of(Node(file.path, block))
    if not sites or function is None:
        yield _UNKNOWN
        return
    for site in sites:
        value = project.callers.argument(site, function, name)
        if value is None or isinstance(value, Unseen):
            yield _UNKNOWN
        else:
            home = project.python[site.path]
            yield _saved(project, home, value, site.call.block, depth + 1)


def _added(file: PythonFile, name: str, scope: int) -> Iterator[Saved]:
    """`state["optimizer"] = ...` and `state.update(...)`."""
    for item in file.facts.assignments:
        for target in item.targets:
            if not isinstance(target, Subscript) or getattr(target.base, "name", "") != name:
                continue
            if file.scopes.binding(name, item.block) != scope:
                continue
            text = target.index.value if isinstance(target.index, Literal) else None
            kinds = _valued(file, item.value).kinds if item.value is not None else frozenset()
            yield Saved(kinds | ({kind_of(text)} if isinstance(text, str) else set()))
    for call in file.facts.calls:
        if call.name == f"{name}.update" and file.scopes.binding(name, call.block) == scope:
            yield _UNKNOWN


def _merged(several: Iterable[Saved]) -> Saved:
    found = list(several)
    kinds = frozenset(kind for each in found for kind in each.kinds)
    return Saved(kinds, all(each.is_complete for each in found))
