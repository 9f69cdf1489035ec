"""CKPT005: checkpoints written over the last one, and those that are not."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
LOOP = """
import os
import shutil
import tempfile
import torch
import wandb

def train(model, optimizer, loader, args, folder, epochs=10):
    {before}
    for epoch in range(epochs):
        for step, x in enumerate(loader):
            model(x).sum().backward()
            optimizer.step()
        {inside}
    {after}
"""


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on these files."""

    def run(text: str, **files: str) -> list[Finding]:
        others = {f"{name}.py": textwrap.dedent(other) for name, other in files.items()}
        repo = make_repo({"train.py": textwrap.dedent(text)} | others, commit=False)
        return list(check(repo.root, "CKPT005").findings)

    return run


def _loop(inside: str, before: str = "pass", after: str = "pass") -> str:
    return LOOP.format(before=before, after=after, inside=inside.replace("\n", "\n        "))


SAVE = "torch.save(model.state_dict(), {})"


@pytest.mark.parametrize(
    ("inside", "before"),
    [
        (SAVE.format('"last.pt"'), "pass"),
        (SAVE.format("args.path"), "pass"),
        (SAVE.format('os.path.join(folder, "last.pt")'), "pass"),
        (SAVE.format('f"{folder}/last.pt"'), "pass"),
        (SAVE.format('folder + "/last.pt"'), "pass"),
        (SAVE.format("path"), 'path = os.path.join(folder, "last.pt")'),
        ('path = os.path.join(folder, "last.pt")\n' + SAVE.format("path"), "pass"),
        ("if epoch % 5 == 0:\n    " + SAVE.format('"last.pt"'), "pass"),
        ("if epoch > 3:\n    " + SAVE.format('"best.pt"'), "pass"),
    ],
)
def test_a_path_that_stays_the_same_in_the_loop_is_told(
    judge: Judge, inside: str, before: str
) -> None:
    (finding,) = judge(_loop(inside, before))
    assert finding.related[0].message == "this loop repeats it"


@pytest.mark.parametrize(
    ("inside", "before"),
    [
        (SAVE.format('f"{epoch}.pt"'), "pass"),
        (SAVE.format('"%d.pt" % epoch'), "pass"),
        (SAVE.format('"{}.pt".format(epoch)'), "pass"),
        (SAVE.format("os.path.join(folder, str(epoch))"), "pass"),
        ('name = f"{epoch}.pt"\n' + SAVE.format("os.path.join(folder, name)"), "pass"),
        ("count += 1\n" + SAVE.format('f"{count}.pt"'), "count = 0"),
        (SAVE.format("new_path()"), "pass"),
        (SAVE.format('f"{epoch}.pt"') + "\n" + SAVE.format('"last.pt"'), "pass"),
        (SAVE.format("args.path") + '\nshutil.move(args.path, "kept.pt")', "pass"),
        (SAVE.format('"a.tmp"') + '\nos.replace("a.tmp", "a.pt")', "pass"),
        (SAVE.format('"model.pt"') + '\nwandb.log_artifact("model.pt")', "pass"),
        ("if epoch == epochs - 1:\n    " + SAVE.format('"last.pt"'), "pass"),
        ("if epoch + 1 == epochs:\n    " + SAVE.format('"last.pt"'), "pass"),
        ("if args.stop:\n    " + SAVE.format('"last.pt"') + "\n    break", "pass"),
        (SAVE.format("tmp_path"), "pass"),
        (SAVE.format("buffer"), "pass"),
    ],
)
def test_paths_that_change_or_that_are_kept_otherwise_pass(
    judge: Judge, inside: str, before: str
) -> None:
    assert judge(_loop(inside, before)) == []


def test_a_save_after_the_loop_passes(judge: Judge) -> None:
    assert judge(_loop("pass", after=SAVE.format('"last.pt"'))) == []


def test_a_loop_that_trains_nothing_passes(judge: Judge) -> None:
    text = "import torch\n\nfor name in names:\n    torch.save(features(name), path)\n"
    assert judge(text) == []


HELPER = """
import os
import torch

def save_checkpoint(state, filename="checkpoint.pth"):
    {body}
"""


@pytest.mark.parametrize(
    ("call", "body", "is_told"),
    [
        ("save_checkpoint(model.state_dict())", "torch.save(state, filename)", True),
        ('save_checkpoint(model.state_dict(), "a.pth")', "torch.save(state, filename)", True),
        ("save_checkpoint(model.state_dict(), args.path)", "torch.save(state, filename)", True),
        ('save_checkpoint(model.state_dict(), f"{epoch}.pth")', "torch.save(state, filename)", False),
        ("save_checkpoint(*parts)", "torch.save(state, filename)", False),
        ("save_checkpoint(model.state_dict())", 'torch.save(state, "x")\n    os.replace("x", filename)', False),
        ("save_checkpoint(epoch)", 'torch.save({}, f"{state}.pth")', False),
    ],
)  # fmt: skip
def test_a_helper_of_another_module_is_judged_by_what_its_callers_give(
    judge: Judge, call: str, body: str, *, is_told: bool
) -> None:
    text = "from helper import save_checkpoint\n" + _loop(call)
    found = judge(text, helper=HELPER.format(body=body))
    assert [each.location.path for each in found] == (["helper.py"] if is_told else [])


TRAINER = """
import torch

class Trainer:
    def __init__(self, path):
        self.path = path
        self.epoch = 0

    def save(self):
        torch.save(self.model.state_dict(), {path})

    def fit(self):
        for epoch in range(10):
            self.epoch += 1
            for x in self.loader:
                self.model(x).sum().backward()
            self.save()
"""


@pytest.mark.parametrize(
    ("path", "is_told"),
    [("self.path", True), ('f"{self.path}/last.pt"', True), ('f"{self.epoch}.pt"', False)],
)
def test_attributes_are_the_same_where_only_the_initialiser_sets_them(
    judge: Judge, path: str, *, is_told: bool
) -> None:
    assert bool(judge(TRAINER.format(path=path))) == is_told


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ('"last.pt"', ['torch.save(model.state_dict(), "last.pt.tmp")', 'os.replace("last.pt.tmp", "last.pt")']),
        ("path", ['torch.save(model.state_dict(), f"{path}.tmp")', 'os.replace(f"{path}.tmp", path)']),
    ],
)  # fmt: skip
def test_the_fix_writes_beside_the_file_and_moves_it(
    make_repo: MakeRepo, path: str, lines: list[str]
) -> None:
    text = _loop(SAVE.format(path), 'path = "last.pt"').replace("import os\n", "", 1)
    repo = make_repo({"train.py": text}, commit=False)
    (finding,) = check(repo.root, "CKPT005").findings
    (change,) = plan_fixes([finding], lambda _path: text.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    rows = [row.strip() for row in change.new.decode().splitlines()]
    assert "import os" in rows
    at = rows.index(lines[0])
    assert rows[at : at + 2] == lines
