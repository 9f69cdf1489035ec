"""SEED007: the variable that Python reads once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Finding, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[[str], list[Finding]]


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings on `train.py` with this text."""

    def run(text: str) -> list[Finding]:
        repo = make_repo({"train.py": text}, commit=False)
        return list(check(repo.root, "SEED007").findings)

    return run


@pytest.mark.parametrize(
    "text",
    [
        "import os\n\nos.environ['PYTHONHASHSEED'] = '0'\n",
        "import os\n\n\ndef fix(seed):\n    os.environ['PYTHONHASHSEED'] = str(seed)\n",
        "from os import environ\n\nenviron['PYTHONHASHSEED'] = '0'\n",
        "import os as system\n\nsystem.environ.setdefault('PYTHONHASHSEED', '0')\n",
        "import os\n\nos.putenv('PYTHONHASHSEED', '0')\n",
        "import os\n\nos.environ.update({'A': '1', 'PYTHONHASHSEED': '0'})\n",
        "import os\n\nos.environ.update(PYTHONHASHSEED='0')\n",
    ],
)
def test_every_way_to_set_it_is_found(judge: Judge, text: str) -> None:
    (finding,) = judge(text)
    assert finding.severity is Severity.WARNING
    assert "PYTHONHASHSEED=0 python" in finding.help


@pytest.mark.parametrize(
    "text",
    [
        "import os\n\nprint(os.environ.get('PYTHONHASHSEED'))\n",
        "import os\n\nos.environ['PYTHONPATH'] = '0'\n",
        "import os\n\nenv = dict(os.environ)\nenv['PYTHONHASHSEED'] = '0'\n",
        "import os\n\nif 'PYTHONHASHSEED' not in os.environ:\n    raise SystemExit('set it')\n",
        "import os, sys\n\nos.environ['PYTHONHASHSEED'] = '0'\nos.execv(sys.executable, sys.argv)\n",
        "import os, sys\n\nos.environ['PYTHONHASHSEED'] = '0'\nos.execvpe('python', sys.argv, os.environ)\n",
        "class os:\n    environ = {}\n\n\nos.environ['PYTHONHASHSEED'] = '0'\n",
    ],
)
def test_reading_it_and_starting_again_pass(judge: Judge, text: str) -> None:
    assert judge(text) == []


@pytest.mark.parametrize(
    "start",
    [
        "import subprocess\nsubprocess.run(['python', 'train.py'])\n",
        "from multiprocessing import Pool\npool = Pool(2)\n",
        "import torch.multiprocessing as mp\nmp.spawn(main)\n",
    ],
)
def test_a_file_that_starts_other_processes_is_only_told(judge: Judge, start: str) -> None:
    (finding,) = judge(f"import os\n\nos.environ['PYTHONHASHSEED'] = '0'\n{start}")
    assert finding.severity is Severity.INFO


def test_the_place_is_the_whole_statement(make_repo: MakeRepo) -> None:
    text = "import os\n\n\ndef fix(seed):\n    os.environ['PYTHONHASHSEED'] = str(seed)\n"
    repo = make_repo({"train.py": text, "tests/test_a.py": text}, commit=False)
    assert places(check(repo.root, "SEED007")) == ["train.py:5:5 SEED007"]


def test_setting_it_changes_the_child_and_not_the_program_itself() -> None:
    """What the rule rests on, seen: hashes of the program differ, those of its child do not."""
    child = "print(hash('probe'))"
    program = (
        "import os, subprocess, sys\n"
        "os.environ['PYTHONHASHSEED'] = '0'\n"
        "print(hash('probe'), flush=True)\n"
        f"subprocess.run([sys.executable, '-c', {child!r}], check=True)\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONHASHSEED"}
    own, children = set(), set()
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        mine, its = done.stdout.split()
        own.add(mine)
        children.add(its)
    assert len(own) > 1
    assert len(children) == 1
