"""SEED015: NumPy's global generator in the workers of an old PyTorch."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

MakeRepo = Callable[..., Repo]
DATA = """\
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset
from augment import jitter


def seed_worker(worker_id):
    np.random.seed(torch.initial_seed() % 2**32)


class Noisy({base}):
    def __init__(self, images):
        self.images = np.random.permutation(images)

    def __getitem__(self, index):
        return {use}


def loader(images):
    return DataLoader(Noisy(images), {arguments})
"""
AUGMENT = "import numpy as np\n\ndef jitter(x):\n    return x * np.random.uniform(0.9, 1.1)\n"
OLD = {"requirements.txt": "torch==1.7.1\n"}


def told(make_repo: MakeRepo, bounds: dict[str, str], **changes: str) -> list[str]:
    """The files of the findings on a dataset."""
    usual = {"base": "Dataset", "use": "self.images[index] + np.random.randn()"}
    text = DATA.format(**{**usual, "arguments": "num_workers=4", **changes})
    files = {"data.py": text, "augment.py": AUGMENT, **bounds}
    report = check(make_repo(files, commit=False).root, "SEED015")
    return [one.location.path for one in report.findings]


@pytest.mark.parametrize(
    "bounds",
    [
        OLD,
        {"requirements.txt": "torch>=1.6\n"},
        {"environment.yml": "channels: [pytorch]\ndependencies:\n  - pytorch=1.8\n"},
        {"poetry.lock": '[[package]]\nname = "torch"\nversion = "1.8.1"\n'},
    ],
)
def test_a_version_that_copies_the_state_is_named(
    bounds: dict[str, str], make_repo: MakeRepo
) -> None:
    assert told(make_repo, bounds) == ["data.py"]


@pytest.mark.parametrize(
    "bounds",
    [
        {},
        {"requirements.txt": "torch\n"},
        {"requirements.txt": "torch>=1.9\n"},
        {"requirements.txt": "torch>=1.6\n", "uv.lock": '[[package]]\nname = "torch"\nversion = "2.4.0"\n'},
        {"other/requirements.txt": "torch==1.4\n"},
    ],
)  # fmt: skip
def test_newer_and_unknown_versions_are_fine(bounds: dict[str, str], make_repo: MakeRepo) -> None:
    assert told(make_repo, bounds) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"use": "jitter(self.images[index])"}, ["augment.py"]),
        ({"use": "self.images[index]"}, []),
        ({"base": "object"}, []),
        ({"arguments": "num_workers=0"}, []),
        ({"arguments": "batch_size=2"}, []),
        ({"arguments": "num_workers=2, worker_init_fn=seed_worker"}, []),
        ({"use": "np.random.default_rng(index).normal()"}, []),
    ],
)
def test_only_draws_in_workers_count(
    changes: dict[str, str], found: list[str], make_repo: MakeRepo
) -> None:
    assert told(make_repo, OLD, **changes) == found


def test_the_message_names_the_file_that_allows_it(make_repo: MakeRepo) -> None:
    text = DATA.format(base="Dataset", use="np.random.rand()", arguments="num_workers=1")
    report = check(
        make_repo({"data.py": textwrap.dedent(text), **OLD}, commit=False).root, "SEED015"
    )
    assert "`requirements.txt`" in report.findings[0].message
