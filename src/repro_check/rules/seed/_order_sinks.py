"""What becomes of values in an order that differs from run to run or from machine to machine.

A value is followed through variables, comprehensions, loops, functions of the repository and their
callers until its order decides something: a number is given by position, files are paired, picked or
split by position, random numbers are handed out. Whatever is not known to depend on the order
(`sorted`, `len`, `in`, sums, deletion, plots, calls that cannot be seen) ends the search in silence.
"""

from __future__ import annotations

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.project.modules import Symbol
from repro_check.project.project import Project
from repro_check.rules.seed._order_callers import callers, entered, given_to
from repro_check.rules.seed._order_calls import WRITTEN_BY, Effect, effect, writes
from repro_check.rules.seed._order_loops import DRAWS, NUMBERS, Carried, Ends, Loop
from repro_check.rules.seed._order_positions import Whole, taken
from repro_check.rules.seed._order_seeding import Seeding
from repro_check.rules.seed._order_sites import Site, Sites, end, position
from repro_check.rules.seed._order_variables import uses
from repro_check.sources.expressions import (
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
    parts,
)
from repro_check.sources.python import Assignment, Call, Function

_DEEPEST = 40
_PASSING = frozenset({"+", "-", "|", "&", "^", "or", "and", "if", "await", "*"})
_SET_METHODS = frozenset({"union", "difference", "intersection", "symmetric_difference"})


class Sink(msgspec.Struct, frozen=True):
    """Where an order decides something.

    Attributes:
        what: a phrase that continues "... and then the code ".
        file: where.
        span: the place.
    """

    what: str
    file: PythonFile
    span: Span


