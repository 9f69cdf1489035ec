"""SEED014."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Related, Safety, Severity
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.libraries import Family, drawn_by, seeded_by
from repro_check.project.modules import Symbol
from repro_check.project.project import Project
from repro_check.rules.arguments import written
from repro_check.rules.rule import rule
from repro_check.rules.seed._seeder_calls import outside_name
from repro_check.rules.seed._worker_seeds import WorkerSeed, worker_seeds
from repro_check.sources.expressions import CallRef, Name
from repro_check.sources.kinds import Role
from repro_check.sources.python import Call
from repro_check.text import pattern

# these draw from the generators of Python or NumPy; torchvision only did so before 0.8
_AUGMENTS = pattern(
    r"(albumentations|imgaug|monai|torchio|audiomentations|batchgenerators|volumentations|nlpaug|"
    r"augly|timm|fastai|mmcv|detectron2)\b"
)
_SEEDERS = ("numpy.random.seed", "random.seed")


@rule(
    "SEED014",
    severity=Severity.ERROR,
    on=PythonFile,
    practice=4,
    fixes="unsafe",
    words=("worker_init_fn",),
)
def constant_worker_seed(file: PythonFile, project: Project) -> Iterator[Finding]:
    """Every worker of a data loader is seeded with the same number.

    The workers then draw the same augmentations, so a batch holds as many copies of each random choice
    as there are workers, and every epoch repeats them. PyTorch's notes on reproducibility seed from
    `torch.initial_seed()`, which differs by worker and by epoch. `seed + worker_id` differs by worker
    only: that is noted, and so is a seed of a generator from which nothing here seems to draw. A loader
    without workers never calls its initialiser.

    Bad:
        import numpy as np
        from torch.utils.data import DataLoader
        from data import dataset

        def init(worker_id):
            np.random.seed(0)

        loader = DataLoader(dataset, num_workers=4, worker_init_fn=init)

    Bad:
        import random
        from torch.utils.data import DataLoader
        from data import dataset

        loader = DataLoader(dataset, num_workers=4, worker_init_fn=lambda _: random.seed(42))

    Good:
        import numpy as np
        import torch
        from torch.utils.data import DataLoader
        from data import dataset

        def init(worker_id):
            np.random.seed(torch.initial_seed() % 2**32)

        loader = DataLoader(dataset, num_workers=4, worker_init_fn=init)

    Not this rule:
        import numpy as np
        from torch.utils.data import DataLoader, get_worker_info
        from data import dataset

        def init(_):
            np.random.seed(get_worker_info().seed % 2**32)

        def restart():
            np.random.seed(0)

        loader = DataLoader(dataset, num_workers=4, worker_init_fn=init)
    """
    for found in worker_seeds(file, project):
        is_drawn = _matters(file, project, found)
        if found.is_by_worker and not is_drawn:
            continue
        there = project.python[found.path]
        related = [
            Related(file.location(found.given.span), "it initialises the workers of this loader")
        ]
        place = there if found.path == file.path else file
        span = found.call.span if place is there else found.given.span
        if place is not there:
            related = [Related(there.location(found.call.span), "the seed is set here")]
        yield place.finding(
            span,
            _message(found),
            help="Write `np.random.seed(torch.initial_seed() % 2**32)`, and the same for `random`; "
            "torch itself is seeded by the loader.",
            severity=Severity.INFO if found.is_by_worker or not is_drawn else None,
            related=related,
            fix=_fix(there, project, found),
        )


def _matters(file: PythonFile, project: Project, found: WorkerSeed) -> bool:
    """Whether something may draw from what is seeded: our own code, or a library of augmentations.

    Args:
        file: the file of the loader.
        project: the project.
        found: what seeds its workers.
    """
    families = seeded_by(outside_name(project.python[found.path], project, found.call))
    if not families or Family.TORCH in families:
        return True
    made = list(_datasets(file, project, found.loader))
    if None in made or not made:
        return True
    if all(symbol and not symbol.path for symbol in made):
        return found.loader.keyword("collate_fn") is not None
    for each in project.python.readable(Role.PRODUCT):
        facts = each.facts
        if any(_AUGMENTS.match(item.module) for item in facts.imports):
            return True
        if any(call.target and families & drawn_by(call.target) for call in facts.calls):
            return True
    return False


def _datasets(file: PythonFile, project: Project, loader: Call) -> Iterator[Symbol | None]:
    """Of which classes a loader's dataset may be; None for one that is neither ours nor of tensors."""
    given = loader.argument(0, "dataset")
    values = [given]
    if isinstance(given, Name):
        scope = file.scopes.binding(given.name, loader.block)
        values = [
            item.value
            for item in file.facts.assignments
            if any(getattr(target, "name", "") == given.name for target in item.targets)
            and file.scopes.binding(given.name, item.block) == scope
        ]
    for value in values:
        symbol = None
        if isinstance(value, CallRef):
            call = file.facts.calls[value.index]
            symbol = project.modules.resolve(file, call.name, call.block)
        is_own = symbol is not None and symbol.kind == "class"
        is_tensors = symbol is not None and symbol.name == "torch.utils.data.TensorDataset"
        yield symbol if is_own or is_tensors else None


def _fix(file: PythonFile, project: Project, found: WorkerSeed) -> Fix | None:
    """Seed from torch's own seed, unless the function sets that one first."""
    text = project.text_at(file.path)
    given = [*found.call.args, *(item.value for item in found.call.keywords)]
    target = outside_name(file, project, found.call)
    if file.notebook is not None or text is None or len(given) != 1 or target not in _SEEDERS:
        return None
    if _sets_torch(file, project, found) or _is_called(file, project, found):
        return None
    made = written(file, text, "torch.initial_seed", found.call.block, "import torch")
    if made is None:
        return None
    name, imported = made
    edit = Edit(file.location(given[0].span), f"{name}() % 2**32")
    return Fix(Safety.UNSAFE, "Seed from `torch.initial_seed()`", (edit, *imported))


def _sets_torch(file: PythonFile, project: Project, found: WorkerSeed) -> bool:
    """Whether the initialiser may seed torch itself, or calls code of ours that may."""
    scope = file.scopes.scope(found.call.block)
    for call in file.facts.calls:
        if file.scopes.scope(call.block) == scope:
            families = seeded_by(project.calls.outside_target(file.path, call))
            if Family.TORCH in families or project.callers.targets(file.path, call):
                return True
    return False


def _is_called(file: PythonFile, project: Project, found: WorkerSeed) -> bool:
    """Whether our own code calls the initialiser, and not only loaders do."""
    scope = file.scopes.scope(found.call.block)
    sites = project.callers.calls_of(Node(file.path, scope))
    return any(site.call.keyword("worker_init_fn") is None for site in sites)


def _message(found: WorkerSeed) -> str:
    if found.is_by_worker:
        return (
            f"`{found.call.name}` gives each worker the same seed in every epoch, so each epoch draws "
            "the same augmentations"
        )
    return (
        f"`{found.call.name}` gives every worker the same seed, so all of them draw the same "
        "augmentations"
    )
