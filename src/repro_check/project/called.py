"""What one call calls: through a name, an object, `super()`, a `partial`, or what another call made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.modules import Symbol
from repro_check.sources.expressions import CallRef, Expression, Name
from repro_check.sources.python import Call

if TYPE_CHECKING:
    from repro_check.project.code import FileCode
    from repro_check.project.files import PythonFile
    from repro_check.project.modules import Modules

_PARTIAL = "functools.partial"
CALLED = ("__call__", "forward", "call")
"""How an object that is called does its work: itself, by torch's `Module`, by Keras' `Layer`."""
MADE = ("__new__", "__init__", "__post_init__")
"""What runs when an object is made."""


class Called(msgspec.Struct, frozen=True):
    """What a call calls.

    Attributes:
        symbol: what is called.
        call: the call, with the arguments that a `functools.partial` brought besides.
    """

    symbol: Symbol
    call: Call


class Callables:
    """Look-ups of what calls call.

    Args:
        files: Python files by path.
        modules: their names.
    """

    def __init__(self, files: Mapping[str, PythonFile], modules: Modules) -> None:
        self._files = files
        self._modules = modules

    def of(self, code: FileCode, call: Call) -> Called | None:
        """What a call calls, or None where that cannot be seen."""
        if call.receiver is None:
            if call.target and not self._modules.may_be_own(call.target):
                return Called(Symbol("external", "", call.target), call)
            symbol = (
                self._modules.resolve_dotted(code.file, call.target, 1)
                if call.target
                else self.resolve(code, call.name, call.block)
            )
            if symbol is not None and symbol.name == f"{_PARTIAL}()":
                return self._through(code, code.file.constants.binding(call.name, call.block), call)
            return None if symbol is None else Called(symbol, call)
        if not isinstance(call.receiver, CallRef):
            return None
        maker = code.file.facts.calls[call.receiver.index]
        if maker.target == _PARTIAL and not call.name:
            return self._behind(code, maker, call)
        symbol = self._made_by(code, maker, call)
        return None if symbol is None else Called(symbol, call)

    def resolve(self, code: FileCode, name: str, block: int) -> Symbol | None:
        """What a dotted name stands for."""
        return self._modules.resolve(code.file, name, block)

    def makers(self, symbol: Symbol) -> list[Symbol]:
        """The methods that run when an object of a class is made."""
        found = (self._modules.method(symbol, name) for name in MADE)
        return [method for method in found if method is not None]

    def runner(self, symbol: Symbol) -> Symbol | None:
        """The method that runs when an object of a class is called."""
        found = (self._modules.method(symbol, name) for name in CALLED)
        return next((method for method in found if method is not None), None)

    def is_bound(self, code: FileCode, called: Called) -> bool:
        """Whether an object (or a class) fills the first parameter of a called method."""
        if called.symbol.kind != "function" or "." not in called.symbol.name:
            return called.symbol.kind in {"class", "instance"}
        function = self._modules.function(called.symbol)
        blocks = self._files[called.symbol.path].facts.blocks
        if function is None or blocks[blocks[function.block].parent].kind != "class":
            return False
        names = {getattr(each, "name", "") for each in function.decorators}
        if "staticmethod" in names or "classmethod" in names:
            return "classmethod" in names
        if called.call.receiver is not None:
            return True
        owner = called.call.name.rpartition(".")[0]
        if owner == "cls" or not owner:
            return False
        through = None if owner == "self" else self.resolve(code, owner, called.call.block)
        return through is None or through.kind not in {"class", "module"}

    def _made_by(self, code: FileCode, maker: Call, call: Call) -> Symbol | None:
        """The method `call` of what `maker` makes (`Loop(cfg).run()`, `super().__init__()`)."""
        if maker.target == "builtins.super":
            return self._inherited(code, call)
        if maker.receiver is not None:
            return None
        made = self.resolve(code, maker.name, maker.block)
        if made is None or made.kind != "class":
            return None
        return self._modules.method(made, call.name) if call.name else self.runner(made)

    def _inherited(self, code: FileCode, call: Call) -> Symbol | None:
        owner = code.class_of(call.block)
        if owner is None:
            return None
        for base in self._modules.bases(code.file, owner):
            found = self._modules.method(base, call.name) if base.kind == "class" else None
            if found is not None:
                return found
        return None

    def _through(self, code: FileCode, binding: object, call: Call) -> Called | None:
        value: Expression | None = getattr(binding, "value", None)
        if not isinstance(value, CallRef):
            return None
        return self._behind(code, code.file.facts.calls[value.index], call)

    def _behind(self, code: FileCode, partial: Call, call: Call) -> Called | None:
        """The function of a `partial`, called with what it keeps and what the call adds."""
        if not partial.args or not isinstance(partial.args[0], Name):
            return None
        symbol = self.resolve(code, partial.args[0].name, partial.block)
        if symbol is None:
            return None
        given = {keyword.name for keyword in call.keywords if keyword.name}
        kept = [keyword for keyword in partial.keywords if keyword.name not in given]
        args, keywords = (*partial.args[1:], *call.args), (*kept, *call.keywords)
        return Called(symbol, msgspec.structs.replace(call, args=args, keywords=keywords))
