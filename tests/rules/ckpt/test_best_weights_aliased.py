"""CKPT001: names of the best weights that hold the live ones, and those that do not."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Confidence, Finding, Safety, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]

LOOP = """
import copy
import torch

def fit(model, optimizer, loader, evaluate, epochs=10):
    best = 0.0
    {before}
    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = (model(x) - y).square().mean()
            loss.backward()
            optimizer.step()
        score = evaluate(model)
        if score > best:
            best = score
            {inside}
    {after}
"""
KEEP = "best_state = {}"
RESTORE = "model.load_state_dict(best_state)"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `train.py` with this text, beside other files."""

    def run(text: str, **files: str) -> list[Finding]:
        text = textwrap.dedent(text).lstrip("\n")
        ast.parse(text)
        others = {f"{name}.py": textwrap.dedent(other) for name, other in files.items()}
        repo = make_repo({"train.py": text} | others, commit=False)
        return list(check(repo.root, "CKPT001").findings)

    return run


def _loop(inside: str, after: str = RESTORE, before: str = "best_state = None") -> str:
    return LOOP.format(before=before, inside=inside.replace("\n", "\n            "), after=after)


@pytest.mark.parametrize(
    "value",
    [
        "model.state_dict()",
        "model.module.state_dict()",
        "model.state_dict().copy()",
        "dict(model.state_dict())",
        "copy.copy(model.state_dict())",
        "{name: value for name, value in model.state_dict().items()}",
        "{name: value.detach() for name, value in model.state_dict().items()}",
        '{"model": model.state_dict(), "epoch": epoch}',
    ],
)
def test_live_weights_that_are_restored_after_the_loop_are_an_error(
    judge: Judge, value: str
) -> None:
    (finding,) = judge(_loop(KEEP.format(value)))
    assert finding.severity is Severity.ERROR
    assert finding.confidence is Confidence.HIGH
    assert "`best_state`" in finding.message


@pytest.mark.parametrize(
    "value",
    [
        "copy.deepcopy(model.state_dict())",
        "copy.deepcopy(model).state_dict()",
        "{name: value.clone() for name, value in model.state_dict().items()}",
        "{name: value.detach().cpu().clone() for name, value in model.state_dict().items()}",
        "{name: value.cpu().numpy().copy() for name, value in model.state_dict().items()}",
        "{name: copy.deepcopy(value) for name, value in model.state_dict().items()}",
        '{name: value.to("cpu", copy=True) for name, value in model.state_dict().items()}',
        "snapshot(model)",
        "model.get_weights()",
        "optimizer",
    ],
)
def test_copies_and_what_is_not_known_pass(judge: Judge, value: str) -> None:
    after = RESTORE if value != "optimizer" else "return best"
    assert judge(_loop(KEEP.format(value), after)) == []


def test_a_statement_that_binds_several_names_is_read_pair_by_pair(judge: Judge) -> None:
    assert len(judge(_loop("best, best_state = score, model.state_dict()"))) == 1
    assert judge(_loop("best, best_state = score, copy.deepcopy(model.state_dict())")) == []
    assert judge(_loop("best_state, best = restore(model)")) == []


@pytest.mark.parametrize("move", [".cpu()", '.to("cpu")', ".detach().cpu()"])
def test_a_move_that_copies_only_from_a_gpu_is_told_as_information(judge: Judge, move: str) -> None:
    text = f"best_state = {{k: v{move} for k, v in model.state_dict().items()}}"
    (finding,) = judge(_loop(text))
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize(
    "after",
    [
        "model.load_state_dict(best_state)",
        'torch.save(best_state, "best.pt")',
        'torch.save({"model": best_state, "score": best}, "best.pt")',
        "return best_state",
        "return best, best_state",
        "if best_state is not None:\n        model.load_state_dict(best_state)",
        "weights = best_state\n    model.load_state_dict(weights)",
    ],
)
def test_every_later_use_of_the_weights_counts(judge: Judge, after: str) -> None:
    assert len(judge(_loop("best_state = model.state_dict()", after))) == 1


