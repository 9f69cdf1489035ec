"""The fixes of SEED006, SEED012, SEED014 and SEED024: a seed for a call that has none."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from conftest import Repo
from mending import mended

MakeRepo = Callable[..., Repo]
Mend = Callable[[str, str], str]


@pytest.fixture
def mend(make_repo: MakeRepo) -> Mend:
    """`work.py` after the fixes of a rule; "" if there are none."""

    def run(code: str, text: str) -> str:
        repo = make_repo({"work.py": textwrap.dedent(text).lstrip("\n")}, commit=False)
        return mended(repo, code).get("work.py", "")

    return run


def fresh(body: str) -> str:
    """A module that makes generators."""
    head = "import random\n\nimport numpy as np\nfrom numpy.random import RandomState\n\n"
    return head + textwrap.dedent(body).lstrip("\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("np.random.default_rng()", "np.random.default_rng(seed)"),
        ("np.random.default_rng(None)", "np.random.default_rng(seed)"),
        ("np.random.default_rng(seed=None)", "np.random.default_rng(seed=seed)"),
        ("np.random.SeedSequence( )", "np.random.SeedSequence(seed)"),
        ("RandomState()", "RandomState(seed)"),
        ("random.Random()", "random.Random(seed)"),
    ],
)
def test_a_generator_gets_the_parameter_that_is_a_seed(before: str, after: str, mend: Mend) -> None:
    body = "def noise(n, seed):\n    made = {}\n    return made.normal(size=n)\n"
    assert mend("SEED006", fresh(body.format(before))) == fresh(body.format(after))


def test_a_generator_gets_the_seed_of_its_object_or_of_the_module(mend: Mend) -> None:
    body = """
        SEED = 3
        rng = np.random.default_rng()
        print(rng.normal())


        class Source:
            def __init__(self, seed=0):
                self.seed = seed

            def draw(self):
                rng = np.random.default_rng()
                return rng.normal()
    """
    expected = body.replace("default_rng()", "default_rng(SEED)", 1)
    expected = expected.replace("default_rng()", "default_rng(self.seed)")
    assert mend("SEED006", fresh(body)) == fresh(expected)


@pytest.mark.parametrize(
    "body",
    [
        "rng = np.random.default_rng()\nprint(rng.normal())\n",
        "rng = np.random.default_rng()\nSEED = 3\nprint(rng.normal())\n",
        "if x:\n    SEED = 3\nrng = np.random.default_rng()\nprint(rng.normal())\n",
        "def f(seed=None):\n    return np.random.default_rng().normal()\n\n\nf()\n",
        "def f(seed):\n    return [np.random.default_rng().normal() for seed in load()]\n",
        "def f(seeds):\n    return np.random.default_rng().normal()\n",
        "def f(*seed):\n    return np.random.default_rng().normal()\n",
        (
            "class A:\n    def __init__(self):\n        self.rng = np.random.default_rng()\n"
            "        self.seed = 3\n"
        ),
    ],
)
def test_a_generator_without_a_sure_seed_at_hand_has_no_fix(body: str, mend: Mend) -> None:
    assert mend("SEED006", fresh(body)) == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            """
            import torch
            from torch.utils.data import random_split

            def parts(data, seed):
                return random_split(data, [0.8, 0.2])
            """,
            """
            import torch
            from torch.utils.data import random_split

            def parts(data, seed):
                return random_split(data, [0.8, 0.2], generator=torch.Generator().manual_seed(seed))
            """,
        ),
        (
            """
            from torch.utils.data import random_split
            from data import data

            train, test = random_split(
                data,
                ([8, 2]),
            )
            """,
            """
            from torch.utils.data import random_split
            from data import data
            import torch

            train, test = random_split(
                data,
                ([8, 2]), generator=torch.Generator().manual_seed(0),
            )
            """,
        ),
        (
            """
            import torch
            from data import data

            train, test = torch.utils.data.random_split(data, [8, 2], generator=None)
            """,
            """
            import torch
            from data import data

            train, test = torch.utils.data.random_split(data, [8, 2], generator=torch.Generator().manual_seed(0))
            """,
        ),
    ],
)
def test_a_split_gets_a_seeded_generator(before: str, after: str, mend: Mend) -> None:
    assert mend("SEED012", before) == textwrap.dedent(after).lstrip("\n")


@pytest.mark.parametrize(
    "call",
    [
        "random_split(data, [8, 2], generator=GENERATOR)",
        "random_split(data, [8, 2], None)",
        "random_split(data, [8, 2]  # parts\n)",
        "random_split(data, (\n    [8, 2]\n))",
    ],
)
def test_a_split_whose_end_cannot_be_told_has_no_fix(call: str, mend: Mend) -> None:
    text = "import torch\nfrom torch.utils.data import random_split\nfrom data import data\n"
    assert mend("SEED012", f"{text}\nGENERATOR = None\nparts = {call}\n") == ""


def test_a_split_has_no_fix_where_torch_is_another_thing(mend: Mend) -> None:
    text = "from torch.utils.data import random_split\n\n\ndef f(torch):\n"
    assert mend("SEED012", f"{text}    return random_split(torch, [8, 2])\n") == ""


WORKERS = """\
import random

