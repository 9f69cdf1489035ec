"""From a function of the repository to its callers, and from an argument to the parameter."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from repro_check.project.files import PythonFile
from repro_check.project.modules import Symbol
from repro_check.project.project import Project
from repro_check.sources.expressions import Expression
from repro_check.sources.python import Call, Function


def callers(
    project: Project, file: PythonFile, function: Function
) -> Iterator[tuple[PythonFile, Call]]:
    """The calls of a function of a file, in that file first."""
    first, _, last = function.qualname.partition(".")
    last = last.rpartition(".")[2] or first
    stem = file.path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    wanted = Symbol("function", file.path, function.qualname)
    names = {first, stem, "*"}
    named = [(file.path, call) for call in file.facts.calls if call.name.endswith(last)]
    named += [each for each in project.callers.named(last) if each[0] != file.path]
    for path, call in named:
        if call.receiver is None and call.name.rpartition(".")[2] == last:
            caller = project.python[path]
            is_wanted = project.modules.resolve(caller, call.name, call.block) == wanted
            if is_wanted and (caller is file or _may_know(caller, names)):
                yield caller, call


def _may_know(file: PythonFile, names: AbstractSet[str]) -> bool:
    """Whether a file imports one of these names, or a module that is called so."""
    return any(
        item.name in names or item.module.rpartition(".")[2] in names for item in file.facts.imports
    )


def given_to(call: Call, argument: Expression, function: Function) -> str:
    """The parameter that an argument is given to, or ""."""
    for keyword in call.keywords:
        if keyword.value.span == argument.span:
            return keyword.name
    names = [one.name for one in function.parameters if one.kind not in {"*", "**"}]
    if names[:1] in (["self"], ["cls"]):
        names = names[1:]
    at = next((at for at, one in enumerate(call.args) if one.span == argument.span), len(names))
    return names[at] if at < len(names) and not call.unpacks else ""


def entered(project: Project, symbol: Symbol) -> tuple[PythonFile, Function] | None:
    """The function that a call of this symbol runs: of a class its constructor."""
    modules = project.modules
    callee = modules.method(symbol, "__init__") if symbol.kind == "class" else symbol
    function = None if callee is None else modules.function(callee)
    if callee is None or function is None:
        return None
    return project.python[callee.path], function