@pytest.mark.parametrize(
    ("inside", "after"),
    [
        ('best_state = model.state_dict()\ntorch.save(best_state, "best.pt")', "return best"),
        ("best_state = model.state_dict()\nbreak", RESTORE),
        ("best_state = model.state_dict()\nreturn best_state", "return None"),
        ("best_state = model.state_dict()\nbest_state = copy.deepcopy(best_state)", RESTORE),
        ("best_state = model.state_dict()", "print(len(best_state))"),
        ("best_state = model.state_dict()", "return best"),
        ("state = model.state_dict()", "model.load_state_dict(state)"),
    ],
)
def test_weights_that_nothing_overwrites_before_they_are_used_pass(
    judge: Judge, inside: str, after: str
) -> None:
    assert judge(_loop(inside, after)) == []


def test_the_first_value_of_a_name_that_is_copied_later_passes(judge: Judge) -> None:
    text = _loop(
        "best_state = copy.deepcopy(model.state_dict())", before="best_state = model.state_dict()"
    )
    assert judge(text) == []


def test_a_first_value_that_nothing_replaces_is_told_as_information(judge: Judge) -> None:
    (finding,) = judge(_loop("best = score", before="best_state = model.state_dict()"))
    assert finding.severity is Severity.INFO


def test_a_model_that_is_its_own_best_one_is_an_error(judge: Judge) -> None:
    before = "model.train()"
    (finding,) = judge(_loop("best_model = model", "return best_model", before))
    assert "itself" in finding.message
    copied = "best_model = copy.deepcopy(model)"
    assert judge(_loop(copied, "return best_model", before)) == []


def test_a_best_score_is_no_model(judge: Judge) -> None:
    assert judge(_loop("best_loss = evaluate.loss", "return best_loss")) == []
    assert judge(_loop("best_seen = loss", "return best_seen")) == []


def test_a_model_that_is_made_anew_in_each_turn_passes(judge: Judge) -> None:
    text = """
        import torch

        def search(configs, loader, evaluate):
            best, best_model = 0.0, None
            for config in configs:
                model = torch.nn.Linear(*config)
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                for x in loader:
                    model(x).sum().backward()
                    optimizer.step()
                if evaluate(model) > best:
                    best_model = model
                    best_state = model.state_dict()
            return best_model, best_state
    """
    assert judge(text) == []


def test_models_of_a_list_pass(judge: Judge) -> None:
    text = """
        def choose(models, x, y):
            best_score, best_model = 1e9, None
            for model in models:
                model.fit(x, y)
                if model.score(x, y) < best_score:
                    best_model = model
            return best_model
    """
    assert judge(text) == []


def test_training_in_a_helper_of_another_module_is_seen(judge: Judge) -> None:
    text = """
        from engine import one_pass, evaluate

        def main(model, optimizer, loader):
            best = 0.0
            for epoch in range(3):
                one_pass(model, optimizer, loader)
                accuracy = evaluate(model, loader)
                if accuracy > best:
                    best_weights = model.state_dict()
            model.load_state_dict(best_weights)
    """
    engine = """
        def one_pass(model, optimizer, loader):
            for x in loader:
                model(x).sum().backward()
                optimizer.step()

        def evaluate(model, loader):
            return sum(model(x).sum() for x in loader)
    """
    (finding,) = judge(text, engine=engine)
    assert finding.confidence is Confidence.HIGH
    assert judge(text, engine="def one_pass(*a): ...\n\ndef evaluate(*a): ...\n") == []


STOPPER = """
import torch

class {name}:
    def __init__(self, patience=5):
        self.best_loss = float("inf")
        self.best_state = None

    def __call__(self, loss, model):
        if loss < self.best_loss:
            self.best_loss = loss
            self.best_state = {value}
            self.count = 0
            return False
        self.count += 1
        return self.count > 3
"""
USE = """
from train import {name}

def fit(model, train, validate):
    stop = {name}()
    for epoch in range(10):
        train(model)
        if stop(validate(model), model):
            break
    model.load_state_dict(stop.best_state)
"""


