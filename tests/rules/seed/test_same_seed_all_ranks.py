"""SEED017: all processes of a distributed training draw the same noise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

MakeRepo = Callable[..., Repo]
TRAIN = """\
import os
import random
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torchvision import transforms
{imports}

def set_seed(seed):
    random.seed(seed)
    torch.manual_seed(seed)

def main(rank, args):
    {group}
    {seed}
    {noise}
    model = nn.parallel.DistributedDataParallel(nn.Linear(2, 2))
    model(torch.ones(1, 2)).sum().backward()

if __name__ == "__main__":
    {start}
"""
USUAL = {
    "imports": "",
    "group": "dist.init_process_group('nccl')",
    "seed": "set_seed(args.seed)",
    "noise": "drop = nn.Dropout(0.1)",
    "start": "main(0, parse())",
}


def told(make_repo: MakeRepo, **changes: str) -> int:
    """How many findings there are on one script."""
    files = {"train.py": TRAIN.format(**{**USUAL, **changes})}
    return len(check(make_repo(files, commit=False).root, "SEED017").findings)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"seed": "torch.manual_seed(42)"},
        {"noise": "augment = transforms.RandomHorizontalFlip()"},
        {"noise": "augment = transforms.Compose([transforms.RandomCrop(32)])"},
        {"start": "mp.spawn(main, args=(parse(),), nprocs=4)"},
    ],
)
def test_one_seed_for_all_is_named(changes: dict[str, str], make_repo: MakeRepo) -> None:
    assert told(make_repo, **changes) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": "set_seed(args.seed + rank)"},
        {"seed": "set_seed(args.seed + dist.get_rank())"},
        {"seed": "seed = args.seed + rank\n    set_seed(seed)"},
        {"seed": "args.seed += args.local_rank\n    set_seed(args.seed)"},
        {"seed": "pass"},
        {"group": "pass"},
        {"group": "dist.init_process_group('nccl')\n    group = dist.new_group([0, 1])"},
        {"noise": "pass"},
        {"noise": "drop = nn.Dropout(0.0)"},
        {"imports": "from transformers import Trainer\nTrainer(None)"},
        # the children of `spawn` begin unseeded
        {"seed": "pass", "start": "set_seed(0)\n    mp.spawn(main, args=(parse(),), nprocs=4)"},
    ],
)
def test_seeds_with_a_rank_and_programs_without_noise_are_fine(
    changes: dict[str, str], make_repo: MakeRepo
) -> None:
    assert told(make_repo, **changes) == 0


def test_the_model_may_stand_in_another_file(make_repo: MakeRepo) -> None:
    files = {
        "train.py": TRAIN.format(
            **{**USUAL, "imports": "from net import Net", "noise": "net = Net()"}
        ),
        "net.py": "from torch import nn\n\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.drop = nn.Dropout(0.5)\n",
    }
    (found,) = check(make_repo(files, commit=False).root, "SEED017").findings
    assert [each.location.path for each in found.related] == ["train.py", "net.py"]
