"""CKPT010: projects whose checkpoints no test saves and loads."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Safety, Severity

MakeRepo = Callable[..., Repo]
SAVE = "import torch\n\ndef keep(model, path):\n    torch.save(model.state_dict(), path)\n"
LOAD = "import torch\n\ndef take(model, path):\n    model.load_state_dict(torch.load(path))\n"
PATH = "tests/test_checkpoint_roundtrip.py"


def test_a_project_without_such_a_test_is_named_once(make_repo: MakeRepo) -> None:
    repo = make_repo({"a/save.py": SAVE, "b/save.py": SAVE, "load.py": LOAD}, commit=False)
    report = check(repo.root, "CKPT010")
    assert places(report) == ["a/save.py:4:5 CKPT010"]
    assert report.findings[0].severity is Severity.INFO
    assert report.findings[0].related[0].location.path == "load.py"


@pytest.mark.parametrize(
    "test",
    [
        "from save import keep\nfrom load import take\n\ndef test_a():\n    keep(1, 2)\n    save()\n    load()\n",
        "def test_checkpoints_are_the_same():\n    pass\n",
        "def test_resuming():\n    pass\n",
        "class TestModel:\n    def test_save_and_load(self):\n        pass\n",
        "import subprocess\n\ndef test_run():\n    subprocess.run('python train.py --save-model', shell=True)\n",
    ],
)
def test_tests_that_may_save_and_load_are_enough(make_repo: MakeRepo, test: str) -> None:
    files = {"save.py": SAVE, "load.py": LOAD, "tests/test_it.py": test}
    assert places(check(make_repo(files, commit=False).root, "CKPT010")) == []


@pytest.mark.parametrize(
    "test",
    [
        "def test_addition():\n    assert 1 + 1 == 2\n",
        "def test_data():\n    data = load_data()\n",
        "import subprocess\n\ndef test_run():\n    subprocess.run(['python', 'train.py'])\n",
    ],
)
def test_other_tests_are_not_enough(make_repo: MakeRepo, test: str) -> None:
    files = {"save.py": SAVE, "load.py": LOAD, "tests/test_it.py": test}
    assert len(places(check(make_repo(files, commit=False).root, "CKPT010"))) == 1


@pytest.mark.parametrize(
    "files",
    [
        {"save.py": SAVE},
        {"load.py": LOAD},
        {"data.py": "import torch\n\ntorch.save(features, 'x.pt')\nx = torch.load('data/x.pt')\n"},
        {"train.py": "import lightning\n\nlightning.Trainer().fit(net)\n"},
    ],
)
def test_projects_that_do_not_both_write_and_read_checkpoints_pass(
    make_repo: MakeRepo, files: dict[str, str]
) -> None:
    assert places(check(make_repo(files, commit=False).root, "CKPT010")) == []


def test_the_fix_is_safe_and_begins_a_test_that_is_skipped(make_repo: MakeRepo) -> None:
    repo = make_repo({"save.py": SAVE, "load.py": LOAD}, commit=False)
    (finding,) = check(repo.root, "CKPT010").findings
    assert finding.fix is not None
    assert finding.fix.safety is Safety.SAFE
    (change,) = plan_fixes([finding], lambda _path: None, frozenset({Safety.SAFE}))
    assert isinstance(change, Change)
    assert change.path == PATH
    assert change.old is None
    assert "pytest.mark.skip" in ast.unparse(ast.parse(change.new))
