"""SEED013."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Confidence, Finding, Fix, Severity
from repro_check.project.files import PythonFile
from repro_check.project.outside import canonical
from repro_check.project.project import Project
from repro_check.rules.rule import rule
from repro_check.rules.seed._owned_generators import Held, generators_of
from repro_check.rules.seed._worker_init_fix import SEED, initialise_workers, loaders_taking
from repro_check.rules.seed._worker_loaders import loader_of, starts_workers_itself
from repro_check.sources.expressions import CallRef

# how a worker gives the generator that one function made a seed of its own
_AGAIN = {
    "numpy.random.default_rng": f" = {{numpy.random.default_rng}}({SEED})",
    "numpy.random.RandomState": f" = {{numpy.random.RandomState}}({SEED} % 2**32)",
    "random.Random": f".seed({SEED})",
    "torch.Generator": f".manual_seed({SEED})",
}


@rule(
    "SEED013",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    fixes="unsafe",
    words=("random", "rng", "generator"),
)
def dataset_owned_rng(file: PythonFile, project: Project) -> Iterator[Finding]:
    """A generator that a dataset or a transform keeps is copied into every worker of the loader.

    Workers are copies of the process that made the dataset, generator included. All of them then
    draw the same numbers, so samples of different workers get the same augmentation, and since the
    workers of the next epoch are copied from the same untouched original, they draw those numbers
    again. PyTorch reseeds only the global generators in its workers (`torch/utils/data/_utils/worker.py`;
    for NumPy since 1.9, pytorch/pytorch#56488).

    Bad:
        import numpy as np
        from torch.utils.data import DataLoader, Dataset

        class Noisy(Dataset):
            def __init__(self, images, seed):
                self.images = images
                self.rng = np.random.default_rng(seed)

            def __len__(self):
                return len(self.images)

            def __getitem__(self, index):
                return self.images[index] + self.rng.normal()

        def loader(images):
            return DataLoader(Noisy(images, 0), batch_size=8, num_workers=4)

    Good:
        import numpy as np
        from torch.utils.data import DataLoader, Dataset

        class Noisy(Dataset):
            def __init__(self, images, seed):
                self.images = images
                self.seed = seed
                self.epoch = 0

            def __len__(self):
                return len(self.images)

            def __getitem__(self, index):
                rng = np.random.default_rng([self.seed, self.epoch, index])
                return self.images[index] + rng.normal()

        def loader(images):
            return DataLoader(Noisy(images, 0), batch_size=8, num_workers=4)

    Not this rule:
        import numpy as np
        from torch.utils.data import DataLoader, Dataset

        class Noisy(Dataset):  # without workers there is one generator only
            def __init__(self, images, seed):
                self.images = images
                self.rng = np.random.default_rng(seed)

            def __getitem__(self, index):
                return self.images[index] + self.rng.normal()

        def loader(images):
            return DataLoader(Noisy(images, 0), batch_size=8)

    Not this rule:
        import numpy as np
        from torch.utils.data import DataLoader, Dataset

        class Subset(Dataset):  # drawn from once, before there are workers
            def __init__(self, images, seed):
                self.rng = np.random.default_rng(seed)
                self.images = self.rng.permutation(images)

            def __getitem__(self, index):
                return self.images[index]

        def loader(images):
            return DataLoader(Subset(images, 0), num_workers=4)
    """
    for held in generators_of(project, file):
        loader = loader_of(project, held.dataset)
        if loader is None or starts_workers_itself(project, held.attribute):
            continue
        uses = project.python[held.path]
        yield file.finding(
            held.value.span,
            f"`self.{held.attribute}` of `{held.owner.name}` is copied into every worker of the loader, "
            "so all workers draw the same numbers, in each epoch again",
            help="Make the generator where it is used, from seed, epoch and index: "
            "`np.random.default_rng([self.seed, self.epoch, index])`.",
            confidence=Confidence.HIGH if held.is_dataset else Confidence.MEDIUM,
            related=[
                uses.related(held.use, "a worker draws from it here"),
                loader.file.related(loader.call.span, "this loader may have workers"),
            ],
            fix=_fix(file, project, held),
        )


def _fix(file: PythonFile, project: Project, held: Held) -> Fix | None:
    """Seed the dataset's generator in each worker, where all its loaders are plain to see."""
    if not held.is_dataset or not isinstance(held.value, CallRef):
        return None
    made = canonical(file.facts.calls[held.value.index].target)
    again = _AGAIN.get(made or "torch.Generator")
    if again is None:
        return None
    owner = f"{{torch.utils.data.get_worker_info}}().dataset.{held.attribute}"
    importing = {
        "torch.utils.data.get_worker_info": "import torch",
        "torch.initial_seed": "import torch",
    }
    library = made.partition(".")[0]
    if library == "numpy":
        importing[made] = "import numpy as np"
    return initialise_workers(
        project,
        loaders_taking(project, held.dataset),
        owner + again,
        importing,
        f"Seed `{held.attribute}` in each worker",
    )
