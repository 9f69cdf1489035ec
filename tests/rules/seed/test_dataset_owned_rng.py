"""SEED013: generators that datasets and transforms keep and workers copy."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Confidence, Finding

MakeRepo = Callable[..., Repo]
DATA = """\
import random
import numpy as np
import torch
import torch.utils.data as data
from numpy.random import default_rng
from torch.utils.data import DataLoader, Dataset, IterableDataset, get_worker_info
from torch.utils.data.dataset import Dataset as Other


class Noisy({base}):
    def __init__(self, images, seed=0, rng=None):
        self.images = images
        self.seed = seed
        self.rng = {made}

    def __len__(self):
        return len(self.images)

    def {method}(self, index=0):
        {use}

    def augment(self, x):
        return x + self.rng.normal()


def loaders(images, workers, seed_worker=None):
    return DataLoader(Noisy(images), {loader})
"""
USUAL = {
    "base": "Dataset",
    "made": "np.random.default_rng(seed)",
    "method": "__getitem__",
    "use": "return self.images[index] + self.rng.normal()",
    "loader": "batch_size=4, num_workers=4",
}


def judge(make_repo: MakeRepo, files: Mapping[str, str]) -> list[Finding]:
    """The findings on these files."""
    written = {path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    return list(check(make_repo(written, commit=False).root, "SEED013").findings)


def count(make_repo: MakeRepo, **changes: str) -> int:
    """How many findings there are on one module."""
    return len(judge(make_repo, {"data.py": DATA.format(**{**USUAL, **changes})}))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"made": "default_rng(seed)"},
        {"made": "np.random.RandomState(seed)", "use": "return self.rng.rand()"},
        {"made": "random.Random(seed)", "use": "return self.rng.random()"},
        {"made": "torch.Generator().manual_seed(seed)", "use": "return torch.rand(1, generator=self.rng)"},
        {"made": "rng if rng is not None else default_rng()"},
        {"made": "rng or np.random.RandomState(0)"},
        {"use": "return self.augment(self.images[index])"},
        {"use": "rng = self.rng\n        return np.random.permutation(self.rng)"},
        {"base": "IterableDataset", "method": "__iter__", "use": "yield self.rng.normal()"},
        {"base": "data.Dataset"},
        {"base": "Other"},
        {"loader": "num_workers=workers"},
        {"loader": "4, True, None, None, 2"},
        {"loader": "**workers"},
        {"loader": "num_workers=2, worker_init_fn=lambda i: np.random.seed(i)"},
    ],
)  # fmt: skip
def test_a_generator_that_workers_copy_is_named(
    changes: dict[str, str], make_repo: MakeRepo
) -> None:
    assert count(make_repo, **changes) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"base": "object"},
        {"base": "data.Sampler", "method": "__iter__"},
        {"made": "seed"},
        {"made": "None", "use": "self.rng = default_rng([self.seed, index])\n        return self.rng.normal()"},
        {"use": "return self.images[index]"},
        {"use": "self.rng.seed(self.seed + index)\n        return self.rng.rand()"},
        {"use": "info = get_worker_info()\n        return self.rng.normal()"},
        {"method": "shuffled"},
        {"loader": "batch_size=4"},
        {"loader": "num_workers=0"},
        {"loader": "num_workers=2, worker_init_fn=seed_worker"},
    ],
)  # fmt: skip
def test_what_is_made_anew_or_stays_in_one_process_is_fine(
    changes: dict[str, str], make_repo: MakeRepo
) -> None:
    assert count(make_repo, **changes) == 0


def test_a_worker_that_gives_its_copy_a_generator_of_its_own_is_fine(make_repo: MakeRepo) -> None:
    helper = """
        import numpy as np
        import torch

        def seed_worker(worker_id):
            info = torch.utils.data.get_worker_info()
            info.dataset.rng = np.random.default_rng(info.seed)
        """
    source = DATA.format(**{**USUAL, "loader": "num_workers=2, worker_init_fn=own"})
    source = "from helpers import seed_worker as own\n" + source
    assert judge(make_repo, {"data.py": source, "helpers.py": helper}) == []


def test_a_loader_in_another_file_counts_and_one_of_another_dataset_does_not(
    make_repo: MakeRepo,
) -> None:
    source = DATA.format(**{**USUAL, "loader": "batch_size=4"})
    train = """
        from torch.utils.data import DataLoader, Dataset
        from data import Noisy

        class Plain(Dataset):
            pass

        def main(images):
            {}
        """
    others = {
        "train.py": train.format("return DataLoader(Plain(), num_workers=4)"),
        "data.py": source,
    }
    assert judge(make_repo, others) == []
    same = train.format(
        "dataset = Noisy(images)\n            return DataLoader(dataset, num_workers=4)"
    )
    assert len(judge(make_repo, {"train.py": same, "data.py": source})) == 1


def test_a_transform_in_a_dataset_or_in_a_composition_is_seen_with_less_certainty(
    make_repo: MakeRepo,
) -> None:
    source = """
        import numpy as np
        from torch.utils.data import DataLoader
        from torchvision import datasets, transforms

        class Jitter:
            def __init__(self, seed):
                self.rng = np.random.default_rng(seed)

            def __call__(self, image):
                return image + self.rng.normal()

        train = transforms.Compose([transforms.ToTensor(), Jitter(0)])
        loader = DataLoader(datasets.CIFAR10("data", transform=train), num_workers=8)
        """
    found = judge(make_repo, {"train.py": source})
    assert [one.confidence for one in found] == [Confidence.MEDIUM]
    alone = source.replace("Jitter(0)])", "])\njitter = Jitter(0)")
    assert judge(make_repo, {"train.py": alone}) == []


def test_the_generator_its_use_and_the_loader_are_shown(make_repo: MakeRepo) -> None:
    root = make_repo({"data.py": DATA.format(**USUAL)}, commit=False).root
    report = check(root, "SEED013")
    assert places(report) == ["data.py:14:20 SEED013"]
    lines = [each.location.span.line for each in report.findings[0].related if each.location.span]
    assert lines == [20, 27]
