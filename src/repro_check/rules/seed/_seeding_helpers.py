"""Functions of a project that surely seed what they should, from a parameter."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.findings import Edit
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family, seeds_exactly
from repro_check.project.modules import Symbol
from repro_check.project.project import Project
from repro_check.rules.insertion import insert_import
from repro_check.sources.expressions import Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import MODULE, Function
from repro_check.sources.scopes import bound_names
from repro_check.text import pattern

_HELPER = pattern(r"seed|determin|reproduc")
_SEED = pattern(r"(random_|manual_|global_)?(seed|seed_value|random_state)")


class _Way(msgspec.Struct, frozen=True):
    """How a helper is written in a file, and what has to be imported for it."""

    name: str
    imports: tuple[Edit, ...]


def seeding_helper(
    project: Project, file: PythonFile, text: str, block: int, families: frozenset[Family]
) -> tuple[str, tuple[Edit, ...]] | None:
    """How a file can call a helper of the project that seeds all these families from its parameter.

    Args:
        project: the repository.
        file: the file, which is run as a script.
        text: its text.
        block: where the helper is called.
        families: what it has to seed.

    Returns:
        The name and the edits that import it; None if there is none that can surely be imported.
    """
    ways = [
        (rank, helper.path, way)
        for helper in _helpers(project, families)
        for rank, way in _ways(project, file, text, block, helper)
    ]
    best = min(ways, key=lambda item: item[:2], default=None)
    return (best[2].name, best[2].imports) if best else None


def _helpers(project: Project, families: frozenset[Family]) -> Iterator[Symbol]:
    for file in project.python.readable(Role.PRODUCT):
        if file.notebook is None:
            for function in file.facts.functions:
                if _HELPER.search(function.qualname) and families <= _seeded(
                    project, file, function
                ):
                    yield Symbol("function", file.path, function.qualname)


def _seeded(project: Project, file: PythonFile, function: Function) -> frozenset[Family]:
    """The families that a plain function seeds in every call with its first parameter."""
    if "." in function.qualname or function.decorators or not function.parameters:
        return frozenset()
    seed, *others = function.parameters
    is_plain = not any(item.kind.startswith("*") for item in function.parameters)
    is_open = not is_plain or any(item.default is None for item in others)
    if is_open or seed.kind or not _SEED.fullmatch(seed.name):
        return frozenset()
    leaves = any(file.facts.is_inside(item.block, function.block) for item in file.facts.exits)
    if (
        leaves
        or file.facts.blocks[function.block].parent != MODULE
        or _is_bound(file, function, seed.name)
    ):
        return frozenset()
    found: frozenset[Family] = frozenset()
    for call in file.facts.calls:
        given = call.args[0] if len(call.args) == 1 and not call.keywords else None
        is_sure = call.block == function.block and isinstance(given, Name)
        if is_sure and isinstance(given, Name) and given.name == seed.name:
            found |= seeds_exactly(project.calls.outside_target(file.path, call)) or frozenset()
    return found


def _is_bound(file: PythonFile, function: Function, name: str) -> bool:
    return any(
        item.block == function.block and name in {n for t in item.targets for n in bound_names(t)}
        for item in file.facts.assignments
    )


def _ways(
    project: Project, file: PythonFile, text: str, block: int, helper: Symbol
) -> Iterator[tuple[int, _Way]]:
    """(rank, way) of writing a helper's name: it is there, its module is imported, or lies beside."""
    name = helper.name
    if _means(project, file, name, block, helper):
        yield 0, _Way(name, ())
    for item in file.facts.imports:
        if item.block != MODULE:
            continue
        dotted = f"{item.alias}.{name}"
        if _means(project, file, dotted, block, helper):
            yield 1, _Way(dotted, ())
        is_from = item.name not in {"", "*"}
        if is_from and project.modules.find(item.module, file.path) == helper.path:
            edit = _import(file, text, item.module, name, block)
            # below what may change `sys.path`, an import finds what the one above does not
            if edit and edit.location.span and item.span.line < edit.location.span.line:
                yield 2, _Way(name, (edit,))
    folder, _, last = helper.path.rpartition("/")
    module = last.removesuffix(".py")
    is_beside = folder == file.path.rpartition("/")[0] and helper.path != file.path
    if is_beside and module.isidentifier() and _is_harmless(project, helper.path, file.path):
        edit = _import(file, text, module, name, block)
        if edit and project.modules.find(module, file.path) == helper.path:
            yield 3, _Way(name, (edit,))


def _means(project: Project, file: PythonFile, name: str, block: int, helper: Symbol) -> bool:
    found = project.modules.resolve(file, name, block)
    return found is not None and (found.path, found.name) == (helper.path, helper.name)


def _import(file: PythonFile, text: str, module: str, name: str, block: int) -> Edit | None:
    is_taken = file.scopes.binding(name, block) >= 0 or file.scopes.has_star
    return None if is_taken else insert_import(file, text, f"from {module} import {name}")


def _is_harmless(project: Project, path: str, entry: str) -> bool:
    """Whether importing a module beside a script does nothing but define things."""
    folder = path.rpartition("/")[0]
    init = f"{folder}/__init__.py".removeprefix("/")
    facts = project.python[path].facts
    imports_back = any(entry in project.modules.imported(path, item) for item in facts.imports)
    runs = any(call.block == MODULE for call in facts.calls)
    return init not in project.python.paths and not runs and not imports_back
