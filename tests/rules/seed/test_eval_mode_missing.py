"""SEED026: models that are evaluated in training mode."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Finding

MakeRepo = Callable[..., Repo]
MODEL = """\
import torch
import torch.nn.functional as F
import torch_geometric.nn as gnn
import torchvision
from torch import nn


class Net(nn.Module):
    def __init__(self, rate=0.5, norm=True):
        super().__init__()
        {layers}

    def forward(self, x):
        return {forward}


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.BatchNorm1d(2) for _ in range(3)])
"""
TRAIN = """\
import torch
from torch import nn
from model import Net
{imports}


def evaluate(model, val_loader):
    {first}
    with torch.no_grad():
        for x, y in val_loader:
            print({call})


def train(model, loader, optimizer):
    {start}
    for x, y in loader:
        model(x).sum().backward()
        optimizer.step()


def main(loader, optimizer):
    model = {made}
    {prepare}
    for epoch in range(3):
        train(model, loader, optimizer)
        {before}
        evaluate(model, loader)


if __name__ == "__main__":
    main(*setup())
"""
LAYERS = {"layers": "self.drop = nn.Dropout(0.5)", "forward": "self.drop(x)"}
USUAL = {
    "imports": "",
    "first": "pass",
    "call": "(model(x).argmax(1) == y).sum()",
    "start": "model.train()",
    "made": "Net()",
    "prepare": "pass",
    "before": "pass",
}


def judge(make_repo: MakeRepo, files: Mapping[str, str]) -> list[Finding]:
    """The findings on these files."""
    written = {path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    return list(check(make_repo(written, commit=False).root, "SEED026").findings)


def count(make_repo: MakeRepo, layers: Mapping[str, str] = LAYERS, **changes: str) -> int:
    """How many findings there are on a model and its training script."""
    files = {"model.py": MODEL.format(**layers), "train.py": TRAIN.format(**{**USUAL, **changes})}
    return len(judge(make_repo, files))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"start": "pass"},
        {"made": "Net().cuda()"},
        {"prepare": "model = nn.DataParallel(model)"},
        {"prepare": "model = nn.parallel.DistributedDataParallel(model)"},
        {"prepare": "model = model.to('cuda')"},
        {"prepare": "model = torch.compile(model)"},
        {"prepare": "model.eval()"},  # undone by the first epoch
        {"call": "model.module(x)"},
        {"call": "model(x, y)"},
    ],
)
def test_an_evaluation_that_nothing_prepares_is_named(
    changes: dict[str, str], make_repo: MakeRepo
) -> None:
    assert count(make_repo, **changes) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"first": "model.eval()"},
        {"first": "model.train(False)"},
        {"first": "model.train(mode=False)"},
        {"before": "model.eval()"},
        {"before": "model.train(epoch < 2)"},
        {"start": "model.train() if epoch else model.eval()"},
        {"first": "set_eval(model)", "imports": "def set_eval(m):\n    m.eval()"},
        {"first": "switch_to_eval(model)", "imports": "from lib import switch_to_eval"},
        {"start": "pass", "made": "Net().eval()"},
        {"start": "pass", "prepare": "model.eval()"},
        {"made": "load('model.pt')", "imports": "from lib import load"},
        {"call": "y"},
        {"call": "model(torch.randn(1, 2))"},
        {"imports": "from transformers import Trainer\nTrainer(None)"},
    ],
)
def test_a_switch_on_any_way_to_the_call_is_enough(
    changes: dict[str, str], make_repo: MakeRepo
) -> None:
    assert count(make_repo, **changes) == 0


@pytest.mark.parametrize(
    ("layers", "forward", "is_noisy"),
    [
        ("self.norm = nn.BatchNorm2d(3)", "self.norm(x)", True),
        ("self.body = nn.Sequential(nn.Linear(2, 2), nn.Dropout())", "self.body(x)", True),
        ("self.block = Block()", "self.block(x)", True),
        ("self.drop = nn.Dropout(rate)", "self.drop(x)", True),
        ("self.encoder = torchvision.models.resnet18()", "self.encoder(x)", True),
        ("self.fc = nn.Linear(2, 2)", "F.dropout(x, 0.5, training=self.training)", True),
        ("self.fc = nn.Linear(2, 2)", "self.fc(x)", False),
        ("self.norm = nn.LayerNorm(3)", "self.norm(x)", False),
        ("self.norm = nn.GroupNorm(3, 3)", "self.norm(x)", False),
        ("self.norm = nn.BatchNorm2d(3, track_running_stats=False)", "self.norm(x)", False),
        ("self.drop = nn.Dropout(0.0)", "self.drop(x)", False),
        ("self.drop = nn.Dropout(p=0)", "self.drop(x)", False),
        ("self.mlp = gnn.MLP([3, 8, 2])", "self.mlp(x)", True),
        ("self.mlp = gnn.MLP([3, 8, 2], norm=None)", "self.mlp(x)", False),
        ("self.mlp = gnn.MLP([3, 2])", "self.mlp(x)", False),
        ("self.mlp = gnn.MLP(sizes)", "self.mlp(x)", False),
        ("self.drop = nn.Dropout(unknown)", "self.drop(x)", False),
        ("self.norm = nn.BatchNorm1d(2) if norm else None", "self.norm(x)", True),
        ("if norm:\n            self.norm = nn.BatchNorm1d(2)", "x", False),
    ],
)
def test_only_layers_that_surely_depend_on_the_mode_count(
    layers: str, forward: str, is_noisy: bool, make_repo: MakeRepo
) -> None:
    assert count(make_repo, {"layers": layers, "forward": forward}) == is_noisy


def test_a_class_that_sets_modes_in_its_own_way_is_not_judged(make_repo: MakeRepo) -> None:
    own = "self.drop = nn.Dropout(0.5)\n\n    def train(self, mode=True):\n        return self"
    assert count(make_repo, {"layers": own, "forward": "x"}) == 0


TASK = """
import torch
from model import Net


