"""Calls of models in code that evaluates: by its name, or by loops without gradients over test data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import msgspec

from repro_check.project.files import PythonFile
from repro_check.project.libraries import is_training
from repro_check.sources.expressions import CallRef, Expression, Name, parts
from repro_check.sources.python import MODULE, Call, Function
from repro_check.text import pattern

_NO_GRADIENT = frozenset({"torch.no_grad", "torch.inference_mode", "torch.autograd.no_grad"})
_EVALUATES = pattern(
    r"^_*(run_|do_|get_|compute_|calc_)?(eval|evaluate|evaluation|validate|validation|valid|val|test|testing|"
    r"predict|prediction|predictions|infer|inference)(_(?!loss_fn|train)\w+)?$"
)
_HELD_OUT = pattern(
    r"(^|[._])(val|valid|validation|test|tst|eval|dev|holdout)([._]|_?(loader|dl|data|set|iter)|$)",
    re.IGNORECASE,
)
# a value, a device, a flag
_SHORT = frozenset({"val", "test", "eval", "dev", "valid", "tst"})
_ON_PURPOSE = pattern(
    r"mc_|_mc|dropout|bayes|uncertain|stochastic|ensemble|adapt|maml|meta|adv|attack|smoke|warm|calib|bn_",
    re.IGNORECASE,
)
_MADE_UP = pattern(r"^torch\.(randn?|randint|zeros|ones|empty|rand_like|full|arange|eye)$")


class ModelCall(msgspec.Struct, frozen=True):
    """A call of what may be a model, and the block of the function that evaluates (0: none)."""

    call: Call
    block: int


def evaluation_calls(file: PythonFile) -> Iterator[ModelCall]:
    """The calls of variables and attributes in evaluating functions of a file."""
    code = _Code(file)
    known: dict[int, int | None] = {}
    for call in file.facts.calls:
        if call.receiver is not None or call.target or not (call.args or call.keywords):
            continue
        if call.block not in known:
            known[call.block] = code.evaluating(call.block)
        owner = known[call.block]
        if owner is None and code.is_on_held_out(call):
            owner = code.owner(call.block)
        if owner is not None and not _is_made_up(file, call):
            yield ModelCall(call, owner)


class _Code:
    """Which blocks of a file evaluate."""

    def __init__(self, file: PythonFile) -> None:
        self._file = file
        self._purposes: dict[int, tuple[bool, bool, bool]] = {}
        self._without = {
            item.block
            for item in file.facts.assignments
            if item.kind == "with"
            and isinstance(item.value, CallRef)
            and file.facts.calls[item.value.index].target in _NO_GRADIENT
        }

    def evaluating(self, block: int) -> int | None:
        """The block of the function that evaluates in a block; None if none does."""
        file = self._file
        function = file.facts.function_of(block)
        owner = function.block if function else MODULE
        if owner not in self._purposes:
            self._purposes[owner] = self._purpose(function)
        is_named, is_decorated, is_on_purpose = self._purposes[owner]
        if is_on_purpose or not (is_named or is_decorated or self._without):
            return None
        blocks = list(file.facts.ancestors(block))
        blocks = blocks[: blocks.index(owner)]
        is_without = is_decorated or not self._without.isdisjoint(blocks)
        if not (is_named or is_without):
            return None
        is_evaluation = is_named and (is_without or _over_data(file, blocks))
        if is_evaluation and owner not in self._training:
            return owner
        return owner if is_without and _over_held_out(file, blocks) else None

    def _purpose(self, function: Function | None) -> tuple[bool, bool, bool]:
        """Whether a function evaluates by its name, by a decorator, and in training mode on purpose."""
        name = function.qualname if function else ""
        is_named = _EVALUATES.match(name.rpartition(".")[2]) is not None
        is_decorated = _is_decorated(self._file, function)
        if not (is_named or is_decorated or self._without):
            return False, False, False
        is_on_purpose = _ON_PURPOSE.search(f"{name} {self._file.path}") is not None
        return is_named, is_decorated, is_on_purpose

    def is_on_held_out(self, call: Call) -> bool:
        """Whether a call gets data whose name says that they are held out, and no gradient is kept."""
        file = self._file
        if self._without.isdisjoint(file.facts.ancestors(call.block)):
            return False
        function = file.facts.function_of(call.block)
        if _ON_PURPOSE.search(f"{function.qualname if function else ''} {file.path}"):
            return False
        return any(
            self._is_held_out(name, call.block)
            for value in call.args
            for name in self._given(value)
        )

    def _given(self, value: Expression) -> Iterator[str]:
        """The names of what is given, moved or not (`data.to(device)`)."""
        while isinstance(value, CallRef):
            made = self._file.facts.calls[value.index]
            if made.receiver is None:
                owner = "" if made.target else made.name.rpartition(".")[0]
                yield from [owner] if owner else _names(self._file, value)
                return
            value = made.receiver
        yield from _names(self._file, value)

    def _is_held_out(self, name: str, block: int) -> bool:
        """Whether a name tells of held-out data, or what it is bound to in the nearest block does."""
        if _HELD_OUT.search(name) and name not in _SHORT:
            return True
        for each in self._file.facts.ancestors(block):
            values = [value for bound, value in self._bound.get(each, ()) if bound == name]
            if values or self._file.facts.blocks[each].kind == "function":
                found = [any(map(_HELD_OUT.search, self._given(one))) for one in values]
                return bool(found) and all(found)
        return False

    @cached_property
    def _bound(self) -> dict[int, list[tuple[str, Expression]]]:
        """The plain names that are bound in each block, with what they are bound to."""
        found: dict[int, list[tuple[str, Expression]]] = {}
        for item in self._file.facts.assignments:
            for target in item.targets if item.value is not None else ():
                if isinstance(target, Name) and item.value is not None:
                    found.setdefault(item.block, []).append((target.name, item.value))
        return found

    def owner(self, block: int) -> int:
        """The block of the function around a block."""
        function = self._file.facts.function_of(block)
        return function.block if function else MODULE

    @cached_property
    def _training(self) -> frozenset[int]:
        """The functions that call what trains."""
        facts = self._file.facts
        functions = [facts.function_of(call.block) for call in facts.calls if is_training(call)]
        return frozenset(each.block if each else MODULE for each in functions)


def _is_decorated(file: PythonFile, function: Function | None) -> bool:
    for decorator in function.decorators if function else ():
        if isinstance(decorator, CallRef):
            if file.facts.calls[decorator.index].target in _NO_GRADIENT:
                return True
        elif (
            function
            and file.target(decorator, file.facts.blocks[function.block].parent) in _NO_GRADIENT
        ):
            return True
    return False


def _over_data(file: PythonFile, blocks: list[int]) -> bool:
    return any(file.facts.blocks[block].kind == "for" for block in blocks)


def _over_held_out(file: PythonFile, blocks: list[int]) -> bool:
    """Whether a loop around goes over data whose name says that they are held out."""
    for item in file.facts.assignments:
        is_around = item.kind == "for" and item.block in blocks
        if is_around and item.value is not None:
            names = _names(file, item.value)
            if any(_HELD_OUT.search(name) for name in names):
                return True
    return False


def _names(file: PythonFile, value: Expression) -> Iterator[str]:
    for part in parts(value):
        if isinstance(part, Name):
            yield part.name
        elif isinstance(part, CallRef):
            for argument in file.facts.calls[part.index].args:
                yield from _names(file, argument)


def _is_made_up(file: PythonFile, call: Call) -> bool:
    """Whether the input is random or constant: a smoke test of shapes."""
    for argument in call.args:
        value: Expression | None = argument
        if isinstance(value, Name):
            binding = file.constants.binding(value.name, call.block)
            value = binding.value if binding else None
        if isinstance(value, CallRef) and _MADE_UP.match(file.facts.calls[value.index].target):
            return True
    return False
