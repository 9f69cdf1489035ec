"""Whether a load only ever runs on a machine that has a GPU."""

from __future__ import annotations

import re

from repro_check.sources.expressions import CallRef, Literal, Operation, parts
from repro_check.sources.python import Call, ModuleFacts
from repro_check.text import pattern

_GPU_TEST = pattern(r"cuda|(^|[._])gpus?($|[._])|is_available", re.IGNORECASE)
_GPU = pattern(r"cuda(:\d+)?")
_MAY_NOT_RUN = frozenset({"if", "else", "try", "except", "case", "while", "lambda"})


def needs_gpu_anyway(facts: ModuleFacts, call: Call, *, is_notebook: bool) -> bool:
    """Whether a call only runs where a GPU is.

    Either a test has found one, or the same function, module body or class moves something to a GPU
    whatever the machine: it fails without one however the checkpoint is loaded. The cells of a
    notebook are changed and left out by who runs them, so there a move says nothing.
    """
    return _is_after_test(facts, call) or (not is_notebook and _is_beside_move(facts, call))


def _is_after_test(facts: ModuleFacts, call: Call) -> bool:
    for ancestor in facts.ancestors(call.block):
        block = facts.blocks[ancestor]
        if block.kind != "if" or block.test is None:
            continue
        if isinstance(block.test, Operation) and block.test.operator not in {
            "and",
            "is not",
            ">",
            "!=",
        }:
            continue
        for part in parts(block.test):
            name = (
                facts.calls[part.index].name
                if isinstance(part, CallRef)
                else getattr(part, "name", "")
            )
            if _GPU_TEST.search(name):
                return True
    return False


def _is_beside_move(facts: ModuleFacts, call: Call) -> bool:
    home = _home(facts, call.block)
    conditional = {test.then.span for test in facts.truth_tests if test.then is not None}
    return any(
        _moves_to_gpu(other)
        and other.span not in conditional
        and _home(facts, other.block) == home
        and _always_runs(facts, other.block)
        for other in facts.calls
    )


def _home(facts: ModuleFacts, block: int) -> int:
    """The block of the class around, else of the function, else of the module."""
    around = list(facts.ancestors(block))
    kinds = {facts.blocks[each].kind: each for each in around}
    return kinds.get("class", kinds.get("function", 0))


def _always_runs(facts: ModuleFacts, block: int) -> bool:
    """Whether nothing that a function or a class does decides if a block runs."""
    for ancestor in facts.ancestors(block):
        kind = facts.blocks[ancestor].kind
        if kind in _MAY_NOT_RUN:
            return False
        if kind == "function":
            return True
    return True


def _moves_to_gpu(call: Call) -> bool:
    if call.target:
        return False
    owner, _, method = call.name.rpartition(".")
    if not owner and call.receiver is None:
        return False
    if method == "cuda":
        return not call.unpacks
    device = call.argument(0, "device") if method == "to" else None
    return isinstance(device, Literal) and bool(_GPU.fullmatch(str(device.value)))
