"""SEED023: episodes that are all the first one."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo
from mending import mended

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
HEAD = "import gymnasium as gym\n\nenv = gym.make('CartPole-v1')\n"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `train.py` with this body, beside other files."""

    def run(body: str, **files: str) -> list[Finding]:
        others = {f"{name}.py": text for name, text in files.items()}
        repo = make_repo({"train.py": HEAD + textwrap.dedent(body)} | others, commit=False)
        return list(check(repo.root, "SEED023").findings)

    return run


@pytest.mark.parametrize(
    "body",
    [
        "for episode in range(9):\n    env.reset(seed=0)\n    env.step(a)\n",
        "for episode in range(9):\n    obs, _ = env.reset(seed=args.seed)\n    while True:\n        env.step(a)\n",
        "def train(envs, seed):\n    for update in range(9):\n        envs.reset(seed=seed)\n        envs.step(a)\n",
        "class Agent:\n    def train(self):\n        while True:\n            self.env.reset(seed=self.seed)\n            self.env.step(a)\n",
        "for seed in seeds:\n    for episode in range(9):\n        env.reset(seed=seed)\n        env.step(a)\n",
    ],
)
def test_a_reset_with_one_seed_in_a_loop_is_found(judge: Judge, body: str) -> None:
    (finding,) = judge(body)
    assert "first one again" in finding.message
    assert finding.related


@pytest.mark.parametrize(
    "body",
    [
        "env.reset(seed=0)\nfor step in range(9):\n    env.step(a)\n",
        "env.reset(seed=0)\nfor episode in range(9):\n    env.step(a)\n    env.reset()\n",
        "for episode in range(9):\n    env.reset(seed=episode)\n    env.step(a)\n",
        "for episode in range(9):\n    env.reset(seed=args.seed + episode)\n    env.step(a)\n",
        "for seed in seeds:\n    env.reset(seed=seed)\n    env.step(a)\n",
        "for episode in range(9):\n    env.reset(seed=None)\n    env.step(a)\n",
        "for episode in range(9):\n    env.reset(seed=int(rng.integers(99)))\n    env.step(a)\n",
        "for env in envs:\n    env.reset(seed=0)\n    env.step(a)\n",
        "for name in names:\n    env = gym.make(name)\n    env.reset(seed=0)\n    env.step(a)\n",
        "def evaluate(env):\n    for episode in range(9):\n        env.reset(seed=0)\n        env.step(a)\n",
        "for episode in range(9):\n    eval_env.reset(seed=0)\n    eval_env.step(a)\n",
        "for trial in range(9):\n    tracker.reset(seed=0)\n    tracker.step(a)\n",
        "for trial in range(9):\n    env.reset(seed=0)\n",
        "seed = 0\nfor episode in range(9):\n    env.reset(seed=seed)\n    env.step(a)\n    seed += 1\n",
    ],
)
def test_other_resets_pass(judge: Judge, body: str) -> None:
    assert [finding.message for finding in judge(body)] == []


SAMPLE = (
    "obs, _ = env.reset(seed=0)\nfor step in range(9):\n    env.step(env.action_space.sample())\n"
)


def test_actions_from_an_unseeded_space_are_found_once(judge: Judge) -> None:
    (finding,) = judge(SAMPLE + "a = env.action_space.sample()\n")
    assert "action_space.sample" in finding.message


@pytest.mark.parametrize(
    "body",
    [
        "env.action_space.seed(0)\n" + SAMPLE,
        SAMPLE.replace("seed=0", ""),
        "obs, _ = env.reset(seed=0)\na = env.action_space.shape\n",
    ],
)
def test_a_seeded_space_and_an_unseeded_program_pass(judge: Judge, body: str) -> None:
    assert judge(body) == []


def test_a_helper_elsewhere_may_seed_the_space(judge: Judge) -> None:
    helper = "def make_env(env, seed):\n    env.action_space.seed(seed)\n    return env\n"
    assert judge(SAMPLE, helper=helper) == []


def test_the_number_of_the_round_makes_each_seed_another(make_repo: MakeRepo) -> None:
    body = "for episode in range(9):\n    obs, _ = env.reset(seed=7)\n    env.step(1)\n"
    new = mended(make_repo({"train.py": HEAD + body}, commit=False), "SEED023")["train.py"]
    assert "env.reset(seed=7 + episode)" in new


def test_a_loop_that_does_not_count_is_left_to_its_author(judge: Judge) -> None:
    (finding,) = judge("while True:\n    obs, _ = env.reset(seed=7)\n    env.step(1)\n")
    assert finding.fix is None


def test_the_action_space_is_seeded_below_the_first_reset(make_repo: MakeRepo) -> None:
    new = mended(make_repo({"train.py": HEAD + SAMPLE}, commit=False), "SEED023")["train.py"]
    assert "obs, _ = env.reset(seed=0)\nenv.action_space.seed(0)\n" in new
