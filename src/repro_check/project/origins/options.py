"""Options of the command line, as argparse, absl, click, typer and Fire declare them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.sources.expressions import CallRef, Expression, Literal, Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call, Function

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.modules import Modules
    from repro_check.project.project import LazyFiles

_PARSES = frozenset(
    "parse_args parse_known_args parse_intermixed_args parse_known_intermixed_args".split()
)
_TYPER = frozenset({"Option", "Argument"})


class Declared(msgspec.Struct, frozen=True):
    """An option.

    Attributes:
        path: the declaring file.
        default: what it is without being given; None stands for None, and `block` for where.
        note: "required" if it must be given, else its name.
    """

    path: str
    default: Expression | None
    block: int
    span: Span
    note: str


def parses_options(call: Call) -> bool:
    """Whether a call reads the command line into a namespace."""
    return call.name.rpartition(".")[2] in _PARSES


class Options:
    """The declared options of a repository by file and name.

    Args:
        files: its Python files.
        modules: their names.
    """

    def __init__(self, files: LazyFiles[PythonFile], modules: Modules) -> None:
        self._files = files
        self._modules = modules
        self._of_file: dict[str, dict[str, list[Declared]]] = {}
        self._everywhere: dict[str, list[Declared]] | None = None

    def named(self, file: PythonFile, name: str) -> list[Declared]:
        """The options of a name that a file may mean.

        Its own, else those of the files that it imports, else those of the only file that has some.
        """
        own = self.of(file).get(name)
        if own:
            return own
        near = dict.fromkeys(
            path for item in file.facts.imports for path in self._modules.imported(file.path, item)
        )
        found = [option for path in near for option in self.of(self._files[path]).get(name, ())]
        if found:
            return found
        if self._everywhere is None:
            self._everywhere = {}
            for other in self._files.readable(Role.PRODUCT):
                for key, found in self.of(other).items():
                    self._everywhere.setdefault(key, []).extend(found)
        others = self._everywhere.get(name, [])
        return others if len({option.path for option in others}) == 1 else []

    def of(self, file: PythonFile) -> dict[str, list[Declared]]:
        """The options that a file declares with argparse or absl."""
        if file.path not in self._of_file:
            table: dict[str, list[Declared]] = {}
            changed: dict[str, Declared] = {}
            for call in file.facts.calls:
                kind = call.name.rpartition(".")[2]
                if kind in {"add_argument", "add"} or kind.startswith("DEFINE_"):
                    for option in _declared(file, call, kind):
                        table.setdefault(_name_of(call, kind), []).append(option)
                elif kind == "set_defaults":
                    for keyword in call.keywords:
                        changed[keyword.name] = Declared(
                            file.path,
                            keyword.value,
                            call.block,
                            keyword.value.span,
                            keyword.name,
                        )
            table.update({name: [option] for name, option in changed.items() if name in table})
            self._of_file[file.path] = table
        return self._of_file[file.path]

    def of_parameter(self, file: PythonFile, function: Function, name: str) -> list[Declared]:
        """The option that click or typer makes of a parameter of a command."""
        found: list[Declared] = []
        is_command = False
        for decorator in function.decorators:
            called = decorator
            if isinstance(decorator, CallRef):
                call = file.facts.calls[decorator.index]
                kind = call.name.rpartition(".")[2]
                if kind in {"option", "argument"} and name == _name_of(call, kind):
                    found.extend(_declared(file, call, kind))
                is_command |= kind in {"command", "callback"}
                continue
            is_command |= isinstance(called, Name) and called.name.endswith((".command", "cell"))
        if found or not is_command:
            return found
        parameter = next(item for item in function.parameters if item.name == name)
        return [_of_default(file, parameter.default, function, name, parameter.span)]


def _of_default(
    file: PythonFile, default: Expression | None, function: Function, name: str, span: Span
) -> Declared:
    outer = file.facts.blocks[function.block].parent
    note = name if default is not None else "required"
    if isinstance(default, CallRef):
        call = file.facts.calls[default.index]
        if call.name.rpartition(".")[2] in _TYPER:
            default = call.argument(0, "default")
            is_missing = default is None or getattr(default, "value", 0) is Ellipsis
            note = "required" if is_missing else name
    return Declared(file.path, default, outer, span, note)


def _declared(file: PythonFile, call: Call, kind: str) -> Iterator[Declared]:
    name = _name_of(call, kind)
    if not name:
        return
    if kind.startswith("DEFINE_"):
        default = call.argument(1, "default")
        yield Declared(file.path, default, call.block, call.span, name)
        return
    action = getattr(call.keyword("action"), "value", "store")
    default = call.keyword("default")
    is_required = getattr(call.keyword("required"), "value", False) is True
    is_positional = kind in {"add_argument", "argument"} and not _flags(call)
    if action in {"store_true", "store_false"} and default is None:
        default = Literal(call.at, action == "store_false")
    must_be_given = (is_required or (is_positional and default is None)) and not any(
        keyword.name == "nargs" for keyword in call.keywords
    )
    note = "required" if must_be_given else name
    yield Declared(file.path, default, call.block, call.span, note)


def _flags(call: Call) -> list[str]:
    texts = [getattr(argument, "value", None) for argument in call.args]
    return [text for text in texts if isinstance(text, str) and text.startswith("-")]


def _name_of(call: Call, kind: str) -> str:
    dest = getattr(call.keyword("dest"), "value", None)
    if isinstance(dest, str):
        return dest
    texts = [getattr(argument, "value", None) for argument in call.args]
    names = [text for text in texts if isinstance(text, str)]
    if kind.startswith("DEFINE_"):
        return names[0] if names else ""
    long = next((name for name in names if name.startswith("--")), None)
    plain = next((name for name in names if name and not name.startswith("-")), None)
    chosen = plain if kind in {"option", "argument"} and plain else long or (names or [""])[0]
    return chosen.partition("/")[0].lstrip("-").replace("-", "_")
