"""What is known about one call of `torch.load`: what it loads, and from where."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.project.libraries import is_training
from repro_check.rules.walking import names_in, texts_in
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
from repro_check.sources.python import Assignment, Call, ModuleFacts
from repro_check.text import pattern

_MODEL_NAME = pattern(
    r"(model|ckpt|checkpoint|weight|state_?dict|\bstate\b|\bnet|net\b|snapshot|resume|pretrain|\bbest|epoch|"
    r"optim|encoder|decoder|policy|actor|critic|generator|discriminator)",
    re.IGNORECASE,
)
_DATA_PATH = pattern(
    r"(?!.*(ckpt|checkpoint|pretrain|model|weight))(.*[/_]|)"
    r"(data|datasets?|features?|embeddings?|corpus|splits?|replay|trajector\w+)[/_.]",
    re.IGNORECASE,
)
_TRAINING_NAME = pattern(
    r"((run|do)_)?(train|training|fit)(_(model|net|epoch|one_epoch|loop|step|eval|and_eval\w*))?"
)
# what is computed from data, on the CPU, before any model is there
_STATISTICS = pattern(
    r"(^|[/_.-])((\w+_)?scalers?|statistics|stats|normali[sz]er|means?|stds?|mean_std)(\.\w+)?$",
    re.IGNORECASE,
)


def is_checkpoint(facts: ModuleFacts, call: Call) -> bool:
    """Whether a model's state is loaded and not data, by its use and by the names around."""
    if only_loads_state(facts, call) or _gives_state(facts, call):
        return True
    words = list(_words(facts, call))
    texts = [text for argument in call.args for text in texts_in(facts, argument)]
    if any(_DATA_PATH.match(text) or _STATISTICS.search(text) for text in texts):
        return False
    return any(_MODEL_NAME.search(word) for word in words)


def only_loads_state(facts: ModuleFacts, call: Call) -> bool:
    """Whether the result goes into `load_state_dict` and nowhere else."""
    if call.use == "argument":
        return facts.calls[call.user].name.endswith("load_state_dict")
    if call.use != "assigned":
        return False
    assignment = facts.assignments[call.user]
    if len(assignment.targets) != 1 or not isinstance(assignment.targets[0], Name):
        return False
    name = assignment.targets[0].name
    return "." not in name and _is_read_only_by_loading(facts, name, assignment)


def _gives_state(facts: ModuleFacts, call: Call) -> bool:
    """Whether a part of the result goes into `load_state_dict`, whatever else is read of it."""
    assigned = facts.assignments[call.user].targets if call.use == "assigned" else ()
    names = [item.name for item in assigned if isinstance(item, Name) and "." not in item.name]
    scope = scope_of(facts, call.block)
    for other in facts.calls:
        if not other.name.endswith("load_state_dict") or scope_of(facts, other.block) != scope:
            continue
        for part in (part for argument in other.args for part in parts(argument)):
            if isinstance(part, CallRef) and facts.calls[part.index] is call:
                return True
            is_behind = other.span.line >= call.span.line
            if is_behind and isinstance(part, Name) and part.name.partition(".")[0] in names:
                return True
    return False


def was_written_here(facts: ModuleFacts, call: Call, *, is_notebook: bool) -> bool:
    """Whether the same process wrote what it loads: it trains first, or saves to the same path.

    A notebook is one process; in a module that holds only for the code of one function.
    """
    scope = scope_of(facts, call.block)
    key = _spelled(facts, call.args[0]) if call.args else ""
    for other in facts.calls:
        is_save = other.target == "torch.save" and len(other.args) > 1
        if is_save and is_notebook and _spelled(facts, other.args[1]) == key:
            return True
        if other.span.line >= call.span.line or scope_of(facts, other.block) != scope:
            continue
        if is_save and _spelled(facts, other.args[1]) == key:
            return True
        if is_training(other) or _TRAINING_NAME.fullmatch(other.name.rpartition(".")[2]):
            return True
    return False


def saves_on_cpu(facts: ModuleFacts) -> bool:
    """Whether the module saves checkpoints and moves each to the CPU first."""
    saves = [call for call in facts.calls_to("torch.save") if call.args]
    return bool(saves) and all(
        any(_is_moved(facts, part) for part in parts(call.args[0])) for call in saves
    )


def scope_of(facts: ModuleFacts, block: int) -> int:
    """The block of the function around, or of the module."""
    function = facts.function_of(block)
    return function.block if function else 0


def _is_moved(facts: ModuleFacts, part: Expression) -> bool:
    while isinstance(part, CallRef):
        call = facts.calls[part.index]
        if call.name.rpartition(".")[2] == "cpu":
            return True
        if call.receiver is None:
            return False
        part = call.receiver
    return False


def _spelled(facts: ModuleFacts, expression: Expression) -> str:
    """A text that is equal for expressions that are written alike."""
    match expression:
        case Literal(value=value):
            return repr(value)
        case Name(name=name):
            return name
        case Operation(operator=operator, operands=operands) | Collection(
            kind=operator, items=operands
        ):
            return f"{operator}({', '.join(_spelled(facts, each) for each in operands)})"
        case Subscript(base=base, index=index):
            return f"{_spelled(facts, base)}[{_spelled(facts, index)}]"
        case CallRef(index=number):
            call = facts.calls[number]
            return f"{call.name}({', '.join(_spelled(facts, each) for each in call.args)})"
        case _:
            return f"at {expression.span}"


def _words(facts: ModuleFacts, call: Call) -> Iterator[str]:
    for argument in call.args:
        yield from texts_in(facts, argument)
        for name in names_in(facts, argument):
            yield name.name
    if call.use == "assigned":
        for target in facts.assignments[call.user].targets:
            for part in parts(target):
                if isinstance(part, Name):
                    yield part.name
    if call.use == "argument":
        yield facts.calls[call.user].name
    function = facts.function_of(call.block)
    if function is not None:
        last = function.qualname.rpartition(".")[2].lstrip("_")
        if call.use == "returned" or last.startswith(("load", "resume", "restore")):
            yield last


def _is_read_only_by_loading(facts: ModuleFacts, name: str, binding: Assignment) -> bool:
    scope = scope_of(facts, binding.block)
    uses = 0
    for other in facts.calls:
        if not facts.is_inside(other.block, scope):
            continue
        values = (*other.args, *(keyword.value for keyword in other.keywords))
        if any(_mentions(value, name) for value in values):
            if not other.name.endswith("load_state_dict"):
                return False
            uses += 1
        if other.name.startswith(f"{name}.") or (
            other.receiver and _mentions(other.receiver, name)
        ):
            return False
    for item in facts.assignments:
        if item is not binding and item.value is not None and _mentions(item.value, name):
            return False
    for returned in facts.returns:
        if facts.is_inside(returned.block, scope) and _mentions(returned.value, name):
            return False
    return uses > 0


def _mentions(expression: Expression, name: str) -> bool:
    return any(
        isinstance(part, Name) and part.name.partition(".")[0] == name for part in parts(expression)
    )
