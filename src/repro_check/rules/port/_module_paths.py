"""Folders that code puts on `sys.path`: fixed ones, and those that depend on where it is started."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
)
from repro_check.text import pattern

_CHANGES = frozenset(
    {"sys.path.insert", "sys.path.append", "os.sys.path.insert", "os.sys.path.append"}
)
_PLAIN = frozenset(
    {
        *(
            "os.path.abspath",
            "os.path.realpath",
            "os.path.normpath",
            "os.path.join",
            "os.path.dirname",
        ),
        *("builtins.str", "pathlib.Path", "os.path.expanduser", "os.fspath", "pathlib.PurePath"),
        *("os.path.split", "pathlib.PosixPath"),
    }
)
_HERE = frozenset({"os.getcwd", "pathlib.Path.cwd"})
_METHODS = frozenset({"resolve", "absolute", "as_posix", "joinpath", "__str__"})
_ROOTED = pattern(r"[/\\~]|[A-Za-z]:[\\/]|[a-z][a-z0-9+]*://")
_DEEPEST = 8


class Base(enum.Enum):
    """What a path is relative to."""

    WORKING_FOLDER = "cwd"
    NOTHING = "the working folder itself"
    FILE = "file"
    UNKNOWN = "unknown"


def added_folders(file: PythonFile) -> Iterator[tuple[Base, Span]]:
    """What each folder that a file puts on `sys.path` is relative to, and the place of the call."""
    for call in file.facts.calls_to(*_CHANGES):
        if call.args:
            added = call.args[-1]
            is_itself = _is_working_folder(file, added, call.block)
            yield Base.NOTHING if is_itself else base_of(file, added, call.block), call.span


def _is_working_folder(file: PythonFile, path: Expression, block: int) -> bool:
    if isinstance(path, CallRef):
        call = file.facts.calls[path.index]
        if call.target == "builtins.str" and call.args:
            return _is_working_folder(file, call.args[0], call.block)
        return call.target in _HERE
    if isinstance(path, Name):
        binding = file.constants.binding(path.name, block)
        if binding is not None and isinstance(binding.value, CallRef):
            return _is_working_folder(file, binding.value, binding.block)
    is_current = file.target(path, block) == "os.curdir"
    return is_current or file.constants.text(path, block) in {"", ".", "./"}


def base_of(file: PythonFile, path: Expression | None, block: int, depth: int = 0) -> Base:
    """What a path is relative to: `"../x"` to the working folder, `Path(__file__).parent` to the file."""
    if depth > _DEEPEST:
        return Base.UNKNOWN
    match path:
        case Literal(value=str(value)):
            return Base.UNKNOWN if _ROOTED.match(value) else Base.WORKING_FOLDER
        case Name(name=name):
            if name == "__file__":
                return Base.FILE
            owner, _, attribute = name.rpartition(".")
            if owner and attribute in {"parent", "parents"}:
                return base_of(file, Name(path.at, owner), block, depth + 1)
            if file.scopes.target(name, block) in {"os.curdir", "os.pardir"}:
                return Base.WORKING_FOLDER
            binding = file.constants.binding(name, block)
            if binding is None or binding.value is None:
                return Base.UNKNOWN
            return base_of(file, binding.value, binding.block, depth + 1)
        case CallRef(index=index):
            return _base_of_call(file, index, depth)
        case Attribute(base=base) | Subscript(base=base):
            return base_of(file, base, block, depth + 1)
        case Operation(operator="/" | "+", operands=(left, *_)):
            return base_of(file, left, block, depth + 1)
        case _:
            return Base.UNKNOWN


def _base_of_call(file: PythonFile, index: int, depth: int) -> Base:
    call = file.facts.calls[index]
    if call.target in _HERE:
        return Base.WORKING_FOLDER
    if call.target in _PLAIN:
        if not call.args:
            return Base.WORKING_FOLDER if call.target == "pathlib.Path" else Base.UNKNOWN
        return base_of(file, call.args[0], call.block, depth + 1)
    owner, _, method = call.name.rpartition(".")
    if method not in _METHODS:
        return Base.UNKNOWN
    receiver = call.receiver
    if receiver is None and owner:
        receiver = Name(call.name_at, owner)
    return base_of(file, receiver, call.block, depth + 1)
