"""CFG001: programs whose numbers stand in their code."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

from repro_check.findings import Finding, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
TRAIN = """\
import torch
{head}
data = torch.utils.data.DataLoader(torch.randn(100, 4), batch_size={batch})
model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout({dropout}))
optimizer = torch.optim.SGD(model.parameters(), lr={lr}, momentum=0.9)
for epoch in range({epochs}):
    for x in data:
        model(x).sum().backward()
        optimizer.step()
"""
NUMBERS = {"head": "", "batch": "32", "dropout": "0.5", "lr": "0.1", "epochs": "30"}


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings for a script, beside other files."""

    def run(files: dict[str, str] | None = None, **parts: str) -> list[Finding]:
        code = {"train.py": TRAIN.format(**(NUMBERS | parts))} | (files or {})
        return list(check(make_repo(code, commit=False).root, "CFG001").findings)

    return run


def test_the_numbers_of_a_script_are_one_finding_at_the_first(judge: Judge) -> None:
    (finding,) = judge()
    span = finding.location.span
    assert span is not None
    assert (span.line, span.column) == (3, 68)
    assert "5 numbers" in finding.message
    assert len(finding.related) == 4


def test_numbers_with_names_at_the_top_are_a_note(judge: Judge) -> None:
    head = "BATCH = 32\nLR = 0.1\nEPOCHS = 30\nDROP = 0.5\nM = 0.9\n"
    code = TRAIN.replace("momentum=0.9", "momentum=M")
    parts = {"head": head, "batch": "BATCH", "lr": "LR", "epochs": "EPOCHS", "dropout": "DROP"}
    (finding,) = judge({"train.py": code.format(**(NUMBERS | parts))})
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize(
    "head",
    [
        "import argparse",
        "from absl import flags",
        "import click",
        "import hydra",
        "import yaml",
        "import tyro",
        "import json\ncfg = json.load(open('a.json'))",
        "import sys\nname = sys.argv[1]",
        "import os\nname = os.environ['NAME']",
        "from settings import cfg",
    ],
)
def test_a_script_that_reads_anything_is_left_alone(judge: Judge, head: str) -> None:
    settings = "import yaml\n\n\ndef load():\n    return yaml.safe_load(open('a.yaml'))\n\n\ncfg = load()\n"
    assert judge({"settings.py": settings}, head=head) == []


def test_few_numbers_are_left_alone(judge: Judge) -> None:
    assert judge(lr="rate()", epochs="count()") == []


def test_a_library_is_left_alone(judge: Judge) -> None:
    assert (
        judge({"train.py": "def f(m):\n    return g(m, lr=1, epochs=2, dropout=3, gamma=4)\n"})
        == []
    )


def test_a_script_that_does_not_train_is_left_alone(judge: Judge) -> None:
    code = TRAIN.format(**NUMBERS).replace("model(x).sum().backward()", "print(x)")
    assert judge({"train.py": code.replace("optimizer.step()", "pass")}) == []
