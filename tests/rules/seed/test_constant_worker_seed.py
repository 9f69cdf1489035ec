"""SEED014: what functions that initialise the workers of a loader seed with."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding, Severity

MakeRepo = Callable[..., Repo]
HEAD = """
import argparse, os, random, time
from functools import partial

import numpy as np
import torch
from torch.utils.data import DataLoader, get_worker_info

from lab import data, epoch

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()
SEED = 3


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)


def seed_by_worker(seed):
    np.random.seed((seed + torch.initial_seed()) % 2**32)


def {name}({parameters}):
    {body}


loader = DataLoader(data, num_workers=4, worker_init_fn={given})
"""


def judge(make_repo: MakeRepo, files: Mapping[str, str]) -> list[Finding]:
    """The findings on these files."""
    written = {path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    return list(check(make_repo(written, commit=False).root, "SEED014").findings)


def severities(
    make_repo: MakeRepo, body: str, parameters: str = "worker_id", given: str = "init"
) -> list[Severity | None]:
    """Those of the findings on an initialiser."""
    text = HEAD.format(name="init", body=body, parameters=parameters, given=given)
    return [finding.severity for finding in judge(make_repo, {"train.py": text})]


@pytest.mark.parametrize(
    "body",
    [
        "np.random.seed(0)",
        "random.seed(SEED)",
        "np.random.seed(args.seed)",
        "torch.manual_seed(args.seed + 7)",
        "worker_seed = SEED % 2**32\n    np.random.seed(worker_seed)",
        "np.random.seed(SEED + epoch)",
        "np.random.seed(int(data.seed))",
        "set_seed(args.seed)",
    ],
)
def test_one_seed_for_all_workers_is_an_error(make_repo: MakeRepo, body: str) -> None:
    assert severities(make_repo, body) == [Severity.ERROR]


@pytest.mark.parametrize(
    "body",
    [
        "np.random.seed(torch.initial_seed() % 2**32)",
        "worker_seed = torch.initial_seed() % 2**32\n    np.random.seed(worker_seed)\n    random.seed(worker_seed)",
        "np.random.seed(get_worker_info().seed % 2**32)",
        "np.random.seed(np.random.get_state()[1][0] + worker_id)",
        "np.random.seed(int(time.time()) + worker_id)",
        "np.random.seed(os.getpid())",
        "seed_by_worker(SEED)",
        "set_seed(args.seed + worker_id)",
        "global current\n    current = worker_id\n    np.random.seed(current)",
        "np.random.seed()",
        "np.random.seed(None)",
        "pass",
    ],
)
def test_seeds_that_differ_by_worker_and_epoch_pass(make_repo: MakeRepo, body: str) -> None:
    assert severities(make_repo, body) == []


def test_a_seed_that_differs_by_worker_alone_is_noted(make_repo: MakeRepo) -> None:
    assert severities(make_repo, "np.random.seed(args.seed + worker_id)") == [Severity.INFO]


@pytest.mark.parametrize(
    ("parameters", "given", "body", "expected"),
    [
        ("_", "lambda i: np.random.seed(0)", "pass", [Severity.ERROR]),
        ("_", "lambda i: set_seed(data.seed)", "pass", [Severity.ERROR]),
        ("_", "lambda i: set_seed(i)", "pass", []),
        ("_", "lambda i: np.random.seed(SEED + i)", "pass", [Severity.INFO]),
        ("wid, seed", "partial(init, seed=3)", "np.random.seed(seed)", [Severity.ERROR]),
        ("wid, seed", "partial(init, seed=3)", "np.random.seed(seed + wid)", [Severity.INFO]),
        ("seed, wid", "partial(init, 3)", "np.random.seed(seed + wid)", [Severity.INFO]),
        ("n", "init", "np.random.seed(n)", [Severity.INFO]),
        ("n", "partial(init)", "np.random.seed(SEED)", [Severity.ERROR]),
        ("n", "None", "np.random.seed(SEED)", []),
    ],
)
def test_lambdas_and_partials_are_looked_into(
    make_repo: MakeRepo, parameters: str, given: str, body: str, expected: list[Severity]
) -> None:
    assert severities(make_repo, body, parameters, given) == expected


def test_an_initialiser_of_another_module_is_found_where_it_seeds(make_repo: MakeRepo) -> None:
    utils = "import numpy as np\n\ndef worker_init(worker_id):\n    np.random.seed(42)\n"
    train = """
        from torch.utils.data import DataLoader
        from utils import worker_init

        def loader(data):
            return DataLoader(data, num_workers=2, worker_init_fn=worker_init)
    """
    (finding,) = judge(make_repo, {"utils.py": utils, "train.py": train})
    assert finding.location.path == "train.py"
    assert [note.location.label for note in finding.related] == ["utils.py:4:5"]


def test_a_method_is_an_initialiser_too(make_repo: MakeRepo) -> None:
    body = """
        import random
        from torch.utils.data import DataLoader

        class Module:
            def _init(self, worker_id):
                random.seed(13)

            def train_dataloader(self):
                return DataLoader(self.data, num_workers=2, worker_init_fn=self._init)
    """
    (finding,) = judge(make_repo, {"train.py": body})
    assert finding.location.span is not None
    assert finding.location.span.line == 6


def test_one_initialiser_of_many_loaders_is_named_once(make_repo: MakeRepo) -> None:
    text = HEAD.format(name="init", body="np.random.seed(0)", parameters="w", given="init")
    again = "other = DataLoader(data, worker_init_fn=init)\n"
    assert len(judge(make_repo, {"train.py": text + again})) == 1


LOADER = """
import numpy as np
import random
import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset
from lab import data


