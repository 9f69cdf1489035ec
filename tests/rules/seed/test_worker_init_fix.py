"""The function with which the fixes of SEED013 and SEED015 set up the workers of loaders."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo
from mending import mended

MakeRepo = Callable[..., Repo]
DATA = """\
import random
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noisy(Dataset):
    def __init__(self, seed=0):
        self.rng = {made}

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return {use}


def loader():
    return DataLoader(Noisy(), num_workers={workers})
"""


@pytest.mark.parametrize(
    ("made", "use", "statement"),
    [
        (
            "np.random.default_rng(seed)",
            "self.rng.normal()",
            ".rng = np.random.default_rng(torch.initial_seed())",
        ),
        (
            "np.random.RandomState(seed)",
            "self.rng.rand()",
            ".rng = np.random.RandomState(torch.initial_seed() % 2**32)",
        ),
        ("random.Random(seed)", "self.rng.random()", ".rng.seed(torch.initial_seed())"),
        (
            "torch.Generator().manual_seed(seed)",
            "torch.rand(1, generator=self.rng)",
            ".rng.manual_seed(torch.initial_seed())",
        ),
    ],
)
def test_each_kind_of_generator_gets_a_seed_in_each_worker(
    make_repo: MakeRepo, made: str, use: str, statement: str
) -> None:
    text = DATA.format(made=made, use=use, workers=2)
    repo = make_repo({"data.py": text}, commit=False)
    new = mended(repo, "SEED013")["data.py"]
    assert f"    torch.utils.data.get_worker_info().dataset{statement}\n" in new
    assert "DataLoader(Noisy(), num_workers=2, worker_init_fn=seed_worker)" in new


def test_the_mended_workers_draw_different_numbers_in_each_epoch(make_repo: MakeRepo) -> None:
    text = DATA.format(made="random.Random(seed)", use="self.rng.random()", workers=2)
    main = "\nif __name__ == '__main__':\n    made = loader()\n    print(len({float(x) for _ in range(2) for x in made}))\n"
    repo = make_repo({"data.py": text + main}, commit=False)
    mended(repo, "SEED013")
    done = subprocess.run(
        [sys.executable, "data.py"], cwd=repo.root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "16"


def test_missing_imports_are_added_beside_the_function(make_repo: MakeRepo) -> None:
    data = DATA.format(made="random.Random(seed)", use="self.rng.random()", workers=0)
    train = "from torch.utils.data import DataLoader\nfrom data import Noisy\n\nloader = DataLoader(Noisy(), num_workers=4)\n"
    new = mended(make_repo({"data.py": data, "train.py": train}, commit=False), "SEED013")
    assert "import torch\n\n\ndef seed_worker(worker_id):\n" in new["train.py"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def loader():", "def seed_worker(x):\n    pass\n\n\ndef loader():"),
        ("Noisy(), num_workers", "Noisy(), **options, num_workers"),
        ("DataLoader(Noisy()", "DataLoader(make(Noisy)"),
    ],
)
def test_where_it_cannot_be_told_there_is_no_fix(make_repo: MakeRepo, old: str, new: str) -> None:
    text = DATA.format(made="random.Random(seed)", use="self.rng.random()", workers=2)
    repo = make_repo({"data.py": text.replace(old, new)}, commit=False)
    (finding,) = check(repo.root, "SEED013").findings
    assert finding.fix is None


def test_numpy_is_seeded_for_an_old_torch(make_repo: MakeRepo) -> None:
    text = DATA.format(made="None", use="np.random.rand()", workers=2)
    files = {"data.py": text, "requirements.txt": "torch==1.7.1\n"}
    new = mended(make_repo(files, commit=False), "SEED015")["data.py"]
    assert "    np.random.seed(torch.initial_seed() % 2**32)\n" in new


def test_a_number_of_workers_that_is_0_at_every_call_copies_nothing(make_repo: MakeRepo) -> None:
    text = DATA.format(made="random.Random(seed)", use="self.rng.random()", workers="workers")
    text = text.replace("def loader():", "def loader(workers=0):")
    alone = make_repo({"data.py": text + "\n\nx = loader()\ny = loader(0)\n"}, commit=False)
    assert check(alone.root, "SEED013").findings == ()


def test_a_number_of_workers_that_a_call_gives_may_be_more(make_repo: MakeRepo) -> None:
    text = DATA.format(made="random.Random(seed)", use="self.rng.random()", workers="workers")
    text = text.replace("def loader():", "def loader(workers=0):")
    repo = make_repo({"data.py": text + "\n\nx = loader()\ny = loader(2)\n"}, commit=False)
    assert len(check(repo.root, "SEED013").findings) == 1
