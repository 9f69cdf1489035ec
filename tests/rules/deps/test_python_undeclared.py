"""DEPS007: nothing says which Python the work runs with."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Safety

MakeRepo = Callable[..., Repo]
Judge = Callable[[dict[str, str]], list[str]]
BASE = {
    "requirements.txt": "torch==2.9.0\n",
    "train.py": "import torch\n\nif __name__ == '__main__':\n    torch.manual_seed(0)\n",
}


def notebook(version: str, language: str = "python") -> str:
    """A notebook that was saved by this version."""
    cell = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": 1}
    info = {"name": language, "version": version}
    metadata = {"language_info": info}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings in these files."""
    return lambda files: places(check(make_repo(files, commit=False).root, "DEPS007"))


def test_a_repository_that_never_says_so_is_told_once(judge: Judge) -> None:
    assert judge(BASE) == ["requirements.txt:- DEPS007"]
    assert judge({"train.py": BASE["train.py"]}) == [":- DEPS007"]


@pytest.mark.parametrize(
    "files",
    [
        {".python-version": "3.11\n"},
        {"runtime.txt": "python-3.9.1\n"},
        {".tool-versions": "nodejs 20.1.0\npython 3.11.4\n"},
        {"pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.9"\n'},
        {"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.9"\n'},
        {"setup.cfg": "[options]\npython_requires = >=3.8\n"},
        {"setup.py": "from setuptools import setup\nsetup(name='x', python_requires='>=3.8')\n"},
        {"setup.py": "from setuptools import setup\nsetup(classifiers=['Programming Language :: Python :: 3.8'])\n"},
        {"environment.yml": "name: x\ndependencies:\n  - python=3.8\n"},
        {"Dockerfile": "FROM python:3.9\n"},
        {"Dockerfile": "FROM pytorch/pytorch:1.6.0-cuda10.1-cudnn7-devel\n"},
        {"lab.def": "Bootstrap: docker\nFrom: python:3.9\n"},
        {"cog.yaml": 'build:\n  python_version: "3.8"\n'},
        {"README.md": "# X\n\nWe used Python 3.8.\n"},
        {"README.md": "# X\n\nOur code is based on Python3 (>= 3.6).\n"},
        {"test/Dockerfile": "FROM python:3.6.2-alpine\n"},
        {"README.md": "# X\n\n- python>=3.7\n"},
        {"README.md": "# X\n\nTested with Python (3.7) and Ubuntu.\n"},
        {"README.md": "# X\n\n![](https://img.shields.io/badge/python-3.8+-blue)\n"},
        {"README.md": "# X\n\n```\nconda create -n x python=3.8\n```\n"},
        {"README.rst": "X\n=\n\nRequires Python 3.8\n"},
        {"docs/install.md": "Requires **Python** 3.8\n"},
        {"run.sh": "module load python/3.9\npython train.py\n"},
        {"run.sh": "python3.9 train.py\n"},
        {".github/workflows/t.yml": "jobs:\n  t:\n    steps:\n      - with:\n          python-version: '3.9'\n      - run: pytest\n"},
        {"uv.lock": 'version = 1\nrequires-python = ">=3.10"\n'},
        {"Pipfile": '[requires]\npython_version = "3.8"\n'},
    ],
)  # fmt: skip
def test_one_place_that_says_so_is_enough(judge: Judge, files: dict[str, str]) -> None:
    assert judge({**BASE, **files}) == []


def test_a_tool_for_checking_says_nothing_of_the_work(judge: Judge) -> None:
    files = {"mypy.ini": "[mypy]\npython_version = 3.8\n", "Dockerfile": "FROM pytorch/pytorch\n"}
    assert len(judge({**BASE, **files})) == 1


def test_a_repository_without_code_is_not_asked(judge: Judge) -> None:
    assert judge({"README.md": "# Data\n", "data.csv": "1\n"}) == []


def test_notebooks_of_one_python_give_a_safe_fix(make_repo: MakeRepo) -> None:
    files = {
        "a.ipynb": notebook("3.11.4"),
        "b.ipynb": notebook("3.11.9"),
        "r.ipynb": notebook("4.3.1", "R"),
    }
    (finding,) = check(make_repo(files, commit=False).root, "DEPS007").findings
    assert finding.fix is not None
    assert finding.fix.safety is Safety.SAFE
    assert [(edit.location.path, edit.replacement) for edit in finding.fix.edits] == [
        (".python-version", "3.11\n")
    ]


def test_notebooks_of_several_pythons_leave_the_choice_to_the_author(make_repo: MakeRepo) -> None:
    files = {"a.ipynb": notebook("3.11.4"), "b.ipynb": notebook("3.8.1")}
    (finding,) = check(make_repo(files, commit=False).root, "DEPS007").findings
    assert finding.fix is None
