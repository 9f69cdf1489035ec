"""CKPT002: whole models that are pickled, and what only looks like one."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
NET = "import torch\n\nclass Net(torch.nn.Module):\n    pass\n"


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `train.py` with this text, beside other files."""

    def run(text: str, **files: str) -> list[Finding]:
        others = {f"{name}.py": textwrap.dedent(other) for name, other in files.items()}
        repo = make_repo({"train.py": textwrap.dedent(text)} | others, commit=False)
        return list(check(repo.root, "CKPT002").findings)

    return run


@pytest.mark.parametrize(
    "body",
    [
        'net = Net()\ntorch.save(net, "net.pt")\n',
        'net = Net().to("cuda")\nnet.eval()\ntorch.save(net, "net.pt")\n',
        'torch.save(Net(), "net.pt")\n',
        'net = Net()\ntorch.save({"net": net, "epoch": 3}, "net.pt")\n',
        'net = Net()\ntorch.save([net, None], "net.pt")\n',
        'net = torch.nn.DataParallel(Net())\ntorch.save(obj=net, f="net.pt")\n',
        "def keep(net: torch.nn.Module, path):\n    torch.save(net, path)\n",
        "def fit(m, path):\n    opt = torch.optim.SGD(m.parameters(), lr=1)\n    torch.save(m, path)\n",
        'net = torch.nn.Sequential(torch.nn.Linear(1, 1))\ntorch.save(net, "net.pt")\n',
    ],
)
def test_a_module_is_known_by_how_it_was_made_or_is_used(judge: Judge, body: str) -> None:
    assert len(judge(f"{NET}\n{body}")) == 1


@pytest.mark.parametrize(
    "body",
    [
        'torch.save(Net().state_dict(), "net.pt")\n',
        'net = Net()\ntorch.save({"net": net.state_dict()}, "net.pt")\n',
        "def keep(model, path):\n    torch.save(model, path)\n",
        'model = {"a": 1}\nmodel.update(b=2)\ntorch.save(model, "a.pt")\n',
        'model = torch.jit.script(Net())\ntorch.save(model, "a.pt")\n',
        "def f(frame, path):\n    frame.eval('a + b')\n    torch.save(frame, path)\n",
        "def f(opt, path):\n    opt.step()\n    torch.save(opt, path)\n",
        'tensors = torch.zeros(3)\ntorch.save(tensors, "a.pt")\n',
    ],
)
def test_weights_dictionaries_and_the_unknown_pass(judge: Judge, body: str) -> None:
    assert judge(f"{NET}\n{body}") == []


def test_a_model_of_another_module_is_known_too(judge: Judge) -> None:
    text = 'import torch\nfrom nets import Small\n\nnet = Small(3)\ntorch.save(net, "net.pt")\n'
    nets = "import torch.nn as nn\n\nclass Base(nn.Module):\n    pass\n\nclass Small(Base):\n    pass\n"
    assert len(judge(text, nets=nets)) == 1


def test_several_saves_of_one_function_are_told_once(judge: Judge) -> None:
    (finding,) = judge(f'{NET}\nnet = Net()\ntorch.save(net, "a.pt")\ntorch.save(net, "b.pt")\n')
    assert len(finding.related) == 1


def test_the_fix_saves_the_weights_where_nothing_loads_them(make_repo: MakeRepo) -> None:
    text = f'{NET}\nnet = Net()\ntorch.save(net, "a.pt")\n'
    repo = make_repo({"train.py": text}, commit=False)
    (finding,) = check(repo.root, "CKPT002").findings
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    (change,) = plan_fixes([finding], lambda _path: text.encode(), frozenset(Safety))
    assert isinstance(change, Change)
    assert b'torch.save(net.state_dict(), "a.pt")' in change.new


def test_there_is_no_fix_where_the_project_loads_checkpoints(judge: Judge) -> None:
    (finding,) = judge(
        f'{NET}\nnet = Net()\ntorch.save(net, "a.pt")\n',
        test="import torch\n\nnet = torch.load('a.pt')\n",
    )
    assert finding.fix is None
    assert [each.location.path for each in finding.related] == ["test.py"]


def test_the_place_in_a_notebook_is_cell_and_line(make_repo: MakeRepo) -> None:
    document = (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "execution_count":'
        ' null, "metadata": {}, "outputs": [], "source": ["import torch\\n", "net = torch.nn.Linear(1, 1)\\n",'
        ' "torch.save(net, \\"a.pt\\")"]}]}'
    )
    repo = make_repo({"a.ipynb": document}, commit=False)
    assert places(check(repo.root, "CKPT002")) == ["a.ipynb:cell 1:3:1 CKPT002"]