def test_an_early_stopping_object_that_keeps_live_weights_is_found(judge: Judge) -> None:
    text = STOPPER.format(name="EarlyStopping", value="model.state_dict()")
    (finding,) = judge(text, main=USE.format(name="EarlyStopping"))
    assert finding.confidence is Confidence.MEDIUM
    assert finding.location.path == "train.py"


@pytest.mark.parametrize(
    ("name", "value", "with_use"),
    [
        ("EarlyStopping", "copy.deepcopy(model.state_dict())", True),
        ("EarlyStopping", "model.state_dict()", False),
        ("Leaderboard", "model.state_dict()", True),
    ],
)
def test_an_object_that_copies_or_is_never_asked_for_its_weights_passes(
    judge: Judge, name: str, value: str, *, with_use: bool
) -> None:
    files = {"main": USE.format(name=name)} if with_use else {}
    assert judge(STOPPER.format(name=name, value=value), **files) == []


TRAINER = """
class Trainer:
    def __init__(self, model):
        self.model = model

    def epoch(self):
        for x in self.loader:
            self.model(x).sum().backward()
            self.optimizer.step()

    def fit(self):
        {prepare}
        for epoch in range(10):
            {renew}
            self.epoch()
            score = self.validate()
            if score > self.best_score:
                self.best_weights = self.model.state_dict()
        self.model.load_state_dict(self.best_weights)
{more}
"""


def test_weights_of_a_trainer_are_followed_through_its_methods(judge: Judge) -> None:
    assert len(judge(TRAINER.format(prepare="pass", renew="pass", more=""))) == 1


def test_a_trainer_that_builds_a_new_model_for_each_turn_passes(judge: Judge) -> None:
    assert judge(TRAINER.format(prepare="pass", renew="self.model = build()", more="")) == []
    more = "\n    def reset(self):\n        self.model = build()\n"
    assert judge(TRAINER.format(prepare="pass", renew="self.reset()", more=more)) == []


def test_the_fix_makes_a_deep_copy_and_imports_what_it_needs(make_repo: MakeRepo) -> None:
    text = _loop("best_state = model.state_dict()").replace("import copy\n", "").lstrip("\n")
    repo = make_repo({"train.py": text}, commit=False)
    (finding,) = check(repo.root, "CKPT001").findings
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    (change,) = plan_fixes([finding], lambda _path: text.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    new = change.new.decode()
    assert new.startswith("import torch\nimport copy\n")
    assert "best_state = copy.deepcopy(model.state_dict())\n" in new


@pytest.mark.parametrize(
    ("importing", "written"),
    [("from copy import deepcopy", "deepcopy("), ("import copy as c", "c.deepcopy(")],
)
def test_the_fix_uses_what_is_imported_already(
    make_repo: MakeRepo, importing: str, written: str
) -> None:
    text = _loop("best_state = model.state_dict()").replace("import copy", importing).lstrip("\n")
    repo = make_repo({"train.py": text}, commit=False)
    (finding,) = check(repo.root, "CKPT001").findings
    (change,) = plan_fixes([finding], lambda _path: text.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert f"best_state = {written}model.state_dict())\n" in change.new.decode()


def test_there_is_no_fix_where_copy_means_something_else(judge: Judge) -> None:
    text = _loop("best_state = model.state_dict()").replace("import copy", "copy = 3")
    (finding,) = judge(text)
    assert finding.fix is None


def test_very_many_assignments_are_judged_quickly(judge: Judge) -> None:
    head = "def fit(model, loss, best):\n    for e in range(3):\n        loss.backward()\n        if best:\n"
    lines = "".join(f"            best_{i} = model.state_dict()\n" for i in range(1500))
    uses = "".join(f"    model.load_state_dict(best_{i})\n" for i in range(1500))
    assert len(judge(head + lines + uses)) == 1500
