"""SEED025: seeds that a search may choose; SEED024: searches without a seed."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import pytest
from checking import check, places
from conftest import Repo

MakeRepo = Callable[..., Repo]
HEAD = """
import optuna
import ray
import wandb
from hyperopt import hp, fmin
from ray import tune
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from lab import model, seeds

"""


def found(make_repo: MakeRepo, files: Mapping[str, str], code: str = "SEED025") -> list[str]:
    """The places of the findings on these files."""
    written = {path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    return places(check(make_repo(written, commit=False).root, code))


@pytest.mark.parametrize(
    "body",
    [
        "def f(trial):\n    return trial.suggest_int('seed', 0, 99)",
        "def f(trial):\n    return trial.suggest_categorical('random_state', [1, 2, 3])",
        "def f(t):\n    return t.suggest_int(name='data_seed', low=0, high=9)",
        "s = GridSearchCV(model, {'random_state': [1, 2]})",
        "s = GridSearchCV(model, param_grid={'clf__random_state': range(9)})",
        "grid = [{'a': [1]}, {'random_state': [1, 2]}]\ns = GridSearchCV(model, grid)",
        "s = RandomizedSearchCV(model, param_distributions={'random_state': [1, 2]})",
        "space = {'seed': hp.choice('seed', [1, 2])}",
        "c = {'method': 'bayes', 'metric': {'name': 'a'}, 'parameters': {'seed': {'values': [1, 2]}}}\nwandb.sweep(c)",
        "p = {'seed': {'min': 0, 'max': 9}, 'lr': {'values': [1, 2]}}\nwandb.sweep({'method': 'random', 'metric': {'name': 'a'}, 'parameters': p})",
        "space = {'seed': tune.randint(0, 9)}\nr = tune.run(model, config=space, search_alg=optuna)\nb = r.get_best_config('loss')",
        "c = {'method': 'bayes'}\nc['metric'] = {'name': 'a'}\nc['parameters'] = {'seed': {'values': [1, 2]}}\nwandb.sweep(c)",
        "import keras_tuner\ndef build(hp):\n    return model(hp.Int('seed', 0, 9))",
        "import keras_tuner\ndef build(hp):\n    return model(hp.Choice('random_seed', [1, 2]))",
    ],
)
def test_a_seed_that_a_search_may_choose_is_found(make_repo: MakeRepo, body: str) -> None:
    assert len(found(make_repo, {"search.py": HEAD + body + "\n"})) == 1


@pytest.mark.parametrize(
    "body",
    [
        "def f(trial):\n    return trial.suggest_int('lr', 0, 99)",
        "def f(trial):\n    return trial.suggest_int('seed_length', 0, 99)",
        "def f(trial):\n    return trial.suggest_categorical('seed', [1])",
        "def f(trial):\n    return trial.suggest_int('seed', 3, 3)",
        "def f(trial):\n    return trial.suggest_int('seed', low=3, high=3)",
        "def f(trial, s):\n    return trial.suggest_categorical('random_state', (s,))",
        "def f(trial, s):\n    return trial.suggest_categorical(name='random_state', choices=[s])",
        "def f(trial, s):\n    one = [s]\n    return trial.suggest_categorical('random_state', one)",
        "import keras_tuner\ndef build(hp):\n    return model(hp.Choice('seed', [1]))",
        "def build(hp):\n    return model(hp.Int('seed', 0, 9))",
        "p = {'seed': {'min': 0, 'max': 9}, 'lr': {'value': 1}}\nwandb.sweep({'method': 'random', 'metric': {'name': 'a'}, 'parameters': p})",
        "def f(trial, s):\n    return trial.suggest_int('seed', int(s), int(s))",
        "def f(trial):\n    return trial.suggest_int('seed', 0, 4)\ns = optuna.samplers.GridSampler({'seed': [0, 1]})",
        "s = GridSearchCV(model, {'random_state': [1]})",
        "s = GridSearchCV(model, {'alpha': [1, 2]})",
        "s = GridSearchCV(model, {'alpha': [1, 2], 'random_state': seeds})",
        "for seed in range(5):\n    model(seed)",
        "c = {'method': 'grid', 'metric': {'name': 'a'}, 'parameters': {'seed': {'values': [1, 2]}}}\nwandb.sweep(c)",
        "c = {'method': 'random', 'parameters': {'seed': {'values': [1, 2]}}}\nwandb.sweep(c)",
        "c = {'method': 'bayes', 'metric': {'name': 'a'}, 'parameters': {'seed': {'value': 2}}}\nwandb.sweep(c)",
        "space = {'seed': tune.randint(0, 9)}\nr = tune.run(model, config=space)\nb = r.get_best_config('loss')",
        "space = {'seed': tune.grid_search([0, 1])}\nr = tune.run(model, config=space, search_alg=optuna)\nb = r.get_best_config('loss')",
        "space = {'seed': tune.randint(0, 9)}\nr = tune.run(model, config=space, search_alg=optuna)\n",
    ],
)
def test_several_seeds_of_one_setting_are_good(make_repo: MakeRepo, body: str) -> None:
    assert found(make_repo, {"search.py": HEAD + body + "\n"}) == []


SWEEP = """
    program: train.py
    method: {method}
    metric:
      goal: minimize
      name: loss
    parameters:
      lr:
        min: 0.1
        max: 0.2
      seed:
        {seed}
