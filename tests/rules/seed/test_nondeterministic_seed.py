"""SEED005: seeds that differ from run to run."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Confidence, Finding, Severity

MakeRepo = Callable[..., Repo]
HEAD = """
import argparse, datetime, json, logging, os, random, secrets, time, uuid
import numpy as np
import torch
import wandb
from pytorch_lightning import seed_everything

"""


def judge(make_repo: MakeRepo, files: Mapping[str, str]) -> list[Finding]:
    """The findings on these files."""
    written = {path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    return list(check(make_repo(written, commit=False).root, "SEED005").findings)


@pytest.mark.parametrize(
    "body",
    [
        "torch.manual_seed(int(time.time()))",
        "random.seed(time.time())",
        "np.random.seed((os.getpid() * int(time.time())) % 123456789)",
        "np.random.seed(int.from_bytes(os.urandom(4), 'little'))",
        "np.random.seed(uuid.uuid4().int % 2**32)",
        "seed_everything(secrets.randbelow(2**32))",
        "random.seed(datetime.datetime.now())",
        "rng = np.random.default_rng(int(time.time()))",
        "g = torch.Generator().manual_seed(int(time.time()))",
        "torch.manual_seed(hash('setting random seeds') % 2**32 - 1)",
        "torch.manual_seed(random.randint(0, 9999))",
        "seed = np.random.randint(2**31)\ntorch.manual_seed(seed)",
        "from sklearn.ensemble import RandomForestClassifier\nm = RandomForestClassifier(random_state=int(time.time()))",
        "def run(i):\n    np.random.seed(int(time.time() * i) % 2**32)",
        "torch.manual_seed(42)\nx = torch.rand(3)\ntorch.manual_seed(int(time.time()))",
        "import jax\nkey = jax.random.PRNGKey(int(time.time()))",
    ],
)
def test_a_seed_that_differs_from_run_to_run_is_an_error(make_repo: MakeRepo, body: str) -> None:
    (finding,) = judge(make_repo, {"train.py": HEAD + body + "\n"})
    assert finding.severity is Severity.ERROR
    assert finding.confidence is Confidence.HIGH


@pytest.mark.parametrize(
    "body",
    [
        "torch.manual_seed(0)",
        "from lab import seed\ntorch.manual_seed(seed)",
        "def fix(seed):\n    torch.manual_seed(seed)",
        "random.seed(0)\nnp.random.seed(random.randint(0, 9))",
        "rng = np.random.default_rng(7)\ntorch.manual_seed(int(rng.integers(9)))",
        "def init(worker_id):\n    np.random.seed(torch.initial_seed() % 2**32)",
        "def init(worker_id):\n    np.random.seed(np.random.get_state()[1][0] + worker_id)",
        "torch.manual_seed(hash((1, 2)) % 2**32)",
        "np.random.seed()",
        "random.seed(None)",
        "name = f'{int(time.time())}'\ntorch.manual_seed(3)",
        "p = argparse.ArgumentParser()\np.add_argument('--seed', type=int, default=0)\na = p.parse_args()\nif a.seed is None:\n    a.seed = random.randint(0, 9)\ntorch.manual_seed(a.seed)",
        "torch.manual_seed(int(os.environ.get('SEED', 0)))",
        "from lab import flag\ns = int(time.time()) if flag else 3\ntorch.manual_seed(s)",
        "import fastapi\ng = torch.Generator().manual_seed(int(time.time()))",
        "from lab import seed\nrandom.seed(int(time.time()))\nname = random.random()\nrandom.seed(seed)",
        "token = secrets.token_hex(8)\nos.urandom(4)",
    ],
)
def test_fixed_derived_and_unknown_seeds_pass(make_repo: MakeRepo, body: str) -> None:
    assert [f.message for f in judge(make_repo, {"train.py": HEAD + body + "\n"})] == []


OPTION = (
    "p = argparse.ArgumentParser()\np.add_argument('--seed', type=int)\nargs = p.parse_args()\n"
)


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("seed = args.seed if args.seed is not None else int(time.time())\ntorch.manual_seed(seed)", Severity.WARNING),
        ("seed = args.seed\nif seed is None:\n    seed = random.randint(1, 9)\ntorch.manual_seed(seed)", Severity.WARNING),
        ("seed = args.seed\nif seed is not None:\n    np.random.seed(seed)\nelse:\n    np.random.seed(int(time.time()))", Severity.WARNING),
        ("seed = args.seed\nif seed is None:\n    np.random.seed(int(time.time()))\nelse:\n    np.random.seed(seed)", Severity.WARNING),
        ("seed = args.seed or random.randint(1, 9)\nprint('Random Seed:', seed)\ntorch.manual_seed(seed)", Severity.INFO),
        ("if args.seed is None:\n    args.seed = random.randint(1, 9)\nprint(args)\ntorch.manual_seed(args.seed)", Severity.INFO),
        ("seed = int(time.time())\nlogging.info('seed %d', seed)\ntorch.manual_seed(seed)", Severity.INFO),
        ("seed = int(time.time())\nwandb.init(config={'seed': seed})\ntorch.manual_seed(seed)", Severity.INFO),
        ("seed = int(time.time())\njson.dump({'seed': seed}, open('run.json', 'w'))\ntorch.manual_seed(seed)", Severity.INFO),
    ],
)  # fmt: skip
def test_a_seed_that_may_be_given_or_is_written_down_weighs_less(
    make_repo: MakeRepo, body: str, severity: Severity
) -> None:
    (finding,) = judge(make_repo, {"train.py": HEAD + OPTION + body + "\n"})
    assert finding.severity is severity


def test_a_drawn_default_is_found_where_it_is_drawn(make_repo: MakeRepo) -> None:
    option = "p.add_argument('--seed', type=int, default=int(time.time()))\n"
    body = f"p = argparse.ArgumentParser()\n{option}a = p.parse_args()\ntorch.manual_seed(a.seed)\n"
    (finding,) = judge(make_repo, {"train.py": HEAD + body})
    first = HEAD.lstrip().count("\n")
    lines = [finding.location.span, finding.related[0].location.span]
    assert [span.line - first for span in lines if span] == [2, 4]


def test_a_helper_with_many_generators_is_named_once(make_repo: MakeRepo) -> None:
    helper = """
        import random
        import numpy as np
        import torch

        def set_seed(seed):
            random.seed(seed)
            np.random.seed(seed)
            torch.manual_seed(seed)
    """
    main = "import os\n\nfrom lab.seeding import set_seed\n\nset_seed(os.getpid())\n"
    (finding,) = judge(make_repo, {"train.py": main, "lab/seeding.py": helper})
    assert finding.location.path == "lab/seeding.py"
    assert finding.related[0].location.path == "train.py"
    assert "os.getpid" in finding.message


def test_a_field_of_a_dataclass_may_draw_its_default(make_repo: MakeRepo) -> None:
    config = """
        import time
        from dataclasses import dataclass, field

        @dataclass
        class Config:
            lr: float = 0.1
            seed: int = field(default_factory=lambda: int(time.time()))
    """
    main = "import torch\nimport tyro\nfrom config import Config\n\ncfg = tyro.cli(Config)\ntorch.manual_seed(cfg.seed)\n"
    (finding,) = judge(make_repo, {"train.py": main, "config.py": config})
    assert finding.related[0].location.path == "config.py"
    assert finding.confidence is Confidence.LOW


@pytest.mark.parametrize(
    "again", ["np.random.seed()", "np.random.seed(None)"], ids=["nothing", "none"]
)
def test_a_second_seed_from_the_system_undoes_the_first(make_repo: MakeRepo, again: str) -> None:
    body = f"np.random.seed(0)\nx = np.random.rand()\n{again}\n"
    (finding,) = judge(make_repo, {"train.py": HEAD + body})
    assert "counts no more" in finding.message


def test_a_generator_that_the_program_seeds_elsewhere_is_no_chance(make_repo: MakeRepo) -> None:
    main = "import random\n\nfrom data import make\n\nrandom.seed(3)\nmake()\n"
    data = "import random\n\nimport numpy as np\n\ndef make():\n    return np.random.default_rng(random.randint(0, 9))\n"
    assert judge(make_repo, {"train.py": main, "data.py": data}) == []