import numpy as np
from torch.utils.data import DataLoader
from data import dataset
{imports}

def init(worker_id):
    {body}

loader = DataLoader(dataset, num_workers=4, worker_init_fn=init)
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("np.random.seed(0)", "np.random.seed(torch.initial_seed() % 2**32)"),
        ("np.random.seed(seed=7)", "np.random.seed(seed=torch.initial_seed() % 2**32)"),
        ("np.random.seed(3 + worker_id)", "np.random.seed(torch.initial_seed() % 2**32)"),
        (
            "random.seed(0); np.random.seed(0)",
            "random.seed(torch.initial_seed() % 2**32); np.random.seed(torch.initial_seed() % 2**32)",
        ),
    ],
)
def test_a_worker_is_seeded_from_torch(before: str, after: str, mend: Mend) -> None:
    text = WORKERS.format(imports="import torch\n", body=before)
    assert mend("SEED014", text) == WORKERS.format(imports="import torch\n", body=after)


def test_a_worker_that_is_seeded_from_torch_gets_the_import(mend: Mend) -> None:
    text = WORKERS.format(imports="", body="random.seed(1)")
    after = WORKERS.format(
        imports="import torch\n", body="random.seed(torch.initial_seed() % 2**32)"
    )
    assert mend("SEED014", text) == after


@pytest.mark.parametrize(
    ("imports", "body"),
    [
        ("import torch", "torch.manual_seed(0); np.random.seed(0)"),
        ("import torch", "np.random.seed(0); torch.manual_seed(0)"),
        ("torch = None", "np.random.seed(0)"),
        ("def prepare(): print()\n", "prepare(); np.random.seed(0)"),
        ("def run(): init(0)\n", "np.random.seed(0)"),
    ],
)
def test_a_worker_has_no_fix_where_torchs_seed_may_be_another(
    imports: str, body: str, mend: Mend
) -> None:
    assert mend("SEED014", WORKERS.format(imports=imports, body=body)) == ""


@pytest.mark.parametrize(
    ("imports", "before", "after"),
    [
        (
            "import optuna",
            "optuna.create_study(direction='maximize').optimize(f)",
            "optuna.create_study(direction='maximize', sampler=optuna.samplers.TPESampler(seed=0)).optimize(f)",
        ),
        (
            "import optuna",
            "x = optuna.samplers.TPESampler()",
            "x = optuna.samplers.TPESampler(seed=0)",
        ),
        (
            "from optuna.samplers import CmaEsSampler",
            "x = CmaEsSampler(n_startup_trials=3, seed=None)",
            "x = CmaEsSampler(n_startup_trials=3, seed=0)",
        ),
        (
            "from skopt import gp_minimize",
            "x = gp_minimize(f, [(0, 1)], n_calls=9,)",
            "x = gp_minimize(f, [(0, 1)], n_calls=9, random_state=0,)",
        ),
        (
            "from ray.tune.search.optuna import OptunaSearch",
            "SEED = 3\nx = OptunaSearch(metric='loss')",
            "SEED = 3\nx = OptunaSearch(metric='loss', seed=SEED)",
        ),
    ],
)
def test_a_search_is_seeded(imports: str, before: str, after: str, mend: Mend) -> None:
    text = f"{imports}\nfrom work import f\n\n"
    assert mend("SEED024", f"{text}{before}\n") == f"{text}{after}\n"


def test_a_sampler_is_imported_where_a_study_is_made(mend: Mend) -> None:
    text = "from optuna import create_study\nfrom work import f\n{}\nstudy = create_study({})\nstudy.optimize(f)\n"
    after = text.format("from optuna.samplers import TPESampler\n", "sampler=TPESampler(seed=0)")
    assert mend("SEED024", text.format("", "")) == after.replace("Sampler\n\n", "Sampler\n\n")


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("import optuna", "optuna.create_study(directions=['minimize', 'maximize']).optimize(f)"),
        ("from hyperopt import fmin", "x = fmin(f, space=3)"),
        ("from bayes_opt import BayesianOptimization", "x = BayesianOptimization(f, p, None, 3)"),
        ("from optuna.samplers import CmaEsSampler", "x = CmaEsSampler(None, 1.0)"),
    ],
)
def test_a_search_has_no_fix_where_its_argument_is_not_sure(
    imports: str, call: str, mend: Mend
) -> None:
    assert mend("SEED024", f"{imports}\nfrom work import f, p\n\n{call}\n") == ""
