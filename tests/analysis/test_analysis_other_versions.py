"""What is written for another Python is said to be not checked; the rest of the repository is checked."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from analysis_support import report_on, write

from repro_check.findings import Report

RUNNING = sys.version_info[:2]
SOUND = 'import torch\n\ndata = torch.load("/home/ada/x.pt", map_location="cpu")\n'


def _places(report: Report) -> list[str]:
    """Where the one path of the author's was found."""
    return [f.location.label for f in report.findings if f.code == "PORT001"]


def _reasons(root: Path) -> dict[str, str]:
    return {item.path: item.reason for item in report_on(root).not_checked}


def _notebook(*cells: str) -> str:
    raw = [
        {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": cell}
        for cell in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": raw})


def test_python_2_is_not_checked_and_says_so(tmp_path: Path) -> None:
    files = {
        "old.py": 'import random\nrandom.seed()\nprint "seeded"\n',
        "older.py": 'def f(x):\n    raise ValueError, "no"\n',
        "train.py": SOUND,
    }
    report = report_on(write(tmp_path, files))
    reasons = {item.path: item.reason for item in report.not_checked}
    assert set(reasons) == {"old.py", "older.py"}
    assert reasons["old.py"].startswith("line 3: is written for Python 2")
    assert reasons["older.py"].startswith("line 2: is written for Python 2")
    assert _places(report) == ["train.py:3:19"]


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("type Seed = int\n", (3, 12)),
        ('print(f"{cfg["seed"]}")\n', (3, 12)),
        ('query = t"select {x}"\n', (3, 14)),
        ("class Net[T = int]: ...\n", (3, 13)),
    ],
)
def test_a_later_version_is_not_checked_and_named(
    source: str, version: tuple[int, int], tmp_path: Path
) -> None:
    found = _reasons(write(tmp_path, {"train.py": source, "other.py": SOUND}))
    if version <= RUNNING:
        assert found == {}
    else:
        wanted = f"line 1: needs Python {version[0]}.{version[1]} or later (read as Python "
        assert found["train.py"].startswith(wanted)


def test_a_file_that_cannot_be_read_makes_nobody_else_guilty(tmp_path: Path) -> None:
    files = {
        "seeding.py": "def set_seed(seed):\n    print 'seed', seed\n",
        "train.py": (
            "import torch\nfrom seeding import set_seed\n\n"
            'if __name__ == "__main__":\n'
            "    set_seed(0)\n"
            "    model = torch.nn.Linear(2, 2)\n"
            "    optimizer = torch.optim.SGD(model.parameters(), 0.1)\n"
            "    model(torch.rand(1, 2)).sum().backward()\n"
            "    optimizer.step()\n"
        ),
    }
    report = report_on(write(tmp_path, files))
    assert "SEED001" not in {finding.code for finding in report.findings}
    assert [item.path for item in report.not_checked] == ["seeding.py"]


def test_magics_are_passed_over_and_the_cells_beside_them_are_checked(tmp_path: Path) -> None:
    notebook = _notebook(
        "%matplotlib inline\n!pip install torch\nimport torch",
        "%%bash\ncd /home/ada/x",
        "%%time\nx = torch.load('/home/ada/x.pt', map_location='cpu')\nfiles = !ls",
        "torch?\n%cd /home/ada",
    )
    report = report_on(write(tmp_path, {"a.ipynb": notebook}))
    assert report.not_checked == ()
    assert _places(report) == ["a.ipynb:cell 3:2:16"]


def test_a_cell_of_another_version_is_named_and_the_others_are_checked(tmp_path: Path) -> None:
    notebook = _notebook("print 'old'", "x = open('/home/ada/x')", "x = t'{1}'")
    report = report_on(write(tmp_path, {"a.ipynb": notebook}))
    assert _places(report) == ["a.ipynb:cell 2:1:10"]
    (item,) = report.not_checked
    assert item.reason.startswith("cell 1: line 1: is written for Python 2")