"""


@pytest.mark.parametrize(
    ("method", "seed", "expected"),
    [
        ("bayes", "values: [0, 1, 2]", ["sweep.yaml:10:3 SEED025"]),
        ("random", "distribution: int_uniform", ["sweep.yaml:10:3 SEED025"]),
        ("random", "min: 0", ["sweep.yaml:10:3 SEED025"]),
        ("grid", "values: [0, 1, 2]", []),
        ("bayes", "value: 0", []),
        ("bayes", "values: [0]", []),
    ],
)
def test_sweeps_of_weights_and_biases(
    make_repo: MakeRepo, method: str, seed: str, expected: list[str]
) -> None:
    assert found(make_repo, {"sweep.yaml": SWEEP.format(method=method, seed=seed)}) == expected


def test_a_random_sweep_over_the_seed_alone_repeats_one_setting(make_repo: MakeRepo) -> None:
    lines = SWEEP.format(method="random", seed="min: 0").splitlines()
    alone = "\n".join(line for line in lines if line.strip() not in {"lr:", "min: 0.1", "max: 0.2"})
    assert found(make_repo, {"sweep.yaml": alone}) == []


HYDRA = """
    defaults:
      - override hydra/sweeper: {sweeper}
    hydra:
      sweeper:
        params:
          lr: interval(0.1, 0.2)
          {key}: {value}
"""


@pytest.mark.parametrize(
    ("sweeper", "key", "value", "count"),
    [
        ("optuna", "seed", "range(0, 10)", 1),
        ("optuna", "model.seed", "choice(1, 2)", 1),
        ("ax", "seed", "int(interval(0, 5))", 1),
        ("nevergrad", "seed", "0, 1, 2", 1),
        ("optuna", "seed", "42", 0),
        ("basic", "seed", "0, 1, 2", 0),
        ("optuna", "seed_words", "choice(1, 2)", 0),
    ],
)
def test_sweepers_of_hydra(
    make_repo: MakeRepo, sweeper: str, key: str, value: str, count: int
) -> None:
    text = HYDRA.format(sweeper=sweeper, key=key, value=value)
    assert len(found(make_repo, {"configs/hpo.yaml": text})) == count


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("s = optuna.create_study()\ns.optimize(model)", 1),
        ("s = optuna.create_study()\nmodel(s)", 1),
        ("optuna.create_study().optimize(model)", 1),
        ("s = optuna.create_study(load_if_exists=True)\nprint(s.trials)", 0),
        ("import numpy as np\nnp.random.seed(0)\ns = RandomizedSearchCV(model, {})", 0),
        ("s = optuna.create_study(direction='maximize', sampler=None)\ns.optimize(model)", 1),
        ("s = optuna.samplers.TPESampler()", 1),
        (
            "from optuna.samplers import CmaEsSampler\ns = optuna.create_study(sampler=CmaEsSampler())",
            1,
        ),
        ("b = fmin(model, {}, algo=seeds, max_evals=9)", 1),
        ("s = RandomizedSearchCV(model, {})", 1),
        ("s = optuna.samplers.TPESampler(seed=3)", 0),
        ("s = optuna.create_study(sampler=seeds)", 0),
        ("s = optuna.create_study(**seeds)", 0),
        ("s = optuna.create_study('sqlite://', seeds)", 0),
        ("s = optuna.samplers.GridSampler({})", 0),
        ("s = GridSearchCV(model, {})", 0),
        ("s = RandomizedSearchCV(model, {}, random_state=seeds)", 0),
        ("from scipy.optimize import fmin as own\nx = own(model, 0)", 0),
    ],
)
def test_searches_without_a_seed(make_repo: MakeRepo, body: str, count: int) -> None:
    assert len(found(make_repo, {"search.py": HEAD + body + "\n"}, "SEED024")) == count
