"""Which code runs only where a test, or a setting, has said that there is a GPU."""

from __future__ import annotations

import re
from functools import cached_property

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.rules.port._stretches import Stretches
from repro_check.rules.walking import calls_in, names_in
from repro_check.sources.expressions import Attribute, Expression, Literal, Name, Operation, parts
from repro_check.sources.python import Call
from repro_check.text import pattern

# a setting or a test by its name: `args.cuda`, `use_gpu`, `device.type`, `torch.cuda.is_available`
_ASKED = pattern(
    r"cuda|gpu|(^|[._])(device|accelerator|mps|cpu|hip|rocm|nccl|ddp|dist|distributed|local_rank)($|[._])|"
    r"device(s|_count|_type|_name)?$|is_available$",
    re.IGNORECASE,
)
# a test of the machine, not of one tensor
_AVAILABLE = pattern(
    r"is_available$|device_count$|(^|[._])(is|has|use|with|no|have|num|n)_?(cuda|gpus?)$|is_cuda_available$",
    re.IGNORECASE,
)
_WORDS = pattern(r"(?i)^(cuda|gpu|mps|cpu|nccl)(:\d+)?$")
_LEAVES = pattern(r"(^|\.)(exit|_exit|abort|skip|SkipTest|quit)$")
_BRANCHES = frozenset({"if", "else", "while"})
# code that nobody runs without a GPU
_KERNELS = pattern(
    r"^(apex|triton|flash_attn|cupy|pycuda|bitsandbytes|deepspeed|tensorrt|pynvml|nvidia|vllm|xformers|"
    r"torch_tensorrt|mamba_ssm|numba\.cuda|torch\.utils\.cpp_extension)($|\.)"
)
_MOVER = pattern(r"^_?(to_)?(cuda|gpu|device)$|_to_(gpu|cuda|device)$|^cuda_|_cuda$|_gpu$|^gpu_")


class GpuGuards:
    """The tests of one file that ask for a GPU.

    Args:
        file: the file.
    """

    def __init__(self, file: PythonFile) -> None:
        self._file = file
        self._facts = file.facts
        self._blocks: dict[int, bool] = {}

    @cached_property
    def needs_gpu(self) -> bool:
        """Whether the file says of itself that it runs on a GPU only."""
        facts = self._facts
        if any(_KERNELS.match(f"{item.module}.{item.name}") for item in facts.imports):
            return True
        if any(
            test.kind == "assert" and self._asks(test.tested, test.block, _AVAILABLE)
            for test in facts.truth_tests
        ):
            return True
        leaving = {item.block for item in facts.exits if item.kind == "raise"}
        leaving.update(call.block for call in facts.calls if _LEAVES.search(call.name))
        if any(self._is_test(block, _AVAILABLE) for block in leaving):
            return True
        return any(self._names_nccl(call) for call in facts.calls) or any(
            isinstance(item.value, Literal) and item.value.value == "nccl"
            for item in facts.assignments
        )

    def covers(self, block: int, span: Span) -> bool:
        """Whether a place runs only after a test has asked for a GPU, or may fail there."""
        facts = self._facts
        if any(self._is_guard(each) for each in facts.ancestors(block)):
            return True
        if self._conditional.covers(span):
            return True
        if self._is_left_before(block, span):
            return True
        function = facts.function_of(block)
        if function is None:
            return False
        name = function.qualname.rpartition(".")[2]
        return bool(_MOVER.search(name)) or self._is_called_guarded(name)

    @cached_property
    def _conditional(self) -> Stretches:
        """The expressions of which a part is evaluated only after a test for a GPU."""
        return Stretches(
            test.span
            for test in self._facts.truth_tests
            if test.kind in {"if", "and", "or"} and self._asks(test.tested, test.block)
        )

    def _is_called_guarded(self, name: str) -> bool:
        calls = self._calls_by_name.get(name, [])
        return bool(calls) and all(
            any(self._is_guard(each) for each in self._facts.ancestors(call.block))
            for call in calls
        )

    @cached_property
    def _calls_by_name(self) -> dict[str, list[Call]]:
        table: dict[str, list[Call]] = {}
        for call in self._facts.calls:
            table.setdefault(call.name.rpartition(".")[2], []).append(call)
        return table

    def _is_guard(self, block: int) -> bool:
        known = self._blocks.get(block)
        if known is None:
            known = self._blocks[block] = self._find_guard(block)
        return known

    def _find_guard(self, block: int) -> bool:
        kind = self._facts.blocks[block].kind
        if kind == "try":
            return block in self._caught
        if kind == "if" and _is_not_yet_there(self._facts.blocks[block].test):
            return False
        return kind == "case" or (kind in _BRANCHES and self._is_test(block, _ASKED))

    @cached_property
    def _caught(self) -> frozenset[int]:
        """The `try` blocks that an `except` belongs to."""
        last: dict[int, int] = {}
        caught = set()
        for index, block in enumerate(self._facts.blocks):
            if block.kind == "try":
                last[block.parent] = index
            elif block.kind == "except" and block.parent in last:
                caught.add(last[block.parent])
        return frozenset(caught)

    def _is_left_before(self, block: int, span: Span) -> bool:
        """Whether an earlier test for a GPU leaves the function, or goes on with the loop."""
        for ancestor in self._facts.ancestors(block):
            left = self._left.get(ancestor)
            if left is not None and left <= (span.line, span.column):
                return True
            if self._facts.blocks[ancestor].kind == "function":
                return False
        return False

    @cached_property
    def _left(self) -> dict[int, tuple[int, int]]:
        """For each block that a test for a GPU leaves: where the first such test ends."""
        ends: dict[int, tuple[int, int]] = {}
        for each in {item.block for item in self._facts.exits}:
            if self._is_test(each, _ASKED):
                guard = self._facts.blocks[each]
                end = (guard.span.end_line, guard.span.end_column)
                ends[guard.parent] = min(end, ends.get(guard.parent, end))
        return ends

    def _is_test(self, block: int, asked: re.Pattern[str]) -> bool:
        here = self._facts.blocks[block]
        return here.kind in _BRANCHES and self._asks(here.test, here.parent, asked)

    def _asks(
        self, test: Expression | None, block: int, asked: re.Pattern[str] = _ASKED, depth: int = 0
    ) -> bool:
        for call in calls_in(self._facts, test):
            if asked.search(call.target or call.name):
                return True
        for name in names_in(self._facts, test):
            if asked.search(name.name):
                return True
            binding = self._file.constants.binding(name.name, block) if depth < 2 else None
            if binding is not None and self._asks(binding.value, binding.block, asked, depth + 1):
                return True
        return test is not None and any(_is_word(part, asked) for part in parts(test))

    @staticmethod
    def _names_nccl(call: Call) -> bool:
        values = (*call.args, *(keyword.value for keyword in call.keywords))
        return any(isinstance(value, Literal) and value.value == "nccl" for value in values)


def _is_not_yet_there(test: Expression | None) -> bool:
    """Whether a test only asks if a tensor has to be moved: `x.device != torch.device("cuda")`."""
    return (
        isinstance(test, Operation)
        and test.operator in {"!=", "is not"}
        and any(isinstance(side, Name) and side.name.endswith(".device") for side in test.operands)
    )


def _is_word(part: Expression, asked: re.Pattern[str]) -> bool:
    if isinstance(part, Attribute):
        return bool(asked.search(part.name))
    if not isinstance(part, Literal) or not isinstance(part.value, str):
        return False
    return asked is _ASKED and bool(_WORDS.match(part.value))