class Task:
    def __init__(self, loader, optimizer):
        self.model = Net()
        self.loader, self.optimizer = loader, optimizer
        {prepare}

    @torch.no_grad()
    def validate(self, loader):
        return [self.model(x) for x in {data}] and [self.model(x) for x in loader]

    def fit(self):
        for epoch in range(3):
            self.model.train()
            for x in self.loader:
                self.model(x).sum().backward()
                self.optimizer.step()
            {before}
            self.validate(self.loader)


if __name__ == "__main__":
    Task(*setup()).fit()
"""


@pytest.mark.parametrize(
    ("before", "found"),
    [("pass", 1), ("self.model.eval()", 0), ("self.set_mode()", 0)],
)
def test_a_task_that_keeps_its_model_is_followed(
    before: str, found: int, make_repo: MakeRepo
) -> None:
    task = TASK.format(before=before, prepare="pass", data="loader").replace(
        "    def fit(self)",
        "    def set_mode(self):\n        self.model.eval()\n\n    def fit(self)",
    )
    files = {"model.py": MODEL.format(**LAYERS), "train.py": task}
    assert len(judge(make_repo, files)) == found


@pytest.mark.parametrize(
    "function",
    [
        "def predict_mc_dropout(model, loader):",
        "def test_uncertainty(model, loader):",
        "def adapt_and_test(model, loader):",
        "def update_target(model, loader):",
    ],
)
def test_functions_that_want_the_noise_or_do_not_evaluate_are_fine(
    function: str, make_repo: MakeRepo
) -> None:
    source = f"""
        import torch
        from model import Net

        {function}
            with torch.no_grad():
                for x in loader:
                    print(model(x))

        if __name__ == "__main__":
            {function.partition("(")[0].removeprefix("def ")}(Net(), setup())
        """
    assert judge(make_repo, {"model.py": MODEL.format(**LAYERS), "a.py": source}) == []


def test_a_lightning_module_is_left_to_its_trainer(make_repo: MakeRepo) -> None:
    source = """
        import pytorch_lightning as pl
        import torch
        from torch import nn

        class Lit(pl.LightningModule):
            def __init__(self):
                super().__init__()
                self.net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))

            @torch.no_grad()
            def validate(self, loader):
                for x in loader:
                    print(self(x))

        if __name__ == "__main__":
            Lit().validate(setup())
        """
    assert judge(make_repo, {"a.py": source}) == []


def test_the_layer_and_the_last_switch_are_shown_and_a_fix_is_offered(make_repo: MakeRepo) -> None:
    files = {"model.py": MODEL.format(**LAYERS), "train.py": TRAIN.format(**USUAL)}
    report = check(make_repo(files, commit=False).root, "SEED026")
    assert places(report) == ["train.py:11:20 SEED026"]
    (found,) = report.findings
    shown = [
        (each.location.path, each.location.span.line)
        for each in found.related
        if each.location.span
    ]
    assert shown == [("model.py", 11), ("train.py", 15)]
    assert found.fix is not None
    assert found.fix.edits[0].replacement == "    model.eval()\n"


def test_a_loop_at_the_top_of_a_script_is_seen(make_repo: MakeRepo) -> None:
    source = """
        import torch
        from model import Net

        model = Net()
        for x in setup():
            model(x).sum().backward()
        with torch.no_grad():
            for x in test_loader:
                print(model(x))
        """
    files = {"model.py": MODEL.format(**LAYERS), "train.py": source}
    assert len(judge(make_repo, files)) == 1
    files["train.py"] = source.replace("with torch", "model.eval()\n        with torch")
    assert judge(make_repo, files) == []


@pytest.mark.parametrize(
    ("call", "is_found"),
    [
        ("model(x_val)", True),
        ("model(data)", True),
        ("model(data.to(device))", True),
        ("model(x)", False),
        ("model(val)", False),
    ],
)
def test_held_out_data_without_gradients_are_an_evaluation_wherever_they_stand(
    make_repo: MakeRepo, call: str, *, is_found: bool
) -> None:
    source = f"""
        import torch
        from model import Net

        def main(x, x_val, val, val_loader, train_loader, device):
            model = Net()
            for epoch in range(9):
                model.train()
                for data in train_loader:
                    model(data).sum().backward()
                for step in range(9):
                    data = next(iter(val_loader)).to(device)
                    with torch.no_grad():
                        print({call})

        if __name__ == "__main__":
            main(*setup())
        """
    files = {"model.py": MODEL.format(**LAYERS), "train.py": source}
    assert bool(judge(make_repo, files)) == is_found
    files["train.py"] = source.replace("for step", "model.eval()\n                for step")
    assert judge(make_repo, files) == []


def test_the_last_batch_of_training_is_no_held_out_data(make_repo: MakeRepo) -> None:
    source = """
        import torch
        from model import Net

        def main(val_loader, train_loader):
            model = Net()
            for epoch in range(9):
                data = next(iter(val_loader))
                for _ in range(3):
                    data = next(iter(train_loader))
                    model(data).sum().backward()
                    with torch.no_grad():
                        print(model(data))

        if __name__ == "__main__":
            main(*setup())
        """
    assert judge(make_repo, {"model.py": MODEL.format(**LAYERS), "train.py": source}) == []
