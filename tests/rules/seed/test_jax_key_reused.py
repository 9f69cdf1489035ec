"""SEED022: keys that feed two draws."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
Judge = Callable[[str], list[Finding]]
HEAD = "import jax\nimport jax.numpy as jnp\nfrom jax import random\n\n"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `train.py` with this body."""

    def run(body: str) -> list[Finding]:
        repo = make_repo({"train.py": HEAD + textwrap.dedent(body)}, commit=False)
        return list(check(repo.root, "SEED022").findings)

    return run


@pytest.mark.parametrize(
    "body",
    [
        "key = random.key(0)\na = random.normal(key)\nb = random.uniform(key)\n",
        "def f(key):\n    return random.normal(key) + random.uniform(key)\n",
        "def f(key):\n    a = jax.random.normal(key=key, shape=(3,))\n    b = jax.random.normal(key, (3,))\n    return a, b\n",
        "keys = random.split(random.key(0))\na = random.normal(keys[0])\nb = random.normal(keys[0])\n",
        "def f(key, x):\n    a = random.normal(key)\n    if x:\n        a += random.uniform(key)\n    return a\n",
        "key = random.key(0)\nfor i in range(3):\n    x = random.normal(key)\n",
        "key = random.key(0)\nwhile True:\n    x = random.normal(key)\n",
        "def f(key):\n    key, sub = random.split(key)\n    a = random.normal(sub)\n    b = random.normal(sub)\n    return a, b, key\n",
    ],
)
def test_a_key_that_feeds_two_draws_is_found(judge: Judge, body: str) -> None:
    assert len(judge(body)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "def f(key):\n    one, two = random.split(key)\n    return random.normal(one) + random.uniform(two)\n",
        "def f(key):\n    a = random.normal(key)\n    key = random.fold_in(key, 1)\n    return a + random.uniform(key)\n",
        "def f(key):\n    a = random.normal(random.fold_in(key, 0))\n    return a + random.normal(random.fold_in(key, 1))\n",
        "def f(key, x):\n    if x:\n        a = random.normal(key)\n    else:\n        a = random.uniform(key)\n    return a\n",
        "def f(key, x):\n    if x:\n        return random.normal(key)\n    return random.uniform(key)\n",
        "def f(key, x):\n    if x == 1:\n        return random.normal(key)\n    elif x == 2:\n        return random.uniform(key)\n    return random.gumbel(key)\n",
        "def f(key):\n    return random.normal(key)\n\n\ndef g(key):\n    return random.uniform(key)\n",
        "keys = random.split(random.key(0))\na = random.normal(keys[0])\nb = random.normal(keys[1])\n",
        "for key in random.split(random.key(0), 3):\n    x = random.normal(key)\n",
        "key = random.key(0)\nfor i in range(3):\n    key, sub = random.split(key)\n    x = random.normal(sub)\n",
        "key = random.key(0)\nfor i in range(3):\n    x = random.normal(random.fold_in(key, i))\n",
        "first = lambda key: random.normal(key)\nsecond = lambda key: random.uniform(key)\n",
        "def f(key):\n    a = random.normal(key)\n    k1, k2 = random.split(key)\n    return a, k1, k2\n",
        "import numpy.random as random\na = random.normal(key)\nb = random.normal(key)\n",
        "def f(key, shape):\n    for size in shape:\n        return random.normal(key)\n",
    ],
)
def test_a_key_for_each_draw_passes(judge: Judge, body: str) -> None:
    assert [finding.message for finding in judge(body)] == []


def test_both_draws_are_shown(judge: Judge) -> None:
    (finding,) = judge(
        "def f(key):\n    a = random.normal(key)\n    return a + random.uniform(key)\n"
    )
    first, second = finding.related[0].location.span, finding.location.span
    assert first is not None
    assert second is not None
    assert (first.line, second.line) == (6, 7)


def test_three_draws_with_one_key_are_two_findings(judge: Judge) -> None:
    body = "def f(key):\n" + "".join(f"    x{n} = random.normal(key)\n" for n in range(3))
    assert len(judge(body)) == 2
