"""CKPT011: collections of live weights, and those of copies or of other models."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[str]]
LOOP = """import copy
import torch

def fit(model, optimizer, loader, build, models):
    kept, by_epoch, log = [], {{}}, {{"states": []}}
    for epoch in range(9):
        {first}
        for x in loader:
            model(x).sum().backward()
            optimizer.step()
        {last}
    return kept, by_epoch, log
"""


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings on a training loop with these lines."""

    def run(last: str, first: str = "pass") -> list[str]:
        text = LOOP.format(last=last.replace("\n", "\n        "), first=first)
        return places(check(make_repo({"train.py": text}, commit=False).root, "CKPT011"))

    return run


@pytest.mark.parametrize(
    "last",
    [
        "kept.append(model.state_dict())",
        "kept.append(model.module.state_dict())",
        "kept.append(dict(model.state_dict()))",
        "kept.append({'epoch': epoch, 'model': model.state_dict()})",
        "kept.append({k: v.detach() for k, v in model.state_dict().items()})",
        "by_epoch[epoch] = model.state_dict()",
        "by_epoch[f'epoch{epoch}'] = model.state_dict()",
        "if epoch % 2:\n    kept.append(model.state_dict())",
    ],
)
def test_live_weights_in_a_collection_that_outlives_the_turn_are_told(
    judge: Judge, last: str
) -> None:
    assert len(judge(last)) == 1


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("kept.append(copy.deepcopy(model.state_dict()))", "pass"),
        ("kept.append({k: v.clone() for k, v in model.state_dict().items()})", "pass"),
        ("kept.append({k: v.cpu() for k, v in model.state_dict().items()})", "pass"),
        ("kept.append(model.state_dict())", "model = build()"),
        ("kept.append(model.state_dict())", "model = models[epoch]"),
        ("for model in models:\n    kept.append(model.state_dict())", "pass"),
        ("kept.append(model.state_dict())", "kept = []"),
        ("log['model'] = model.state_dict()", "pass"),
        ("kept.append(model)", "pass"),
        ("kept.append(loss)", "pass"),
    ],
)
def test_copies_and_models_of_one_turn_pass(judge: Judge, last: str, first: str) -> None:
    assert judge(last, first) == []


def test_training_in_a_helper_that_is_given_the_model_counts(make_repo: MakeRepo) -> None:
    text = """
def run(model, train_one_epoch, loader):
    history = []
    for epoch in range(9):
        train_one_epoch(model, loader)
        history.append(model.state_dict())
    return history
"""
    repo = make_repo({"train.py": text}, commit=False)
    assert places(check(repo.root, "CKPT011")) == ["train.py:6:24 CKPT011"]


def test_a_loop_that_trains_nothing_passes(make_repo: MakeRepo) -> None:
    text = "states = []\nfor path in paths:\n    model.load(path)\n    states.append(model.state_dict())\n"
    repo = make_repo({"train.py": text}, commit=False)
    assert places(check(repo.root, "CKPT011")) == []
