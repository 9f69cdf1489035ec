"""Where code switches cuDNN's benchmark on or off, and where it asks for determinism."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.sources.expressions import Expression, Literal, Name

_BENCHMARK = "torch.backends.cudnn.benchmark"
_DETERMINISTIC = "torch.backends.cudnn.deterministic"
_STRICT = frozenset({"torch.use_deterministic_algorithms", "torch.set_deterministic"})
_TRAINERS = ("lightning.", "pytorch_lightning.")


class Switch(msgspec.Struct, frozen=True):
    """One setting of the benchmark: the statement, the value's place, the Trainer call if any."""

    span: Span
    value: Span
    is_on: bool
    block: int
    call: int | None = None


class Demand(msgspec.Struct, frozen=True):
    """One request for determinism."""

    name: str
    span: Span
    block: int
    call: int | None = None


def switches(file: PythonFile) -> Iterator[Switch]:
    """Every setting of the benchmark to True or False in a file."""
    for item in file.facts.assignments:
        value = item.value
        if isinstance(value, Literal) and isinstance(value.value, bool):
            for target in item.targets:
                if _stands_for(file, target, item.block, _BENCHMARK):
                    yield Switch(item.span, value.span, value.value, item.block)
    for index, call in enumerate(file.facts.calls):
        if call.target.startswith(_TRAINERS):
            value = call.keyword("benchmark")
            if isinstance(value, Literal) and isinstance(value.value, bool):
                yield Switch(call.name_span, value.span, value.value, call.block, index)


def demands(file: PythonFile) -> Iterator[Demand]:
    """Every request for determinism in a file."""
    for item in file.facts.assignments:
        if isinstance(item.value, Literal) and item.value.value is True:
            for target in item.targets:
                if _stands_for(file, target, item.block, _DETERMINISTIC):
                    yield Demand("cudnn.deterministic = True", item.span, item.block)
    for index, call in enumerate(file.facts.calls):
        if call.target in _STRICT:
            first = call.argument(0, "mode")
            if isinstance(first, Literal) and first.value is True:
                yield Demand(f"{call.name}(True)", call.span, call.block)
        if call.target.startswith(_TRAINERS):
            value = call.keyword("deterministic")
            if isinstance(value, Literal) and value.value:
                yield Demand("deterministic=True", value.span, call.block, index)


def is_conditional(file: PythonFile, block: int, function: int) -> bool:
    """Whether a block of a function runs under a condition only (a look for a GPU is none)."""
    blocks = file.facts.blocks
    for at in file.facts.ancestors(block):
        if at == function:
            return False
        if blocks[at].kind in {"if", "else"} and not _asks_for_gpu(file, blocks[at].test):
            return True
    return False


def _asks_for_gpu(file: PythonFile, test: Expression | None) -> bool:
    index = getattr(test, "index", None)
    return isinstance(index, int) and "is_available" in file.facts.calls[index].name


def _stands_for(file: PythonFile, target: Expression, block: int, wanted: str) -> bool:
    return isinstance(target, Name) and file.scopes.target(target.name, block) == wanted
