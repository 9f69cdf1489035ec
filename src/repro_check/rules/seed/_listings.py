"""Calls that list a folder in the order of its file system.

`os.listdir`, `os.scandir`: "in arbitrary order" (docs.python.org/3/library/os.html); `glob`: "whether or
not the results are sorted depends on the file system" (docs.python.org/3/library/glob.html);
`Path.iterdir`: "in arbitrary order" (docs.python.org/3/library/pathlib.html). blobfile lists a local folder
with `os.scandir` (github.com/blobfile/blobfile, blobfile/_ops.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.sources.expressions import CallRef, Expression, Name, Operation
from repro_check.sources.python import Call

_FUNCTIONS = frozenset(
    {
        "os.listdir",
        "os.scandir",
        "os.walk",
        "glob.glob",
        "glob.iglob",
        "blobfile.glob",
        "blobfile.listdir",
        "blobfile.scandir",
        "tensorflow.gfile.Glob",
        "tensorflow.gfile.ListDirectory",
        "tensorflow.io.gfile.glob",
        "tensorflow.io.gfile.listdir",
        "tensorflow.compat.v1.gfile.Glob",
    }
)
_LASTS = frozenset({target.rpartition(".")[2] for target in _FUNCTIONS})
_PATH_METHODS = frozenset({"glob", "rglob", "iterdir"})
_PATHS = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"})


class Listing(msgspec.Struct, frozen=True):
    """A call that lists a folder, and what it is called in messages."""

    call: Call
    index: int
    name: str


def listings(file: PythonFile, project: Project) -> Iterator[Listing]:
    """The calls of a file that list a folder in no order."""
    for index, call in enumerate(file.facts.calls):
        last = call.name.rpartition(".")[2]
        if last in _LASTS and call.receiver is None:
            symbol = project.modules.resolve(file, call.name, call.block)
            if symbol is not None and symbol.kind == "external" and symbol.name in _FUNCTIONS:
                yield Listing(call, index, call.name)
                continue
        if last in _PATH_METHODS and _is_path(file, call):
            yield Listing(call, index, f"Path.{last}")


def _is_path(file: PythonFile, call: Call) -> bool:
    """Whether a method is called on a `pathlib.Path`, as far as this file tells."""
    if call.receiver is not None:
        return _makes_path(file, call.receiver, call.block)
    owner, _, last = call.name.rpartition(".")
    if not owner or file.scopes.target(owner, call.block):
        return False
    if last in {"iterdir", "rglob"}:
        return True
    if "." in owner:
        return _is_path_attribute(file, owner)
    function = file.facts.function_of(call.block)
    for parameter in function.parameters if function else ():
        if parameter.name == owner and parameter.annotation.endswith("Path"):
            return True
    binding = file.constants.binding(owner, call.block)
    return (
        binding is not None
        and binding.value is not None
        and _makes_path(file, binding.value, binding.block)
    )


def _is_path_attribute(file: PythonFile, owner: str) -> bool:
    return any(
        item.value is not None and _makes_path(file, item.value, item.block)
        for item in file.facts.assignments
        if any(isinstance(target, Name) and target.name == owner for target in item.targets)
    )


def _makes_path(file: PythonFile, value: Expression, block: int) -> bool:
    match value:
        case CallRef(index=index):
            return file.facts.calls[index].target in _PATHS
        case Operation(operator="/", operands=(left, _)):
            return _makes_path(file, left, block)
        case Name(name=name) if "." not in name:
            binding = file.constants.binding(name, block)
            return (
                binding is not None
                and isinstance(binding.value, CallRef | Operation)
                and _makes_path(file, binding.value, binding.block)
            )
        case _:
            return False
