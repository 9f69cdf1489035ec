"""Names of the best weights that hold the live ones: `best = model.state_dict()`.

`Module.state_dict` returns the parameters themselves, detached, not copies, and training updates them
in place (docs.pytorch.org, torch.nn.Module.state_dict: "references to the whole state of the module").
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

import msgspec

from repro_check.project.files import PythonFile
from repro_check.sources.expressions import (
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Opaque,
    Subscript,
)
from repro_check.sources.python import Assignment, Call, ModuleFacts
from repro_check.text import pattern

_BEST = pattern(r"(^|[\W_])best($|[\W_])|[Bb]est(?=[A-Z])|[a-z]Best($|[A-Z_])", re.IGNORECASE)
_BEST_CAMEL = re.compile(r"best[A-Z]|[a-z]Best|Best[A-Z]")
_SHALLOW = frozenset({"builtins.dict", "collections.OrderedDict", "copy.copy"})
_SAME_TENSOR = frozenset({"detach", "data", "view", "requires_grad_"})
_MOVES = frozenset({"cpu", "to", "cuda"})


class Held(enum.Enum):
    """What a name holds."""

    WEIGHTS = "weights"
    MOVED = "weights, moved to a device on which they may be already"
    MODEL = "model"


class Alias(msgspec.Struct, frozen=True):
    """An assignment of live weights to a name that says "best".

    Attributes:
        assignment: the statement.
        target: the target's dotted name; of a subscript that of its base.
        shown: the target as people would write it.
        owner: the dotted name of the model.
        held: what the name holds.
        value: what a deep copy has to be made of.
    """

    assignment: Assignment
    target: str
    shown: str
    owner: str
    held: Held
    value: Expression


def best_aliases(file: PythonFile) -> Iterator[Alias]:
    """The assignments to a name that says "best" of weights, or of a model, that stay live."""
    for item in file.facts.assignments:
        if item.kind not in {"=", ":"} or len(item.targets) != 1 or item.value is None:
            continue
        alone = item.targets[0]
        if isinstance(alone, Name) and not _says_best(alone.name):
            continue
        for bound, value in _pairs(item.targets[0], item.value):
            target, shown = _named(bound)
            found = live_weights(file, value, item.block) if _says_best(shown) else None
            if found is not None:
                owner, held, copied = found
                yield Alias(item, target, shown, owner, held, copied)


def _pairs(target: Expression, value: Expression) -> Iterator[tuple[Expression, Expression]]:
    """Each target with its value; `best, weights = score, model.state_dict()` makes two."""
    if isinstance(target, Collection) and isinstance(value, Collection):
        if len(target.items) == len(value.items):
            yield from zip(target.items, value.items, strict=True)
    else:
        yield target, value


def _says_best(text: str) -> bool:
    if "best" not in text.lower():
        return False
    return bool(_BEST.search(text) or _BEST_CAMEL.search(text))


def _named(target: Expression) -> tuple[str, str]:
    match target:
        case Name(name=name):
            return name, name
        case Subscript(base=Name(name=name), index=Literal(value=str(key))):
            return name, f'{name}["{key}"]'
        case _:
            return "", ""


def live_weights(
    file: PythonFile, value: Expression, block: int
) -> tuple[str, Held, Expression] | None:
    """The model, what is held of it, and the part to copy; None for a copy or what is not known."""
    facts = file.facts
    match value:
        case Name(name=name) if name not in {"self", "cls"}:
            return name, Held.MODEL, value
        case CallRef(index=index):
            return _of_call(file, facts.calls[index], value)
        case Opaque(span=span):
            for made in facts.comprehensions:
                if made.span == span and made.kind == "dict" and len(made.made) == 2:
                    held = _kept(facts, made.made[1])
                    owner = _iterated(facts, made.block)
                    return (owner, held, value) if held and owner else None
        case Collection(kind="dict", items=items):
            for item in items:
                found = (
                    live_weights(file, item, block) if isinstance(item, CallRef | Opaque) else None
                )
                if found is not None:
                    return found
        case _:
            pass
    return None


def _of_call(
    file: PythonFile, call: Call, value: Expression
) -> tuple[str, Held, Expression] | None:
    facts = file.facts
    owner = _state_owner(facts, call)
    if owner:
        return owner, Held.WEIGHTS, value
    inner: Expression | None = None
    if call.name == "copy" and isinstance(call.receiver, CallRef) and not call.args:
        inner = call.receiver
    elif call.target in _SHALLOW and len(call.args) == 1 and not call.keywords:
        inner = call.args[0]
    if isinstance(inner, CallRef):
        inside = facts.calls[inner.index]
        owner = _state_owner(facts, inside)
        if not owner and inside.name == "items" and isinstance(inside.receiver, CallRef):
            owner = _state_owner(facts, facts.calls[inside.receiver.index])
        if owner:
            return owner, Held.WEIGHTS, value
    return None


def _state_owner(facts: ModuleFacts, call: Call) -> str:
    """`model` for the call `model.state_dict()`; "" for any other call."""
    owner, _, method = call.name.rpartition(".")
    if method == "state_dict" and owner and not call.args and not call.keywords:
        return owner
    if call.name == "state_dict" and isinstance(call.receiver, CallRef):
        # `unwrap_model(model).state_dict()`, `getattr(model, "module", model).state_dict()`
        maker = facts.calls[call.receiver.index]
        if maker.name.rpartition(".")[2] in {"unwrap_model", "getattr"} and maker.args:
            first = maker.args[0]
            return first.name if isinstance(first, Name) else ""
    return ""


def _kept(facts: ModuleFacts, made: Expression) -> Held | None:
    """What a comprehension makes of a tensor: the same one, perhaps a copy, or (None) a copy."""
    held = Held.WEIGHTS
    while True:
        if isinstance(made, Name):
            _, _, last = made.name.partition(".")
            return held if not last or last == "data" else None
        if not isinstance(made, CallRef):
            return None
        call = facts.calls[made.index]
        owner, _, method = call.name.rpartition(".")
        if method in _MOVES:
            if any(keyword.name == "copy" for keyword in call.keywords):
                return None
            held = Held.MOVED
        elif method not in _SAME_TENSOR:
            return None
        if call.receiver is None:
            return held if owner.partition(".")[2] in {"", "data"} else None
        made = call.receiver


def _iterated(facts: ModuleFacts, block: int) -> str:
    """The model over whose state a comprehension runs."""
    for item in facts.assignments:
        if item.block == block and item.kind == "for" and isinstance(item.value, CallRef):
            call = facts.calls[item.value.index]
            if call.name == "items" and isinstance(call.receiver, CallRef):
                return _state_owner(facts, facts.calls[call.receiver.index])
    return ""
