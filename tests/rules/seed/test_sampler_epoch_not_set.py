"""SEED016: distributed samplers that are never told the epoch."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
TRAIN = """\
import torch
from torch.utils.data import DataLoader, RandomSampler
from torch.utils.data.distributed import DistributedSampler
{imports}


def train(model, optimizer, train_data, val_data, epochs, is_train):
    {sampler}
    loader = DataLoader(train_data)
    {loop}:
        {first}
        for x in loader:
            model(x).sum().backward()
            optimizer.step()


if __name__ == "__main__":
    train(*setup())
"""
USUAL = {
    "imports": "",
    "sampler": "sampler = DistributedSampler(train_data)",
    "loop": "for epoch in range(epochs)",
    "first": "pass",
}


def judge(make_repo: MakeRepo, files: Mapping[str, str]) -> list[Finding]:
    """The findings on these files."""
    written = {path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    return list(check(make_repo(written, commit=False).root, "SEED016").findings)


def count(make_repo: MakeRepo, **changes: str) -> int:
    """How many findings there are on one script."""
    return len(judge(make_repo, {"train.py": TRAIN.format(**{**USUAL, **changes})}))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"sampler": "sampler = torch.utils.data.distributed.DistributedSampler(train_data)"},
        {"sampler": "sampler = torch.utils.data.DistributedSampler(train_data, shuffle=True)"},
        {"sampler": "sampler = DistributedSampler(train_data) if is_train else RandomSampler(train_data)"},
        {"sampler": "loader = DataLoader(train_data, sampler=DistributedSampler(train_data))"},
        {"sampler": "kind = DistributedSampler if is_train else RandomSampler\n    sampler = kind(train_data)"},
        {"loop": "for epoch in range(1, epochs + 1)"},
        {"loop": "for _ in range(epochs)"},
        {"loop": "for epoch in tqdm(range(epochs))", "imports": "from tqdm import tqdm"},
    ],
)  # fmt: skip
def test_a_sampler_that_is_never_told_the_epoch_is_named(
    changes: dict[str, str], make_repo: MakeRepo
) -> None:
    assert count(make_repo, **changes) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"first": "sampler.set_epoch(epoch)"},
        {"first": "loader.sampler.set_epoch(epoch)"},
        {"first": "loader.batch_sampler.sampler.set_epoch(epoch)"},
        {"first": "if hasattr(loader.sampler, 'set_epoch'):\n            loader.sampler.set_epoch(epoch)"},
        {"sampler": "sampler = DistributedSampler(train_data, shuffle=False)"},
        {"sampler": "sampler = DistributedSampler(train_data, shuffle=is_train)"},
        {"sampler": "sampler = DistributedSampler(train_data, **options)"},
        {"sampler": "kind = RandomSampler if is_train else RandomSampler\n    sampler = kind(train_data)"},
        {"sampler": "kind = DistributedSampler if is_train else RandomSampler\n    sampler = kind(val_data)"},
        {"sampler": "val_sampler = DistributedSampler(train_data)"},
        {"sampler": "sampler = DistributedSampler(val_data)"},
        {"sampler": "loader = DataLoader(val_data, sampler=DistributedSampler(val_data))"},
        {"loop": "for epoch in range(1)"},
        {"loop": "for group in range(5)"},
        {"imports": "from accelerate import Accelerator\naccelerator = Accelerator()"},
        {"imports": "import lightning as L\ntrainer = L.Trainer()"},
    ],
)  # fmt: skip
def test_told_unshuffled_and_evaluating_samplers_are_fine(
    changes: dict[str, str], make_repo: MakeRepo
) -> None:
    assert count(make_repo, **changes) == 0


DATA = """
import torch
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler


def make_loader(dataset):
    return DataLoader(dataset, sampler=DistributedSampler(dataset))
"""
LOOP = """
from data import make_loader


class Trainer:
    def __init__(self, model, optimizer, dataset):
        self.model, self.optimizer = model, optimizer
        self.loader = make_loader(dataset)

    def run_epoch(self, epoch):
        {first}
        for x in self.loader:
            self.model(x).sum().backward()
            self.optimizer.step()

    def train(self, max_epochs):
        for epoch in range(max_epochs):
            self.run_epoch(epoch)


if __name__ == "__main__":
    Trainer(*setup()).train(10)
