"""CKPT007: only the best or only the last checkpoint is kept."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo
from fixed_files import fix, has_fix

MakeRepo = Callable[..., Repo]
LOOP = """\
import os
import shutil
import torch

def evaluate(model):
    return 1.0

def main():
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(model.parameters())
    best_acc = 0.0
    for epoch in range(10):
        model(torch.rand(1, 2)).sum().backward()
        optimizer.step()
        acc = evaluate(model)
{body}
{after}

if __name__ == "__main__":
    main()
"""


def told(make_repo: MakeRepo, body: str, after: str = "    pass") -> int:
    """How many findings there are on one training loop."""
    inside = textwrap.indent(textwrap.dedent(body), " " * 8)
    files = {"train.py": LOOP.format(body=inside, after=after)}
    return len(check(make_repo(files, commit=False).root, "CKPT007").findings)


@pytest.mark.parametrize(
    "body",
    [
        "if acc > best_acc:\n    best_acc = acc\n    torch.save(model.state_dict(), 'best.pt')",
        "is_best = acc > best_acc\nif is_best:\n    torch.save({'net': model.state_dict()}, 'net.pt')",
        "if acc > best_acc:\n    if epoch > 2:\n        torch.save(model.state_dict(), 'net.pt')",
    ],
)
def test_the_best_alone_is_not_enough(body: str, make_repo: MakeRepo) -> None:
    assert told(make_repo, body) == 1


BEST = "if acc > best_acc:\n    torch.save(model.state_dict(), {path})\n"


@pytest.mark.parametrize(
    ("body", "after"),
    [
        (BEST.format(path="'best.pt'") + "torch.save(model.state_dict(), 'last.pt')", ""),
        (BEST.format(path="'best.pt'"), "    torch.save(model.state_dict(), 'final.pt')"),
        (BEST.format(path="f'net_{epoch}.pt'"), ""),
        ("torch.save(model.state_dict(), 'last.pt')\nif acc > best_acc:\n    shutil.copy('last.pt', 'best.pt')", ""),
        ("if acc > best_acc or epoch % 5 == 0:\n    torch.save(model.state_dict(), 'net.pt')", ""),
        ("torch.save(acc, 'accuracy.pt')", ""),
        ("pass", ""),
    ],
)  # fmt: skip
def test_both_or_all_or_another_condition_is_fine(
    body: str, after: str, make_repo: MakeRepo
) -> None:
    assert told(make_repo, body, after) == 0


def test_a_saver_in_another_file_is_followed(make_repo: MakeRepo) -> None:
    loop = LOOP.format(body="        stop(acc, model)", after="    pass")
    files = {
        "train.py": loop.replace("import shutil", "from stopping import Stop").replace(
            "    best_acc = 0.0", "    stop = Stop()"
        ),
        "stopping.py": textwrap.dedent("""
            import torch

            class Stop:
                def __init__(self):
                    self.best_score = None

                def __call__(self, score, model):
                    if self.best_score is None or score > self.best_score:
                        pass
                    if score > self.best_score:
                        self.save(model)

                def save(self, model):
                    torch.save(model.state_dict(), "checkpoint.pth")
            """),
    }
    assert len(check(make_repo(files, commit=False).root, "CKPT007").findings) == 1


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ("monitor='val_loss'", 1),
        ("monitor='val_loss', save_top_k=3, mode='min'", 1),
        ("monitor='val_loss', save_last=False", 1),
        ("monitor='val_loss', save_last=True", 0),
        ("monitor='val_loss', save_last='link'", 0),
        ("monitor='val_loss', save_top_k=-1", 0),
        ("monitor='val_loss', save_top_k=k", 0),
        ("every_n_epochs=1", 0),
        ("**settings", 0),
    ],
)
def test_the_callback_of_lightning(arguments: str, count: int, make_repo: MakeRepo) -> None:
    source = f"from lightning.pytorch.callbacks import ModelCheckpoint\nc = ModelCheckpoint({arguments})\n"
    assert len(check(make_repo({"a.py": source}, commit=False).root, "CKPT007").findings) == count


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ("'out', save_total_limit=1, eval_strategy='epoch'", 1),
        ("'out', save_total_limit=1, eval_strategy='epoch', load_best_model_at_end=True", 0),
        ("'out', save_total_limit=2, eval_strategy='epoch'", 0),
        ("'out', save_total_limit=1", 0),
        ("'out', save_total_limit=1, evaluation_strategy='no'", 0),
    ],
)
def test_the_trainer_of_transformers(arguments: str, count: int, make_repo: MakeRepo) -> None:
    source = f"from transformers import TrainingArguments\na = TrainingArguments({arguments})\n"
    assert len(check(make_repo({"a.py": source}, commit=False).root, "CKPT007").findings) == count


CALLBACK = "from pytorch_lightning.callbacks import ModelCheckpoint\n\nkept = ModelCheckpoint({})\n"


@pytest.mark.parametrize(
    ("given", "fixed"),
    [
        ('monitor="loss"', 'monitor="loss", save_last=True'),
        ('monitor="loss", save_last=None', 'monitor="loss", save_last=True'),
        ('"runs", monitor="loss", save_last=False,', '"runs", monitor="loss", save_last=True,'),
        ('monitor="loss",', 'monitor="loss", save_last=True,'),
        ('\n    monitor="loss",\n    mode="min"\n', '\n    monitor="loss",\n    mode="min",\n    save_last=True\n'),
        ('\n    monitor="loss",\n', '\n    monitor="loss",\n    save_last=True,\n'),
    ],
)  # fmt: skip
def test_the_fix_lets_the_callback_keep_the_last_one_too(
    given: str, fixed: str, make_repo: MakeRepo
) -> None:
    changed = fix(make_repo({"train.py": CALLBACK.format(given)}, commit=False), "CKPT007")
    assert changed == {"train.py": CALLBACK.format(fixed)}


@pytest.mark.parametrize("given", ['monitor=("loss")', 'monitor="loss"  # low\n'])
def test_where_the_arguments_end_otherwise_there_is_no_fix(given: str, make_repo: MakeRepo) -> None:
    assert not has_fix(make_repo({"train.py": CALLBACK.format(given)}, commit=False), "CKPT007")


def test_a_loop_that_keeps_the_best_gets_no_fix(make_repo: MakeRepo) -> None:
    body = "if acc > best_acc:\n    torch.save(model.state_dict(), 'best.pt')"
    text = LOOP.format(body=textwrap.indent(body, " " * 8), after="    pass")
    assert not has_fix(make_repo({"train.py": text}, commit=False), "CKPT007")