class Orders:
    """Follows orders through a repository; made for one question after another about one file.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._seeding = Seeding(project)
        self._sites: dict[str, Sites] = {}
        self._seen: set[tuple[str, object, object]] = set()
        self._entered: list[tuple[Function, PythonFile, Call]] = []

    def sites(self, file: PythonFile) -> Sites:
        """The places of a file."""
        return self._sites.setdefault(file.path, Sites(file))

    def of_value(self, file: PythonFile, span: Span) -> Sink | None:
        """What depends on the order of the value of the expression at a span."""
        self._start()
        return self._value(file, span, 0)

    def of_loop(self, file: PythonFile, block: int) -> Sink | None:
        """What depends on the order of the rounds of the `for` of a block."""
        self._start()
        return self._loop(file, block, "", 0)

    def of_variable(self, file: PythonFile, name: str, block: int, start: Span) -> Sink | None:
        """What depends on the order of what a variable holds from a place on."""
        self._start()
        return self._variable(file, Carried(name, block, position(start)), 0)

    def _start(self) -> None:
        self._seen.clear()
        self._entered.clear()

    # -- values ---------------------------------------------------------------------------------

    def _value(
        self, file: PythonFile, span: Span, depth: int, item: int | None = None
    ) -> Sink | None:
        """Args as above; `item` says that only this item of a tuple is in such an order."""
        key = (file.path, span, item)
        site = self.sites(file).at(span)
        if site is None or depth > _DEEPEST or key in self._seen:
            return None
        self._seen.add(key)
        current = site.expression
        for parent in site.parents:
            if isinstance(parent, Subscript):
                if parent.base.span != current.span:
                    return self._chosen(file, parent, depth) if item is None else None
                if item is None:
                    return self._subscript(file, site, parent, depth)
                if not (isinstance(parent.index, Literal) and parent.index.value == item):
                    return None
                item = None
            elif item is None and isinstance(parent, Collection) and parent.kind == "tuple":
                if _is_spread(current):
                    current = parent
                    continue
                item = next(at for at, one in enumerate(parent.items) if one.span == current.span)
            elif item is not None or not self._passes(file, parent, current):
                return None
            current = parent
        return self._taken(file, site, current, depth, item)

    def _passes(self, file: PythonFile, parent: Expression, child: Expression) -> bool:
        match parent:
            case Operation(operator="if", operands=(test, *branches)):
                is_asked = test.span == child.span
                return not is_asked and not any(self._is_sorting(file, one) for one in branches)
            case Operation(operator=operator):
                return operator in _PASSING
            case Collection(kind="list"):
                return _is_spread(child)
            case _:
                return False

    def _is_sorting(self, file: PythonFile, value: Expression) -> bool:
        """Whether this is `sorted(...)`: beside it in one `if`, the order is left open knowingly."""
        return isinstance(value, CallRef) and "sorted" in file.facts.calls[value.index].name

    def _taken(
        self, file: PythonFile, site: Site, root: Expression, depth: int, item: int | None
    ) -> Sink | None:
        facts = file.facts
        match site.role:
            case "assigned":
                return self._assigned(file, facts.assignments[site.user], depth, item)
            case "returned" if not _is_spread(root):
                return self._returned(file, site.block, depth, item)
            case "iterated" if item is None:
                return self._iterated(file, facts.assignments[site.user], depth)
            case "argument" if item is None:
                return self._argument(file, site.user, root, depth)
            case "receiver" if item is None:
                call = facts.calls[site.user]
                if call.name.rpartition(".")[2] in _SET_METHODS:
                    return self._value(file, call.span, depth + 1)
                return self._method(file, call)
            case _:
                return None

    def _assigned(
        self, file: PythonFile, item: Assignment, depth: int, at: int | None
    ) -> Sink | None:
        for target in item.targets:
            if at is not None:
                if not isinstance(target, Collection) or at >= len(target.items):
                    if isinstance(target, Name):
                        continue
                    return None
                target = target.items[at]  # noqa: PLW2901
            if isinstance(target, Name):
                start = position(item.span) if item.kind != "with" else end(item.span)
                found = self._variable(file, Carried(target.name, item.block, start), depth + 1)
                if found:
                    return found
        return None

    def _subscript(
        self, file: PythonFile, site: Site, parent: Subscript, depth: int
    ) -> Sink | None:
        sites = self.sites(file)
        found = taken(sites, site, parent, self._text(file, parent.index.span))
        if isinstance(found, Ends):
            return self._end(file, found)
        if isinstance(found, Whole):
            return self._value(file, parent.span, depth + 1)
        return None if found is None else self._iterated(file, found, depth)

    def _end(self, file: PythonFile, found: Ends) -> Sink | None:
        if found.what == DRAWS and not self._seeding.of(file):
            return None
        return Sink(found.what, file, found.span)

    def _chosen(self, file: PythonFile, parent: Subscript, depth: int) -> Sink | None:
        """`table[names]`: what the table is used for then sees its columns in that order."""
        if self._value(file, parent.span, depth + 1) is None:
            return None
        return Sink("chooses columns or rows in that order", file, parent.span)

    def _text(self, file: PythonFile, span: Span) -> str:
        """What is written in one line of a module; of a notebook no text is at hand."""
        if file.notebook is not None or span.line != span.end_line:
            return "?"
        lines = (self._project.text_at(file.path) or "").split("\n")
        return lines[span.line - 1][span.column - 1 : span.end_column - 1] if lines else "?"

    # -- variables and loops --------------------------------------------------------------------

    def _variable(self, file: PythonFile, carried: Carried, depth: int) -> Sink | None:
        key = (file.path, carried.name, carried.start)
        if depth > _DEEPEST or key in self._seen:
            return None
        self._seen.add(key)
        for use in uses(self.sites(file), carried):
            if isinstance(use, Call):
                found = self._method(file, use)
            else:
                found = self._value(file, use.expression.span, depth + 1)
            if found:
                return found
            if self._is_mixed(file, use):
                return None
        return None

    def _is_mixed(self, file: PythonFile, use: Site | Call) -> bool:
        """Whether this shuffles the values for good, in an order that never comes again."""
        if isinstance(use, Call) or use.role != "argument" or use.parents:
            return False
        name = file.facts.calls[use.user].name
        return name.rpartition(".")[2] == "shuffle" and not self._seeding.of(file)

    def _iterated(
        self, file: PythonFile, item: Assignment, depth: int, *, number: str = ""
    ) -> Sink | None:
        block = file.facts.blocks[item.block]
        if block.kind == "for":
            return self._loop(file, item.block, number, depth)
        made = self.sites(file).comprehension(block.span)
        if made is None or made.kind == "set":
            return None
        if made.kind == "dict":
            return Sink(NUMBERS, file, made.span) if _numbers(made.made, number) else None
        return self._value(file, made.span, depth + 1)

    def _loop(self, file: PythonFile, block: int, number: str, depth: int) -> Sink | None:
        for step in Loop(self.sites(file), block, number).steps():
            if isinstance(step, Ends):
                found = self._end(file, step)
            elif isinstance(step, Carried):
                found = self._variable(file, step, depth + 1)
            else:
                found = self._returned(file, step.block, depth, None)
            if found:
                return found
        return None

    # -- calls and functions --------------------------------------------------------------------

    def _method(self, file: PythonFile, call: Call) -> Sink | None:
        last = call.name.rpartition(".")[2]
        if last == "index" and len(call.args) == 1:
            return Sink(NUMBERS, file, call.span)
        if last in WRITTEN_BY:
            return Sink("writes a file in that order", file, call.span)
        if last == "sample" and call.keyword("random_state") is not None:  # rows of a table
            return Sink(Effect.DRAWN.value, file, call.span)
        return None

    def _argument(self, file: PythonFile, at: int, root: Expression, depth: int) -> Sink | None:
        call = file.facts.calls[at]
        is_named = call.receiver is None
        symbol = self._project.modules.resolve(file, call.name, call.block) if is_named else None
        if symbol is not None and symbol.kind in {"function", "class"}:
            return self._parameter(file, symbol, call, root, depth)
        target = symbol.name if symbol is not None and symbol.kind == "external" else ""
        if _is_spread(root):
            return None
        owner = call.name.rpartition(".")[0]
        if writes(call) and self.sites(file).is_opened(owner, call.block):
            return Sink("writes a file in that order", file, call.span)
        match effect(call, target):
            case Effect.NONE:
                return None
            case Effect.KEPT:
                return self._value(file, call.span, depth + 1)
            case Effect.NUMBERED:
                return self._numbered(file, call, depth)
            case Effect.PAIRED:
                return self._paired(file, call, root, depth)
            case Effect.EXTENDS:
                return self._variable(file, Carried(owner, call.block, end(call.span)), depth + 1)
            case Effect.WRITTEN:
                return Sink("writes a file in that order", file, call.span)
            case Effect.DRAWN if not self._seeding.of(file):
                return None
            case other:
                is_first = bool(call.args) and call.args[0].span == root.span
                return (
                    Sink(other.value, file, call.span) if is_first or len(call.args) > 1 else None
                )

    def _numbered(self, file: PythonFile, call: Call, depth: int) -> Sink | None:
        if call.use == "argument":
            user = file.facts.calls[call.user]
            if user.target == "builtins.dict":
                return Sink(NUMBERS, file, user.span)
            return self._value(file, call.span, depth + 1)
        if call.use != "iterated":
            return self._value(file, call.span, depth + 1)
        item = file.facts.assignments[call.user]
        target = item.target
        number = target.items[0] if isinstance(target, Collection) and target.items else None
        name = number.name if isinstance(number, Name) else ""
        return self._iterated(file, item, depth, number=name)

    def _paired(self, file: PythonFile, call: Call, root: Expression, depth: int) -> Sink | None:
        others = [one for one in call.args if one.span != root.span]
        if any(self._is_apart(file, one, call.block) for one in others):
            return Sink("pairs them by position with something else", file, call.span)
        return self._value(file, call.span, depth + 1)

    def _is_apart(self, file: PythonFile, other: Expression, block: int) -> bool:
        """Whether what is paired with the values is surely not made of them: a range, a listing."""
        if isinstance(other, Name):
            if any(key[:2] == (file.path, other.name) for key in self._seen):
                return False  # one of the variables on the way here
            binding = file.constants.binding(other.name, block)
            if binding is None or binding.value is None:
                return False
            other = binding.value
        if isinstance(other, Collection):
            return bool(other.items) and all(isinstance(item, Literal) for item in other.items)
        if not isinstance(other, CallRef):
            return False
        call = file.facts.calls[other.index]
        return call.target in {"builtins.range", "itertools.count", "itertools.cycle"} or (
            call.name.rpartition(".")[2] in {"glob", "listdir", "iterdir", "rglob", "sorted"}
        )

    def _parameter(
        self, caller: PythonFile, symbol: Symbol, call: Call, root: Expression, depth: int
    ) -> Sink | None:
        """Follow an argument into a function or a constructor of the repository."""
        callee = entered(self._project, symbol)
        if callee is None:
            return None
        file, function = callee
        name = given_to(call, root, function)
        if not name:
            return None
        carried = Carried(name, function.block, position(function.span))
        self._entered.append((function, caller, call))
        found = self._variable(file, carried, depth + 1)
        self._entered.pop()
        return found

    def _returned(self, file: PythonFile, block: int, depth: int, item: int | None) -> Sink | None:
        facts = file.facts
        kinds = (facts.blocks[one].kind for one in facts.ancestors(block))
        scope = next((kind for kind in kinds if kind in {"function", "lambda"}), None)
        function = facts.function_of(block)
        if scope != "function" or function is None or depth > _DEEPEST:
            return None
        if self._entered and self._entered[-1][0] is function:
            # what came in by one call goes back to that call
            came = self._entered.pop()
            found = self._value(came[1], came[2].span, depth + 1, item)
            self._entered.append(came)
            return found
        for caller, call in callers(self._project, file, function):
            found = self._value(caller, call.span, depth + 1, item)
            if found:
                return found
        return None


def _numbers(made: tuple[Expression, ...], number: str) -> bool:
    """Whether a dict maps items to their numbers, or numbers to the items themselves."""
    key, value = made
    if isinstance(key, Name) and key.name == number:
        return isinstance(value, Name)
    return any(isinstance(part, Name) and part.name == number for part in parts(value))


def _is_spread(expression: Expression) -> bool:
    return isinstance(expression, Operation) and expression.operator == "*"
