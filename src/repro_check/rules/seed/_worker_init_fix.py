"""How a fix gives loaders a function that sets up their workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from repro_check.findings import Edit, Fix, Safety
from repro_check.project.modules import Symbol
from repro_check.project.project import Project
from repro_check.rules.arguments import give
from repro_check.rules.insertion import imported_as, insert_below_imports
from repro_check.rules.seed._worker_loaders import Loader, worker_loaders
from repro_check.sources.python import MODULE

_NAME = "seed_worker"
SEED = "{torch.initial_seed}()"
"""What differs by worker and by epoch."""


def loaders_taking(project: Project, dataset: Symbol) -> tuple[Loader, ...]:
    """All loaders with workers that take a dataset of this class; none if another one might."""
    found = []
    for loader in worker_loaders(project):
        given = loader.dataset
        if given is None or not given.path:
            return ()
        if dataset in project.classes.lineage(given).own:
            found.append(loader)
    return tuple(found)


def initialise_workers(
    project: Project,
    loaders: Sequence[Loader],
    statement: str,
    needs: Mapping[str, str],
    title: str,
) -> Fix | None:
    """Define a function of this one statement, and give it to the loaders as `worker_init_fn`.

    Args:
        project: the project.
        loaders: loaders of one file, which have no such function.
        statement: with the dotted names that it needs in braces (`{torch.initial_seed}()`).
        needs: the import that brings each of these names, if the module has none.
        title: what the fix does.

    Returns:
        The fix; None where the loaders lie apart, or a name is taken.
    """
    files = {loader.file.path: loader.file for loader in loaders}
    if len(files) != 1:
        return None
    file = next(iter(files.values()))
    text = project.text_at(file.path)
    if text is None or file.notebook is not None or file.scopes.has_star:
        return None
    if file.scopes.binding(_NAME, MODULE) >= 0:
        return None
    imports: list[str] = []
    for dotted, importing in needs.items():
        name = imported_as(file, dotted, MODULE)
        if not name:
            alias = importing.rpartition(" ")[2]
            if file.scopes.binding(alias, MODULE) >= 0:
                return None
            imports += [importing] if importing not in imports else []
            name = alias + dotted[len(importing.split()[1]) :]
        statement = statement.replace(f"{{{dotted}}}", name)
    lines = [*imports, "", "", f"def {_NAME}(worker_id):", f"    {statement}", ""]
    edits: list[Edit | None] = [insert_below_imports(file, text, lines)]
    for loader in loaders:
        is_free = loader.call.keyword("worker_init_fn") is None and not loader.call.unpacks
        edits.append(give(file, text, loader.call, "worker_init_fn", _NAME) if is_free else None)
    made = tuple(edit for edit in edits if edit is not None)
    return Fix(Safety.UNSAFE, title, made) if len(made) == len(edits) else None
