"""SEED015."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.modules import Symbol
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule
from repro_check.rules.seed._worker_init_fix import SEED, initialise_workers, loaders_taking
from repro_check.rules.seed._worker_loaders import is_dataset, loader_of
from repro_check.sources.python import Call

_MENDED = "1.9"
_DRAWS = frozenset(
    "rand randn randint random random_sample uniform normal choice permutation shuffle beta binomial "
    "exponential gamma poisson standard_normal dirichlet".split()
)


@rule(
    "SEED015",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    stage=Stage.REPOSITORY,
    is_default=False,
    fixes="unsafe",
)
def numpy_workers_old_torch(file: PythonFile, project: Project) -> Iterator[Finding]:
    """Samples draw from NumPy's global generator under a PyTorch that does not seed it in workers.

    Before 1.9 the workers of a loader began with copies of the same NumPy state: all of them drew the
    same numbers, in every epoch (pytorch/pytorch#5059, mended by pytorch/pytorch#56488). This rule
    speaks only where a lock file or a requirement allows such a version; what nothing bounds is
    taken for the current release.

    Bad:
        # file: requirements.txt
        torch==1.8.1
        # file: data.py
        import numpy as np
        from torch.utils.data import DataLoader, Dataset

        class Noisy(Dataset):
            def __getitem__(self, index):
                return self.images[index] + np.random.normal()

        def loader():
            return DataLoader(Noisy(), num_workers=4)

    Good:
        # file: requirements.txt
        torch==2.4.0
        # file: data.py
        import numpy as np
        from torch.utils.data import DataLoader, Dataset

        class Noisy(Dataset):
            def __getitem__(self, index):
                return self.images[index] + np.random.normal()

        def loader():
            return DataLoader(Noisy(), num_workers=4)

    Not this rule:
        # file: requirements.txt
        torch==1.8.1
        # file: data.py
        import numpy as np
        import torch
        from torch.utils.data import DataLoader, Dataset

        def seed_worker(worker_id):
            np.random.seed(torch.initial_seed() % 2**32)

        class Noisy(Dataset):
            def __getitem__(self, index):
                return self.images[index] + np.random.normal()

        def loader():
            return DataLoader(Noisy(), num_workers=4, worker_init_fn=seed_worker)
    """
    if not any(item.module.startswith("numpy") for item in file.facts.imports):
        return
    if not project.versions.may_be_below("torch", _MENDED, near=file.path):
        return
    for symbol in project.classes.all(file):
        loader = loader_of(project, symbol) if is_dataset(project, symbol) else None
        if loader is None or loader.call.keyword("worker_init_fn") is not None:
            continue
        drawn = next(_draws(project, symbol), None)
        if drawn is None:
            continue
        home, call = drawn
        bound = project.versions.bound("torch", near=file.path)
        said = f" (`{bound.path}`)" if bound else ""
        yield project.python[home].finding(
            call.span,
            f"`{call.name}` runs in the workers of a loader, and a PyTorch below {_MENDED} is allowed{said}, "
            "whose workers all draw the same numbers",
            help=f"Require `torch>={_MENDED}`, or give the loader a `worker_init_fn` that calls "
            "`np.random.seed(torch.initial_seed() % 2**32)`.",
            related=[loader.file.related(loader.call.span, "this loader may have workers")],
            fix=initialise_workers(
                project,
                loaders_taking(project, symbol),
                f"{{numpy.random.seed}}({SEED} % 2**32)",
                {"numpy.random.seed": "import numpy as np", "torch.initial_seed": "import torch"},
                "Seed NumPy in each worker",
            ),
        )


def _draws(project: Project, symbol: Symbol) -> Iterator[tuple[str, Call]]:
    starts = [
        Node(path, method.block)
        for path, method in project.modules.methods(symbol)
        if method.qualname.rpartition(".")[2] in {"__getitem__", "__iter__"}
    ]
    for node in project.calls.reachable(*starts, surely=True):
        for outside in project.calls.outside_calls(node):
            module, _, name = outside.target.rpartition(".")
            if module == "numpy.random" and name in _DRAWS:
                yield outside.path, outside.call