class Plain(Dataset):
    def __getitem__(self, index):
        return index


def init(worker_id):
    np.random.seed(1)


def init_by_worker(worker_id):
    random.seed(1 + worker_id)


{body}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # without workers nothing is called
        ("x = DataLoader(data, worker_init_fn=init)", []),
        ("x = DataLoader(data, num_workers=0, worker_init_fn=init)", []),
        ("x = DataLoader(data, 8, True, None, None, 0, worker_init_fn=init)", []),
        ("x = dict(num_workers=0, worker_init_fn=init)", []),
        ("x = DataLoader(data, **options, worker_init_fn=init)", [Severity.ERROR]),
        ("x = dict(worker_init_fn=init)", [Severity.ERROR]),
        (
            "def make(n=0):\n    return DataLoader(data, num_workers=n, worker_init_fn=init)\n\nmake()",
            [],
        ),
        # a condition that gives the same function or none
        (
            "def make(n):\n    return DataLoader(data, num_workers=n, worker_init_fn=init if n > 0 else None)",
            [Severity.ERROR],
        ),
        # one worker repeats itself in each epoch only, and none that lives on does
        ("x = DataLoader(data, num_workers=1, worker_init_fn=init)", [Severity.INFO]),
        ("x = DataLoader(data, num_workers=2, worker_init_fn=init_by_worker)", [Severity.INFO]),
        (
            "x = DataLoader(data, num_workers=2, worker_init_fn=init_by_worker, persistent_workers=True)",
            [],
        ),
        (
            "x = DataLoader(data, num_workers=2, worker_init_fn=init, persistent_workers=True)",
            [Severity.ERROR],
        ),
        # an evaluation may repeat itself
        ("test_loader = DataLoader(data, num_workers=2, shuffle=False, worker_init_fn=init)", []),
        (
            "test_loader = DataLoader(data, num_workers=2, shuffle=True, worker_init_fn=init)",
            [Severity.ERROR],
        ),
        (
            "latest = DataLoader(data, num_workers=2, shuffle=False, worker_init_fn=init)",
            [Severity.ERROR],
        ),
        (
            "def val_dataloader():\n    return DataLoader(data, num_workers=2, shuffle=False, worker_init_fn=init)",
            [],
        ),
        # nothing draws from it
        (
            "x = DataLoader(TensorDataset(data), num_workers=2, worker_init_fn=init)",
            [Severity.INFO],
        ),
        ("x = DataLoader(Plain(), num_workers=2, worker_init_fn=init)", [Severity.INFO]),
        (
            "y = np.random.rand()\nx = DataLoader(Plain(), num_workers=2, worker_init_fn=init)",
            [Severity.ERROR],
        ),
        (
            "import albumentations\nx = DataLoader(Plain(), num_workers=2, worker_init_fn=init)",
            [Severity.ERROR],
        ),
        ("x = DataLoader(Plain(), num_workers=2, worker_init_fn=init_by_worker)", []),
        (
            "ds = Plain()\nif data:\n    ds = data\nx = DataLoader(ds, num_workers=2, worker_init_fn=init)",
            [Severity.ERROR],
        ),
    ],
)
def test_it_depends_on_the_loader(make_repo: MakeRepo, body: str, expected: list[Severity]) -> None:
    findings = judge(make_repo, {"train.py": LOADER.format(body=body)})
    assert [finding.severity for finding in findings] == expected
