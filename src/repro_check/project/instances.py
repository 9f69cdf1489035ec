"""Of which class a value is surely an instance, by the bindings that lead to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from repro_check.project.modules import Symbol
from repro_check.project.outside import canonical, makes_module
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
)
from repro_check.sources.python import Call, Function
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.bindings import Binding
    from repro_check.project.classes import Classes
    from repro_check.project.files import PythonFile
    from repro_check.project.modules import Modules

_DEEPEST = 12
# methods of torch.nn.Module (and of tensors and optimisers) that give the object itself
_SAME_OBJECT = frozenset(
    "to cuda cpu xpu eval train double float half bfloat16 requires_grad_ share_memory apply type "
    "to_empty compile".split()
)
_WRAPPERS = pattern(
    r"torch\.nn\.(DataParallel|DistributedDataParallel|SyncBatchNorm\.convert_sync_batchnorm)|"
    r"torch\.(compile|jit\.script)|copy\.(deepcopy|copy)|torch\.distributed\.fsdp\.(\w+\.)*FullyShardedDataParallel|"
    r"apex\.parallel\.(DistributedDataParallel|convert_syncbn_model)"
)
_MAKERS = frozenset({"from_pretrained", "from_config", "load_from_checkpoint", "from_hparams"})
# `Net`, `_Net`, `SGD`
_CLASS_NAME = pattern(r"_*[A-Z]\w*[a-z]\w*|[A-Z][A-Z0-9]*")
_PREPARE = pattern(r"(^|\.)(prepare|setup|prepare_model|setup_module)$")


class _Unsettled:
    """What a binding to itself says of a name: nothing (`model = model.cuda()`)."""


_UNSETTLED = _Unsettled()
_Answer: TypeAlias = Symbol | _Unsettled | None
Place: TypeAlias = tuple[str, str, int]


class Instances:
    """The classes of values.

    Args:
        files: Python files by path.
        modules: their names.
        classes: their classes.
        given: the classes of what parameters are given, by path, name and block of the function.
    """

    def __init__(
        self,
        files: Mapping[str, PythonFile],
        modules: Modules,
        classes: Classes,
        given: Mapping[Place, Symbol] | None = None,
    ) -> None:
        self._files = files
        self._given_by_callers = given or {}
        self._modules = modules
        self._classes = classes
        self._known: dict[Place, _Answer] = {}
        self._asked: list[Place] = []

    def of(self, file: PythonFile, expression: Expression | str, block: int) -> Symbol | None:
        """The class of which a value is surely an instance, or None."""
        if isinstance(expression, str):
            found = self._name(file, expression, block)
        else:
            found = self._value(file, expression, block)
        return found if isinstance(found, Symbol) else None

    def owner(self, file: PythonFile, call: Call) -> Symbol | None:
        """The class of the object whose method is called, or that is called itself."""
        found = self._owner(file, call)
        if found is None and call.receiver is None:
            found = self._name(file, call.name, call.block)
        return found if isinstance(found, Symbol) else None

    def _owner(self, file: PythonFile, call: Call) -> _Answer:
        if call.receiver is not None:
            return self._value(file, call.receiver, call.block)
        owner = call.name.rpartition(".")[0]
        return self._name(file, owner, call.block) if owner else None

    # -- names ----------------------------------------------------------------------------------

    def _name(self, file: PythonFile, name: str, block: int) -> _Answer:
        root, _, rest = name.partition(".")
        if root == "self" or (rest and root == "cls"):
            found: _Answer = self._self(file, block)
        else:
            found = self._root(file, root, block)
        for attribute in rest.split(".") if rest else ():
            if not isinstance(found, Symbol):
                return found
            found = self._attribute(found, attribute)
        return found

    def _self(self, file: PythonFile, block: int) -> Symbol | None:
        """The class around a method."""
        facts = file.facts
        for ancestor in facts.ancestors(block):
            if facts.blocks[ancestor].kind == "class":
                return next(
                    (
                        Symbol("class", file.path, item.qualname)
                        for item in facts.classes
                        if item.block == ancestor
                    ),
                    None,
                )
        return None

    def _root(self, file: PythonFile, root: str, block: int) -> _Answer:
        scope = file.scopes.binding(root, block)
        if scope < 0 or file.scopes.target(root, block):
            found = self._modules.resolve(file, root, block)
            is_made = found is not None and found.kind == "instance"
            return Symbol("class", found.path, found.name) if found and is_made else None
        return self._remembered(
            (file.path, root, scope), lambda: self._agreed(self._bound(file, root, scope))
        )

    def _bound(self, file: PythonFile, root: str, scope: int) -> Iterable[_Answer]:
        for function in file.facts.functions:
            if function.block == scope:
                yield from self._given(file, function, root)
                break
        for binding in self._classes.bindings(file).of(root, scope):
            yield self._of_binding(file, binding)

    def _given(self, file: PythonFile, function: Function, name: str) -> Iterable[_Answer]:
        outer = file.facts.blocks[function.block].parent
        for parameter in function.parameters:
            if parameter.name == name:
                known = self._given_by_callers.get((file.path, name, function.block))
                yield known or self._annotated(file, parameter.annotation, outer)

    def _attribute(self, owner: Symbol, attribute: str) -> _Answer:
        if not owner.path:
            return owner if attribute == "module" else None  # `DataParallel(net).module`
        values = self._classes.attributes(owner).get(attribute, ())
        if not values:
            return owner if attribute == "module" else None
        return self._remembered(
            (owner.path, f"{owner.name}.{attribute}", -1),
            lambda: self._agreed(
                self._of_binding(self._files[value.path], value.binding) for value in values
            ),
        )

    def _remembered(self, key: Place, find: object) -> _Answer:
        if key in self._known:
            return self._known[key]
        if key in self._asked or len(self._asked) > _DEEPEST:
            return _UNSETTLED if key in self._asked else None
        self._asked.append(key)
        found: _Answer = find()  # type: ignore[operator]
        self._asked.pop()
        # inside a circle the answer may hold for this question only
        if not self._asked:
            self._known[key] = found
        return found

    @staticmethod
    def _agreed(answers: Iterable[_Answer]) -> _Answer:
        found: _Answer = _UNSETTLED
        for answer in answers:
            if isinstance(answer, _Unsettled):
                continue
            if answer is None or (isinstance(found, Symbol) and found != answer):
                return None
            found = answer
        return found

    # -- values ---------------------------------------------------------------------------------

    def _of_binding(self, file: PythonFile, binding: Binding) -> _Answer:
        item = binding.assignment
        if binding.value is not None:
            found = self._value(file, binding.value, item.block)
            if found is None and item.annotation:
                found = self._annotated(file, item.annotation, item.block)
            # `model = None` above a branch that makes it
            is_none = isinstance(binding.value, Literal) and binding.value.value is None
            return _UNSETTLED if is_none and found is None else found
        if item.kind == ":" and item.value is None:
            return self._annotated(file, item.annotation, item.block)
        if isinstance(binding.whole, CallRef):
            call = file.facts.calls[binding.whole.index]
            return self._unpacked(file, call, *binding.place)
        return None

    def _annotated(self, file: PythonFile, annotation: str, block: int) -> Symbol | None:
        found = self._modules.resolve(file, annotation, block) if annotation else None
        return self._as_class(found)

    def _as_class(self, symbol: Symbol | None) -> Symbol | None:
        if symbol is None or symbol.kind == "class":
            return symbol
        if symbol.kind == "external" and "()" not in symbol.name:
            is_class = _CLASS_NAME.fullmatch(symbol.name.rpartition(".")[2])
            if is_class or makes_module(symbol.name):
                return Symbol("external", "", canonical(symbol.name))
        return None

    def _value(self, file: PythonFile, value: Expression, block: int) -> _Answer:
        match value:
            case Name(name=name):
                return self._name(file, name, block)
            case CallRef(index=index):
                return self._call(file, file.facts.calls[index])
            case Attribute(base=base, name=name):
                found = self._value(file, base, block)
                return self._attribute(found, name) if isinstance(found, Symbol) else found
            case Operation(operator="if", operands=(_, one, other)):
                return self._agreed([self._value(file, each, block) for each in (one, other)])
            case _:
                return None

    def _call(self, file: PythonFile, call: Call) -> _Answer:
        method = call.name.rpartition(".")[2]
        symbol = None
        if call.receiver is None:
            symbol = self._modules.resolve(file, call.name, call.block)
        if symbol is not None and symbol.kind == "external" and "()" not in symbol.name:
            name = canonical(symbol.name)
            if _WRAPPERS.fullmatch(name):
                return self._value(file, call.args[0], call.block) if call.args else None
            if method in _MAKERS:
                made = Symbol("external", "", symbol.name.rpartition(".")[0])
                return self._as_class(made)
            return self._as_class(symbol)
        if symbol is not None and symbol.kind == "attribute" and method in _MAKERS:
            return Symbol("class", symbol.path, symbol.name)
        if symbol is not None and symbol.kind in {"class", "function"}:
            return symbol if symbol.kind == "class" else self._returned(symbol, -1, 0)
        if _PREPARE.search(call.name) and len(call.args) == 1:
            return self._value(file, call.args[0], call.block)
        owner = self._owner(file, call)
        if not isinstance(owner, Symbol):
            return owner if method in _SAME_OBJECT else None
        own = self._modules.method(owner, method) if owner.path else None
        if own is not None:
            return self._returned(own, -1, 0)
        return owner if method in _SAME_OBJECT else None

    def _unpacked(self, file: PythonFile, call: Call, at: int, count: int) -> _Answer:
        if _PREPARE.search(call.name) and len(call.args) == count:
            return self._value(file, call.args[at], call.block)
        symbol = None
        if call.receiver is None:
            symbol = self._modules.resolve(file, call.name, call.block)
        if symbol is not None and symbol.kind == "function":
            return self._returned(symbol, at, count)
        return None

    def _returned(self, symbol: Symbol, at: int, count: int) -> _Answer:
        """What all returns of a function agree on; of a tuple the item at a place."""
        return self._remembered(
            (symbol.path, symbol.name, -2 - at * 64 - count if at >= 0 else -2),
            lambda: self._agreed(self._handed_out(symbol, at, count)),
        )

    def _handed_out(self, symbol: Symbol, at: int, count: int) -> Iterable[_Answer]:
        file = self._files[symbol.path]
        for function in self._modules.functions(symbol):
            returns = self._classes.bindings(file).returns(function)
            if not returns:
                yield None
            for item in returns:
                if at < 0:
                    yield self._value(file, item.value, item.block)
                elif isinstance(item.value, Collection) and len(item.value.items) == count:
                    yield self._value(file, item.value.items[at], item.block)
                else:
                    yield None
