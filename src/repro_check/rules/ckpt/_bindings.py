"""Where the names of a file are bound, and where what they hold is used."""

from __future__ import annotations

from functools import cached_property

from repro_check.project.files import PythonFile
from repro_check.rules.walking import code_around, values_of
from repro_check.sources.expressions import Collection, Expression, Name, Operation, parts
from repro_check.sources.python import ModuleFacts

# what only looks at a value, or prints it
_LOOKS = frozenset(
    {"builtins.len", "builtins.print", "builtins.isinstance", "builtins.type", "builtins.id"}
)

_MODULE_METHODS = (
    "parameters",
    "named_parameters",
    "state_dict",
    "load_state_dict",
    "train",
    "zero_grad",
    "named_modules",
)


class Places:
    """The bindings and the uses of a file's names, each found in one pass.

    Attributes:
        bound: the blocks in which a dotted name is assigned.
        used: the places (block, line) at which the value of a dotted name is handed on: as an
            argument, as a result, or under another name. A method of it counts as its use.
        left: the lines at which a `break`, a `return` or a `raise` leaves a block.
    """

    def __init__(self, file: PythonFile) -> None:
        facts = file.facts
        self.facts = facts
        self.bound: dict[str, list[tuple[int, int]]] = {}
        self.used: dict[str, list[tuple[int, int]]] = {}
        self.left: dict[int, list[int]] = {}
        for leaving in facts.exits:
            if leaving.kind != "continue":
                self.left.setdefault(leaving.block, []).append(leaving.span.line)
        for item in facts.assignments:
            for target in item.targets:
                for name in _bound(target):
                    self.bound.setdefault(name, []).append((item.block, item.span.line))
            if item.value is not None and not isinstance(item.value, Operation):
                self._use(item.value, item.block, item.span.line)
        for call in facts.calls:
            if call.target not in _LOOKS:
                for value in values_of(call):
                    self._use(value, call.block, call.span.line)
            owner = call.name.rpartition(".")[0]
            if owner or call.receiver is None:
                self._note(owner or call.name, call.block, call.span.line)
        for returned in facts.returns:
            self._use(returned.value, returned.block, returned.span.line)

    def is_bound_inside(self, name: str, outer: int) -> bool:
        """Whether a dotted name, or what it is an attribute of, is assigned inside a block."""
        while name:
            for block, _ in self.bound.get(name, ()):
                if self.facts.is_inside(block, outer):
                    return True
            name = name.rpartition(".")[0]
        return False

    def is_asked_as_module(self, name: str) -> bool:
        """Whether a dotted name is asked for what only a `torch.nn.Module` has."""
        return any(f"{name}.{method}" in self.called for method in _MODULE_METHODS)

    @cached_property
    def called(self) -> frozenset[str]:
        """The dotted names that are called."""
        return frozenset(call.name for call in self.facts.calls)

    @cached_property
    def attributes(self) -> dict[str, list[tuple[int, int]]]:
        """The uses of dotted names, by their last part."""
        found: dict[str, list[tuple[int, int]]] = {}
        for name, uses in self.used.items():
            owner, _, last = name.rpartition(".")
            if owner:
                found.setdefault(last, []).extend(uses)
        return found

    def _use(self, value: Expression, block: int, line: int) -> None:
        for part in parts(value):
            if isinstance(part, Name):
                self._note(part.name, block, line)

    def _note(self, name: str, block: int, line: int) -> None:
        self.used.setdefault(name, []).append((block, line))


def _bound(target: Expression) -> list[str]:
    match target:
        case Name(name=name):
            return [name]
        case Collection(items=items):
            return [name for item in items for name in _bound(item)]
        case Operation(operator="*", operands=(operand,)):
            return _bound(operand)
        case _:
            return []


def same_code(facts: ModuleFacts, one: int, other: int) -> bool:
    """Whether two blocks belong to the same function, or to the same module's top."""
    return code_around(facts, one) == code_around(facts, other)
