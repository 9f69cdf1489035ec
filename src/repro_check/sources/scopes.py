"""Which name means what inside one module: Python's scope rules, without running anything.

Follows the language reference, section 4.2 (naming and binding): a name bound anywhere in a function
is local to it, class scopes are not seen from the methods inside, `global` opens the module's scope.
"""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Iterable, Sequence

from repro_check.sources.expressions import Collection, Expression, Name, Operation
from repro_check.sources.python import (
    MODULE,
    Assignment,
    Block,
    Class,
    Declared,
    Function,
    Import,
)

_SCOPES = frozenset({"module", "class", "function", "lambda", "comprehension"})
_BUILTINS = frozenset(dir(builtins))


def bound_names(target: Expression) -> Iterable[str]:
    """The plain names that an assignment target binds (`a, (b, *c)` binds three)."""
    match target:
        case Name(name=name) if "." not in name:
            yield name
        case Collection(items=items):
            for item in items:
                yield from bound_names(item)
        case Operation(operator="*", operands=(operand,)):
            yield from bound_names(operand)
        case _:
            return


class Scopes:
    """Name look-up for one module; each name is looked up once in each scope."""

    def __init__(
        self,
        *,
        blocks: Sequence[Block],
        functions: Sequence[Function],
        classes: Sequence[Class],
        imports: Sequence[Import],
        assignments: Sequence[Assignment],
        declared: Sequence[Declared] = (),
    ) -> None:
        self._blocks = blocks
        self._scope: list[int] = []
        for index, block in enumerate(blocks):  # each stands behind the one around it
            self._scope.append(index if block.kind in _SCOPES else self._scope[block.parent])
        self._bound: defaultdict[int, dict[str, list[Assignment]]] = defaultdict(dict)
        self._imported: dict[int, dict[str, str]] = {}
        self._known: defaultdict[int, dict[str, int]] = defaultdict(dict)
        self._elsewhere = {
            (self._scope[item.block], item.name): self._named_scope(item)
            for item in declared
            if item.kind != "local" and self._scope[item.block] != MODULE
        }
        self.has_star = False
        for item in imports:
            if item.name == "*":
                self.has_star = True
                continue
            table = self._imported.setdefault(self._home(item.alias, item.block), {})
            table.setdefault(item.alias, imported_name(item))
        for assignment in assignments:
            for target in assignment.targets:
                # `bound_names` would say the same of a name, and costs more than all the rest
                names = (target.name,) if type(target) is Name else bound_names(target)
                for name in names:
                    if "." not in name:
                        bound = self._bound[self._home(name, assignment.block)]
                        bound.setdefault(name, []).append(assignment)
        for function in functions:
            for parameter in function.parameters:
                self._bind(parameter.name, function.block)
            if function.qualname:
                self._bind_definition(function.qualname, function.block)
        for defined in classes:
            self._bind_definition(defined.qualname, defined.block)
        for other in declared:
            if other.kind == "local":
                self._bind(other.name, other.block)

    def scope(self, block: int) -> int:
        """The index of the module, class, function, lambda or comprehension around a block."""
        return self._scope[block]

    def is_local(self, name: str, block: int) -> bool:
        """Whether the first part of a dotted name is bound inside a function around the block."""
        root = name.partition(".")[0]
        return self.binding(root, block) not in {MODULE, -1}

    def target(self, name: str, block: int) -> str:
        """What a dotted name stands for if an import or a builtin decides it, else ""."""
        root, dot, rest = name.partition(".")
        scope = self.binding(root, block)
        if scope < 0:
            return f"builtins.{name}" if root in _BUILTINS else ""
        imported = self._imported.get(scope, {}).get(root)
        return f"{imported}{dot}{rest}" if imported else ""

    def binding(self, root: str, block: int) -> int:
        """The block of the scope in which a plain name is bound that is read in a block; or -1."""
        known = self._known[self._scope[block]]
        found = known.get(root)
        if found is None:
            found = known[root] = self._find_binding(root, block)
        return found

    def assignments(self, name: str, scope: int) -> Sequence[Assignment]:
        """What binds a plain name of a scope, loops and `with` included, in the order of the text."""
        return self._bound[scope].get(name, ()) if scope in self._bound else ()

    def _find_binding(self, root: str, block: int) -> int:
        scope = self._home(root, block)
        is_first = True
        while True:
            seen = is_first or self._blocks[scope].kind != "class"
            if seen and (
                root in self._imported.get(scope, ()) or root in self._bound.get(scope, ())
            ):
                return scope
            parent = self._blocks[scope].parent
            if parent < 0:
                return -1
            outer = self._scope[parent]
            # what a class declares global is no matter of the methods inside it
            scope = outer if self._blocks[outer].kind == "class" else self._home(root, parent)
            is_first = False

    def _bind(self, name: str, block: int) -> None:
        self._bound[self._home(name, block)].setdefault(name, [])

    def _bind_definition(self, qualname: str, block: int) -> None:
        self._bind(qualname.rpartition(".")[2], self._blocks[block].parent)

    def _home(self, name: str, block: int) -> int:
        """The scope to which a name belongs that is bound or looked up in a block."""
        scope = self._scope[block]
        if self._elsewhere:
            while (scope, name) in self._elsewhere:
                scope = self._elsewhere[scope, name]
        return scope

    def _named_scope(self, item: Declared) -> int:
        """The scope that a `global` or `nonlocal` statement gives a name to."""
        scope = self._scope[item.block]
        while item.kind == "nonlocal" and scope != MODULE:
            scope = self._scope[self._blocks[scope].parent]
            if self._blocks[scope].kind in {"function", "lambda"}:
                return scope
        return MODULE


def imported_name(item: Import) -> str:
    """The dotted name that an import binds its alias to; relative ones keep their leading dots."""
    if not item.name:
        # `import a.b` binds `a`; `import a.b as c` binds `a.b`
        is_plain = item.alias == item.module.partition(".")[0]
        return item.alias if is_plain else item.module
    separator = "" if item.module.endswith(".") else "."
    return f"{item.module}{separator}{item.name}"
