"""RES005: the best model by the test set, by validation data, and comparisons of other kinds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[str]]
HEAD = """import torch

def main(model, optimizer, loader, evaluate, test_loader):
    best_acc, best_val = 0.0, 0.0
    for epoch in range(9):
        for x in loader:
            model(x).sum().backward()
            optimizer.step()
        results = evaluate(model, test_loader)
        test_acc, testAcc, test_f1, test_loss, latest_acc, test_x = evaluate(model, test_loader)
"""


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings on a training loop that ends with these lines."""

    def run(body: str, head: str = HEAD) -> list[str]:
        lines = "".join(f"        {line}\n" for line in body.splitlines())
        repo = make_repo({"train.py": head + lines}, commit=False)
        return places(check(repo.root, "RES005"))

    return run


@pytest.mark.parametrize(
    "body",
    [
        "if test_acc > best_acc:\n    best_acc = test_acc",
        "if best_loss > test_loss:\n    torch.save(model, 'best.pt')",
        "is_best = test_acc > best_acc",
        "if epoch > 3 and test_f1 >= best_f1:\n    save_checkpoint(model)",
        "if results.test_accuracy > best_acc:\n    best_acc = results.test_accuracy",
        "if testAcc > best_acc:\n    best_acc = testAcc",
    ],
)
def test_a_choice_by_a_score_on_test_data_is_told(judge: Judge, body: str) -> None:
    assert len(judge(body)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "if val_acc > best_acc:\n    best_acc = val_acc",
        "if val_acc > best_val:\n    best_val, best_test = val_acc, test_acc",
        "if acc > best_acc:\n    best_acc = acc",
        "if val_test_loss < best_loss:\n    best_loss = val_test_loss",
        "if test_acc > best_acc:\n    print(test_acc)",
        "if latest_acc > best_acc:\n    best_acc = latest_acc",
        "if test_x > best_x:\n    best_x = test_x",
        "if contest_score > best_acc:\n    best_acc = contest_score",
        "if test_acc > 0.9:\n    best_acc = test_acc",
        "if test_acc > train_acc:\n    best_acc = test_acc",
    ],
)
def test_other_choices_pass(judge: Judge, body: str) -> None:
    assert judge(body) == []


@pytest.mark.parametrize("given", ["dls.valid", "batch_size", "sample(100)"])
def test_a_score_that_is_given_no_test_data_passes(judge: Judge, given: str) -> None:
    body = (
        f"test_loss = evaluate(model, {given})\nif test_loss < best_acc:\n    best_acc = test_loss"
    )
    head = HEAD.partition("        results")[0]
    assert judge(body, head) == []


CIFAR = """import torch

best_acc = 0

def train(epoch):
    for x in trainloader:
        net(x).sum().backward()
        optimizer.step()

def test({parameters}):
    global best_acc
    correct = 0
    for x, y in enumerate({loader}):
        correct += net(x).eq(y).sum()
    acc = 100.0 * correct
    if acc > best_acc:
        torch.save(net.state_dict(), "ckpt.pth")
        best_acc = acc
"""


@pytest.mark.parametrize(
    ("loader", "parameters", "is_told"),
    [
        ("testloader", "epoch", True),
        ("test_loader", "epoch", True),
        ("val_loader", "epoch", False),
        ("loader", "epoch", False),
        ("testloader", "val_loader", False),
    ],
)
def test_the_loader_that_the_score_comes_from_tells_it_too(
    judge: Judge, loader: str, parameters: str, *, is_told: bool
) -> None:
    assert bool(judge("", CIFAR.format(loader=loader, parameters=parameters))) == is_told


def test_a_search_that_trains_nothing_passes(judge: Judge) -> None:
    head = "def climb(cost, moves):\n    best_score = 0\n    for move in moves:\n"
    body = "test_score = cost(move)\nif test_score > best_score:\n    best_score = test_score"
    assert judge(body, head) == []
