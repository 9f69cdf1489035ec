"""SEED006: generators that are made without a seed."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
HEAD = "import random\n\nimport numpy as np\nfrom numpy.random import default_rng\n\nfrom lab import seed, use\n\n"


def judge(make_repo: MakeRepo, files: Mapping[str, str]) -> list[Finding]:
    """The findings on these files."""
    written = {path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    return list(check(make_repo(written, commit=False).root, "SEED006").findings)


@pytest.mark.parametrize(
    "body",
    [
        "rng = np.random.default_rng()\nuse(rng.normal())",
        "rng = default_rng()\nuse(rng)",
        "rng = np.random.default_rng(None)\nuse(rng)",
        "rng = np.random.default_rng(seed=None)\nuse(rng)",
        "rng = np.random.RandomState()\nuse(rng.rand())",
        "rng = random.Random()\nuse(rng.random())",
        "use(np.random.default_rng().integers(3))",
        "class Env:\n    def __init__(self):\n        self.rng = np.random.RandomState()",
        "def augment(x):\n    rng = np.random.default_rng()\n    return x + rng.normal()",
        "def augment(x, rng=np.random.default_rng()):\n    return x + rng.normal()",
        "SEED = None\nrng = np.random.default_rng(SEED)\nuse(rng)",
        "streams = np.random.SeedSequence().spawn(4)\nuse(streams)",
        "if use:\n    rng = np.random.default_rng()\n    use(rng)",
        "def load(x, permute=False):\n    if permute:\n        x = x[np.random.RandomState().permutation(9)]",
        "class A:\n    def __init__(self):\n        self.rng = default_rng()\n\nclass B:\n    def __init__(self):\n        self.rng = default_rng(seed)",
    ],
)
def test_a_generator_without_a_seed_is_found(make_repo: MakeRepo, body: str) -> None:
    assert len(judge(make_repo, {"train.py": HEAD + body + "\n"})) == 1


@pytest.mark.parametrize(
    "body",
    [
        "rng = np.random.default_rng(seed)\nuse(rng)",
        "rng = np.random.default_rng(0)\nuse(rng)",
        "rng = np.random.default_rng(*use())\nuse(rng)",
        "rng = random.Random(x=3)\nuse(rng)",
        "def f(seed=None):\n    return np.random.default_rng(seed)",
        "def f(rng=None):\n    rng = rng or np.random.default_rng()\n    return rng.normal()",
        "def f(rng=None):\n    rng = np.random.default_rng() if rng is None else rng\n    return rng.normal()",
        "def f(rng=None):\n    if rng is None:\n        rng = np.random.default_rng()\n    return rng.normal()",
        "def f(rng=None):\n    if rng is None:\n        rng = np.random.default_rng()\n    return rng.normal()\nf(np.random.default_rng(0))",
        "def f(seed):\n    if seed is None:\n        rng = np.random.RandomState()\n    else:\n        rng = np.random.RandomState(seed)\n    return rng",
        "rng = random.Random()\nrng.seed(seed)\nuse(rng)",
        "rng = np.random.RandomState()\nrng.set_state(seed)\nuse(rng)",
        "rng = np.random.default_rng()\nrng.bit_generator.state = seed\nuse(rng)",
        "class E:\n    def __init__(self):\n        self.rng = random.Random()\n    def seed(self, s):\n        self.rng.seed(s)",
        "class M:\n    def __init__(self):\n        self.rng = np.random.RandomState()\n    def __call__(self, seed):\n        with temp_seed(self.rng, seed):\n            return self.rng.rand()",
        "class M:\n    def __init__(self):\n        self.rng = np.random.RandomState()\n    def reset(self, seed):\n        self.rng = np.random.RandomState(seed)",
        "class A:\n    def __init__(self):\n        self.rng = default_rng()\n\nclass B(A):\n    def __init__(self, seed):\n        self.rng = default_rng(seed)",
        "def f(x, reproducible=False):\n    if not reproducible:\n        return np.random.default_rng().permutation(x)",
        "def f(n):\n    rng = np.random.default_rng()\n    col_id = rng.integers(9)\n    return col_id",
        "def dogplot():\n    rng = np.random.default_rng()\n    return rng.integers(9)",
        "def check(seed=None):\n    if isinstance(seed, int):\n        return np.random.RandomState(seed)\ncheck()",
        "class S:\n    def __init__(self, seed=None):\n        self.seed = seed\nsettings = S()\nrng = np.random.RandomState(settings.seed)\nuse(rng)",
        "@legacy(0)\ndef f(rng=None):\n    rng = np.random.default_rng(rng)\n    return rng\nf()",
        "ss = np.random.SeedSequence()\nprint(ss.entropy)\nuse(ss)",
        "def random_name():\n    return random.Random().choice(use())",
        "unused = random.Random()",
        "r = np.random.Generator(np.random.PCG64(3))\nuse(r)",
    ],
)
def test_seeded_kept_and_optional_generators_pass(make_repo: MakeRepo, body: str) -> None:
    assert [f.message for f in judge(make_repo, {"train.py": HEAD + body + "\n"})] == []


def test_a_caller_that_gives_no_generator_is_shown(make_repo: MakeRepo) -> None:
    augment = """
        import numpy as np

        def jitter(x, scale=1.0, rng=None):
            if rng is None:
                rng = np.random.default_rng()
            return x + rng.normal(scale=scale)
    """
    train = """
        import numpy as np
        from augment import jitter

        rng = np.random.default_rng(0)
        a = jitter(1, rng=rng)
        b = jitter(2, 0.5)
    """
    (finding,) = judge(make_repo, {"augment.py": augment, "train.py": train})
    assert finding.location.path == "augment.py"
    assert "`rng`" in finding.message
    assert [note.location.label for note in finding.related] == ["train.py:6:5"]


def test_a_seed_that_every_caller_leaves_out_is_none(make_repo: MakeRepo) -> None:
    env = """
        import numpy as np

        class Env:
            def __init__(self, size, seed=None):
                self.rng = np.random.default_rng(seed)
    """
    train = "from env import Env\n\nenv = Env(3)\n"
    assert len(judge(make_repo, {"env.py": env, "train.py": train})) == 1
    other = "from env import Env\n\nenv = Env(3, seed=4)\n"
    assert judge(make_repo, {"env.py": env, "train.py": other}) == []


def test_in_a_notebook_the_cell_is_named(make_repo: MakeRepo) -> None:
    cell = (
        '{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], '
        '"source": ["import numpy as np\\n", "rng = np.random.default_rng()\\n", "rng.normal()"]}'
    )
    document = f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{cell}]}}'
    repo = make_repo({"a.ipynb": document}, commit=False)
    assert places(check(repo.root, "SEED006")) == ["a.ipynb:cell 1:2:7 SEED006"]