"""


def test_the_loop_may_stand_in_another_file(make_repo: MakeRepo) -> None:
    files = {"data.py": DATA, "train.py": LOOP.format(first="pass")}
    found = judge(make_repo, files)
    assert [one.location.path for one in found] == ["data.py"]
    assert found[0].related[0].location.path == "train.py"
    files["train.py"] = LOOP.format(first="self.loader.sampler.set_epoch(epoch)")
    assert judge(make_repo, files) == []


def test_code_that_no_program_runs_and_samplers_with_an_order_of_their_own_are_fine(
    make_repo: MakeRepo,
) -> None:
    assert judge(make_repo, {"data.py": DATA}) == []
    own = """
        from torch.utils.data.distributed import DistributedSampler

        class Endless(DistributedSampler):
            def __iter__(self):
                yield from range(9)
        """
    source = TRAIN.format(**{**USUAL, "sampler": "sampler = Endless(train_data)"})
    files = {"train.py": "from own import Endless\n" + source, "own.py": own}
    assert judge(make_repo, files) == []


@pytest.mark.parametrize(
    ("changes", "is_fixed"),
    [
        ({}, True),
        ({"loop": "for _ in range(epochs)"}, False),
        ({"sampler": "if is_train:\n        sampler = DistributedSampler(train_data)"}, False),
        ({"sampler": "loader = DataLoader(train_data, sampler=DistributedSampler(train_data))"}, False),
    ],
)  # fmt: skip
def test_the_fix_is_offered_where_the_loop_can_name_the_sampler(
    changes: dict[str, str], is_fixed: bool, make_repo: MakeRepo
) -> None:
    (found,) = judge(make_repo, {"train.py": TRAIN.format(**{**USUAL, **changes})})
    assert (found.fix is not None) is is_fixed


HEIR = """
class RepeatedSampler(DistributedSampler):
    {method}
"""
HEIRS = {
    "as its base": ("pass", "RepeatedSampler(train_data)", 1),
    "another length": ("def __len__(self):\n        return 3", "RepeatedSampler(train_data)", 1),
    "as its base, then cut": (
        "def __iter__(self):\n        return iter(list(super().__iter__())[:9])",
        "RepeatedSampler(train_data)",
        1,
    ),
    "by its epoch": (
        "def __iter__(self):\n        g = torch.Generator()\n        g.manual_seed(self.epoch)",
        "RepeatedSampler(train_data)",
        1,
    ),
    "shuffling by default": (
        "def __init__(self, data, shuffle=True):\n        super().__init__(data, shuffle=shuffle)",
        "RepeatedSampler(train_data)",
        1,
    ),
    "told to shuffle": (
        "def __init__(self, data, shuffle=False):\n        super().__init__(data, shuffle=shuffle)",
        "RepeatedSampler(train_data, True)",
        1,
    ),
    "not by default": (
        "def __init__(self, data, shuffle=False):\n        super().__init__(data, shuffle=shuffle)",
        "RepeatedSampler(train_data)",
        0,
    ),
    "never shuffling": (
        "def __init__(self, data):\n        super().__init__(data, shuffle=False)",
        "RepeatedSampler(train_data)",
        0,
    ),
    "an order of its own": (
        "def __iter__(self):\n        return iter(range(9))",
        "RepeatedSampler(train_data)",
        0,
    ),
}


@pytest.mark.parametrize("case", HEIRS)
def test_a_sampler_of_our_own_is_judged_by_its_order(case: str, make_repo: MakeRepo) -> None:
    method, made, expected = HEIRS[case]
    heir = HEIR.format(method=method)
    assert count(make_repo, imports=heir, sampler=f"sampler = {made}") == expected


def test_a_sampler_may_come_back_in_a_tuple(make_repo: MakeRepo) -> None:
    data = DATA.replace("return DataLoader", "loader = DataLoader") + "    return loader, 3\n"
    loop = """
        from data import make_loader

        def main(args, model, optimizer):
            loader, count = make_loader(args.data)
            for epoch in range(args.epochs):
                for x in loader:
                    model(x).sum().backward()
                    optimizer.step()

        if __name__ == "__main__":
            main(*setup())
    """
    assert len(judge(make_repo, {"data.py": data, "train.py": loop})) == 1
