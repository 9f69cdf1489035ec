"""SEED029: the same seed again for every example or batch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, codes
from conftest import Repo

MakeRepo = Callable[..., Repo]
HEAD = "import random\n\nimport numpy as np\nimport torch\n\nfrom lab import args, epoch, lock, net\n\nSEED = 3\n\n\n"


def judge(make_repo: MakeRepo, body: str) -> list[str]:
    """The codes of the findings on a module."""
    return codes(check(make_repo({"train.py": HEAD + body + "\n"}, commit=False).root, "SEED029"))


@pytest.mark.parametrize(
    "body",
    [
        "class D:\n    def __getitem__(self, i):\n        np.random.seed(0)\n        return np.random.rand()",
        "class D:\n    def __getitem__(self, i):\n        random.seed(SEED)\n        return i",
        "class M:\n    def forward(self, x):\n        torch.manual_seed(42)\n        return x",
        "class M:\n    def training_step(self, batch, n):\n        torch.manual_seed(42)",
        "def train(train_loader):\n    for x in train_loader:\n        torch.manual_seed(0)",
        "def train(loader):\n    for i, x in enumerate(loader):\n        np.random.seed(SEED)",
        "def train(data):\n    for x in tqdm(data.loader):\n        torch.manual_seed(0)",
    ],
)
def test_the_same_seed_again_and_again_is_found(make_repo: MakeRepo, body: str) -> None:
    assert judge(make_repo, body) == ["SEED029"]


@pytest.mark.parametrize(
    "body",
    [
        "class D:\n    def __getitem__(self, i):\n        np.random.seed(i)",
        "class D:\n    def __getitem__(self, i):\n        np.random.seed(SEED + i)",
        "class D:\n    def __getitem__(self, i):\n        s = i * 3\n        np.random.seed(s)",
        "class D:\n    def __getitem__(self, i):\n        np.random.seed(self.seed)",
        "class D:\n    def __init__(self):\n        np.random.seed(0)",
        "class D:\n    def __getitem__(self, i):\n        s = random.getstate()\n        random.seed(0)\n        random.setstate(s)",
        "class M:\n    def forward(self, x):\n        with torch.random.fork_rng():\n            torch.manual_seed(0)",
        "class M:\n    def forward(self, x):\n        rng = np.random.default_rng(0)",
        "def evaluate(loader):\n    for x in loader:\n        torch.manual_seed(0)",
        "def run(val_loader):\n    for x in val_loader:\n        torch.manual_seed(0)",
        "def run(loader):\n    for x in loader:\n        torch.manual_seed(args.seed)",
        "def run(loader):\n    for e in range(9):\n        torch.manual_seed(e)",
        "def run(seeds):\n    for s in seeds:\n        torch.manual_seed(s)",
        "torch.manual_seed(0)\nfor x in range(3):\n    net(x)",
        "def forward(x):\n    torch.manual_seed(0)",
    ],
)
def test_other_seeds_and_other_places_pass(make_repo: MakeRepo, body: str) -> None:
    assert judge(make_repo, body) == []


def test_a_place_is_named_once(make_repo: MakeRepo) -> None:
    body = "class D:\n    def __getitem__(self, i):\n        random.seed(1)\n        torch.manual_seed(2)"
    assert judge(make_repo, body) == ["SEED029"]
