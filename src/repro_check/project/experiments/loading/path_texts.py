"""Which path an expression stands for, as far as code says it: `open(os.path.join(HERE, name))`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from repro_check.project.bindings import Binding, Bindings
from repro_check.project.callers import UNKNOWN
from repro_check.project.calls import Node
from repro_check.project.experiments.loading.path_text import (
    ANY,
    POSITIONAL,
    UNTOLD,
    PathText,
    join,
    of_origin,
    option_of,
    parents,
)
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
)
from repro_check.sources.python import Assignment, Call, Function
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project

_DEEPEST = 8
_MOST = 24
_PASSES = frozenset(
    "builtins.open io.open codecs.open builtins.str os.fspath os.path.abspath os.path.realpath "
    "os.path.expanduser os.path.expandvars os.path.normpath hydra.utils.to_absolute_path fsspec.open "
    "tensorflow.io.gfile.GFile tensorflow.gfile.Open tensorflow.io.gfile.open smart_open.open "
    "mmengine.utils.check_file_exist builtins.sorted glob.glob builtins.list".split()
)
_JOINS = frozenset({"os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath"})
_SAME = frozenset(
    "open read read_text read_bytes resolve absolute expanduser as_posix strip __enter__ str".split()
)
# these find the root of the project by a marker file
_ROOT = pattern(r"(^|\.)((py)?rootutils\.(setup|find)_root|autoroot\.\w+|here)$")
_HOLE = pattern(r"%[-#0 +]*\d*(\.\d+)?[sdif]|\{[^{}]*\}")


class PathTexts:
    """Paths that expressions of a repository stand for.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._bindings: dict[str, Bindings] = {}
        self._open: set[tuple[str, Expression]] = set()

    def of(self, file: PythonFile, expression: Expression | None, block: int) -> list[PathText]:
        """The paths, `*` among them where something else may be meant."""
        if expression is None:
            return [UNTOLD]
        key = (file.path, expression)
        if key in self._open or len(self._open) > _DEEPEST:
            return [UNTOLD]
        self._open.add(key)
        try:
            return list(dict.fromkeys(self._of(file, expression, block)))[:_MOST] or [UNTOLD]
        finally:
            self._open.discard(key)

    def _of(self, file: PythonFile, expression: Expression, block: int) -> Iterable[PathText]:
        match expression:
            case Literal(value=str(value)):
                return [PathText(value.replace("\\", "/"))]
            case Literal(value=None):
                return []
            case Name(name=name):
                return self._name(file, name, expression, block)
            case CallRef(index=index):
                return self._call(file, file.facts.calls[index], expression)
            case Operation(operator="/", operands=(left, right)):
                return self._joined(file, (left, right), block)
            case Operation(operator="+", operands=(left, right)):
                return self._added(self.of(file, left, block), self.of(file, right, block))
            case Operation(operator="%", operands=(Literal(value=str(value)), _)):
                return [PathText(_HOLE.sub(ANY, value))]
            case Operation(operator="f-string", operands=operands):
                return self._formatted(file, expression, operands, block)
            case Operation(operator="or", operands=operands):
                return [item for one in operands for item in self.of(file, one, block)]
            case Operation(operator="if", operands=(_, then, other)):
                return [*self.of(file, then, block), *self.of(file, other, block)]
            case Attribute(base=base, name="parent"):
                return parents(self.of(file, base, block))
            case Subscript():
                return self._item(file, expression, block)
            case Collection(kind="list" | "tuple", items=items):
                return [item for one in items for item in self.of(file, one, block)]
            case _:
                return self._asked(file, expression, block)

    def _item(self, file: PythonFile, item: Subscript, block: int) -> Iterable[PathText]:
        """`sys.argv[1]`, and `HERE.parents[2]`."""
        match item:
            case Subscript(base=Name(name="sys.argv")):
                return [PathText(ANY, option=POSITIONAL)]
            case Subscript(base=Attribute(base=base, name="parents"), index=Literal(value=int(up))):
                return parents(self.of(file, base, block), up + 1)
            case Subscript(base=Name(name=name), index=Literal(value=int(up))) if name.endswith(
                ".parents"
            ):
                owner = Name(item.at, name.removesuffix(".parents"))
                return parents(self.of(file, owner, block), up + 1)
            case _:
                return self._asked(file, item, block)

    def _name(
        self, file: PythonFile, name: str, expression: Expression, block: int
    ) -> Iterable[PathText]:
        if name == "__file__":
            return [PathText(file.path, is_rooted=True)]
        if name.endswith(".parent"):
            owner = Name(expression.at, name.removesuffix(".parent"))
            return parents(self.of(file, owner, block))
        if "." in name:
            return self._asked(file, expression, block)
        scope = file.scopes.binding(name, block)
        function = next((item for item in self._functions(file) if item.block == scope), None)
        found: list[PathText] = []
        bound = self._reaching(file, name, scope, expression, block)
        for binding in bound:
            value = binding.value
            if value is None and binding.assignment.kind == "for":
                value = binding.assignment.value
            found += self.of(file, value, binding.assignment.block)
        is_parameter = function is not None and any(
            item.name == name for item in function.parameters
        )
        if function is not None and is_parameter and not self._is_settled(file, bound, block):
            found += self._parameter(file, function, name)
        if not bound and not found:
            return self._imported(file, name, block) or self._asked(file, expression, block)
        return found

    def _reaching(
        self, file: PythonFile, name: str, scope: int, use: Expression, block: int
    ) -> list[Binding]:
        """The bindings of a name that may hold where it is used."""
        every = list(self._bindings_of(file).of(name, scope))
        at = (use.span.line, use.span.column)
        before = [item for item in every if _is_over(item.assignment, at)]
        if not before or file.scopes.scope(block) != scope:
            return every
        for index in range(len(before) - 1, -1, -1):
            if file.facts.is_inside(block, before[index].assignment.block):
                return before[index:]
        return before

    def _is_settled(self, file: PythonFile, bound: list[Binding], block: int) -> bool:
        """Whether one of the bindings always runs before."""
        return any(file.facts.is_inside(block, item.assignment.block) for item in bound)

    def _imported(self, file: PythonFile, name: str, block: int) -> list[PathText]:
        """A constant of another module of this repository."""
        target = file.scopes.target(name, block)
        module, _, last = target.rpartition(".")
        path = self._project.modules.find(module, file.path) if module else None
        if path is None or path == file.path:
            return []
        other = self._project.python[path]
        bound = self._bindings_of(other).of(last, 0)
        return [
            item
            for binding in bound
            for item in self.of(other, binding.value, binding.assignment.block)
        ]

    def _parameter(self, file: PythonFile, function: Function, name: str) -> Iterator[PathText]:
        callers = self._project.callers
        sites = callers.few_calls_of(Node(file.path, function.block), _MOST)
        if not sites:
            default = next(item.default for item in function.parameters if item.name == name)
            if isinstance(default, Literal) and isinstance(default.value, str):
                yield PathText(default.value)
            yield UNTOLD
            return
        for site in sites:
            given = callers.argument(site, function, name)
            if given is UNKNOWN or given is None:
                yield UNTOLD
                continue
            is_default = any(given is item.default for item in function.parameters)
            there = file if is_default else self._project.python[site.path]
            yield from self.of(there, given, 0 if is_default else site.call.block)

    def _call(self, file: PythonFile, call: Call, expression: Expression) -> Iterable[PathText]:
        target = call.target or call.name
        last = call.name.rpartition(".")[2]
        if call.receiver is None and target in _PASSES and call.args:
            return self.of(file, call.args[0], call.block)
        # pathlib.Path, and what is like it: etils.epath.Path, elements.Path
        if call.receiver is None and call.args and (target in _JOINS or last == "Path"):
            return self._joined(file, call.args, call.block)
        if target in {"os.path.dirname", "posixpath.dirname"} and call.args:
            return parents(self.of(file, call.args[0], call.block))
        if target in {"os.getcwd", "pathlib.Path.cwd"}:
            return [PathText("", is_here=True)]
        if _ROOT.search(target):
            return [PathText("", is_rooted=True)]
        owner = call.receiver
        if owner is None and "." in call.name and (not call.target or last in _SAME):
            owner = Name(call.name_at, call.name.rpartition(".")[0])
        if owner is not None and last in _SAME:
            return self.of(file, owner, call.block)
        if owner is not None and last == "joinpath":
            return self._joined(file, (owner, *call.args), call.block)
        if last == "format" and isinstance(owner, Literal) and isinstance(owner.value, str):
            return [PathText(_HOLE.sub(ANY, owner.value))]
        return self._asked(file, expression, call.block) if not call.target else [UNTOLD]

    def _joined(
        self, file: PythonFile, items: Iterable[Expression], block: int
    ) -> Iterable[PathText]:
        made = [PathText("")]
        for item in items:
            following = self.of(file, item, block)
            made = [join(left, right) for left in made for right in following][:_MOST]
        return made

    def _added(self, left: list[PathText], right: list[PathText]) -> Iterable[PathText]:
        return [
            PathText(one.text + two.text, one.is_rooted, one.option or two.option)
            for one in left
            for two in right
        ]

    def _formatted(
        self, file: PythonFile, expression: Expression, operands: tuple[Expression, ...], block: int
    ) -> Iterable[PathText]:
        template = next(
            (i.value for i in file.facts.path_literals if i.span == expression.span), None
        )
        if template is None:
            return [UNTOLD]
        pieces = template.split("{}")
        made = [PathText(pieces[0])]
        for at, piece in enumerate(pieces[1:]):
            inner = self.of(file, operands[at], block) if at < len(operands) else [UNTOLD]
            made = list(self._added(made, list(self._added(inner, [PathText(piece)]))))[:_MOST]
        return made

    def _asked(self, file: PythonFile, expression: Expression, block: int) -> list[PathText]:
        """What the way back to options and literals says."""
        found = self._project.origins.of(file, expression, block)
        last = option_of(expression)
        texts = [text for origin in found for text in of_origin(origin, last)]
        return texts or [PathText(ANY, option=last)]

    def _bindings_of(self, file: PythonFile) -> Bindings:
        if file.path not in self._bindings:
            self._bindings[file.path] = Bindings(file)
        return self._bindings[file.path]

    def _functions(self, file: PythonFile) -> tuple[Function, ...]:
        return file.facts.functions


def _is_over(binding: Assignment, at: tuple[int, int]) -> bool:
    """Whether a binding is done where a use begins: a loop or a `with` binds for what it holds."""
    span = binding.span
    if binding.kind in {"for", "with"}:
        return (span.line, span.column) < at
    return (span.end_line, span.end_column) <= at
