"""Sorts by keys that are often equal, with an algorithm that settles no order among equals."""

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
    Operation,
)
from repro_check.sources.python import Call
from repro_check.text import pattern

_COUNTED = pattern(
    r"(^|[._])(\w+_)?(counts?|counter|freqs?|frequenc(y|ies)|degrees?|votes?|ranks?|occurrences?|"
    r"n_\w+s|num_\w+s)$",
    re.IGNORECASE,
)
_COUNTING = frozenset("bincount count_nonzero round around rint floor ceil digitize".split())
_COUNTING_METHODS = frozenset("round rank value_counts bincount".split())


class Sorter(enum.Enum):
    """What sorts."""

    NUMPY = "numpy"
    TORCH = "torch"
    PANDAS = "pandas"
    PART = "only a part of it"

    @property
    def stable(self) -> str:
        """The argument that keeps equals in order; "" where there is none."""
        return {"torch": "stable=True", "only a part of it": ""}.get(self.value, 'kind="stable"')


_SORTERS = {
    "numpy.argsort": Sorter.NUMPY,
    "torch.argsort": Sorter.TORCH,
    "torch.sort": Sorter.TORCH,
    "numpy.argpartition": Sorter.PART,
    "torch.topk": Sorter.PART,
}


class Tie(msgspec.Struct, frozen=True):
    """A sort: the call, how to settle it, and what is sorted by."""

    call: Call
    sorter: Sorter
    key: str


def ties(file: PythonFile) -> Iterator[Tie]:
    """The sorts of a file by counts, ranks and rounded numbers."""
    for call in file.facts.calls:
        if call.unpacks or call.use == "dropped":
            continue
        sorter = _SORTERS.get(call.target)
        if sorter is not None and call.args:
            key = _tied(file, call.args[0], call.block)
            if key and not _is_settled(call):
                yield Tie(call, sorter, key)
        elif call.name.rpartition(".")[2] == "sort_values":
            key = _column(call.argument(0, "by"))
            if key and not _is_settled(call):
                yield Tie(call, Sorter.PANDAS, key)


def _is_settled(call: Call) -> bool:
    kind, stable = call.keyword("kind"), call.keyword("stable")
    if kind is not None:
        return not (isinstance(kind, Literal) and kind.value in {"quicksort", "heapsort"})
    if stable is not None:
        return not (isinstance(stable, Literal) and not stable.value)
    # torch.sort(x, dim, descending, stable) and numpy.argsort(a, axis, kind) by position
    return len(call.args) > 2


def _column(by: Expression | None) -> str:
    """The single column that is sorted by; pandas sorts by several of them stably."""
    if isinstance(by, Collection) and len(by.items) == 1:
        by = by.items[0]
    value = by.value if isinstance(by, Literal) else None
    return value if isinstance(value, str) and _COUNTED.search(value) else ""


def _tied(file: PythonFile, key: Expression, block: int) -> str:
    """How a key that is often equal is called, or ""."""
    match key:
        case Operation(operator="-", operands=(inner,)):
            return _tied(file, inner, block)
        case CallRef(index=index):
            call = file.facts.calls[index]
            last = call.name.rpartition(".")[2]
            is_counting = call.target.startswith("numpy.") and last in _COUNTING
            return call.name if is_counting or last in _COUNTING_METHODS else ""
        case Name(name=name):
            if _COUNTED.search(name):
                return name
            binding = file.constants.binding(name, block) if "." not in name else None
            if binding is None or not isinstance(binding.value, CallRef):
                return ""
            return name if _tied(file, binding.value, binding.block) else ""
        case _:
            return ""
