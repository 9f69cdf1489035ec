"""What a name stands for where one assignment of the same module settles it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.sources.expressions import Expression, Literal, Name
from repro_check.sources.python import Assignment

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile

_DEEPEST = 4


class Constants:
    """The settled names of one module.

    A parameter, a loop variable, and a name that is bound twice are not settled.
    """

    def __init__(self, file: PythonFile) -> None:
        self.file = file
        self.facts = file.facts

    def binding(self, name: str, block: int) -> Assignment | None:
        """The plain assignment of a plain name that is bound nowhere else, or None."""
        scope = self.file.scopes.binding(name, block)
        own = self.file.scopes.assignments(name, scope)
        if len(own) != 1 or own[0].kind not in {"=", ":"} or (scope, name) in self._parameters:
            return None
        return own[0] if all(isinstance(target, Name) for target in own[0].targets) else None

    def literal(self, expression: Expression | None, block: int) -> Literal | None:
        """The literal itself, or the one that a settled name stands for."""
        for _ in range(_DEEPEST):
            if isinstance(expression, Literal):
                return expression
            binding = self.binding(expression.name, block) if isinstance(expression, Name) else None
            if binding is None:
                return None
            expression, block = binding.value, binding.block
        return None

    def text(self, expression: Expression | None, block: int) -> str | None:
        """The text that an expression stands for, or None."""
        found = self.literal(expression, block)
        return found.value if found is not None and isinstance(found.value, str) else None

    @cached_property
    def _parameters(self) -> frozenset[tuple[int, str]]:
        return frozenset(
            (function.block, parameter.name)
            for function in self.facts.functions
            for parameter in function.parameters
        )
