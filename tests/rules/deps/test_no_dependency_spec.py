"""DEPS001: code that needs packages nobody declares, and all that counts as declaring."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, place
from conftest import Repo

from repro_check.findings import Finding, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]
SCRIPT = {
    "train.py": (
        "import os\n\nimport torch\nfrom sklearn.svm import SVC\n\n\n"
        'if __name__ == "__main__":\n    print(torch.zeros(1), SVC, os.sep)\n'
    )
}
NOTEBOOK = (
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", '
    '"source": ["import numpy\\n", "numpy.ones(1)"], "metadata": {}, "outputs": [], '
    '"execution_count": null}]}'
)


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files beside a script."""

    def run(files: dict[str, str], *, beside: dict[str, str] = SCRIPT) -> list[Finding]:
        return list(check(make_repo(beside | files, commit=False).root, "DEPS001").findings)

    return run


def test_a_program_without_any_file_of_dependencies_is_an_error(judge: Judge) -> None:
    (finding,) = judge({})
    assert place(finding) == "train.py:3:8 DEPS001"
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith("`scikit-learn` and `torch` are imported")
    assert "repro-check deps freeze" in finding.help
    assert finding.fix is None


def test_a_notebook_is_a_program(judge: Judge) -> None:
    (finding,) = judge({"study.ipynb": NOTEBOOK}, beside={})
    assert finding.location.cell == 1
    assert finding.message.startswith("`numpy` is imported")


def test_a_manifest_that_names_nothing_is_none(judge: Judge) -> None:
    files = {"pyproject.toml": "[tool.black]\nline-length = 100\n", "setup.cfg": "[flake8]\n"}
    assert len(judge(files)) == 1
    built = '[build-system]\nrequires = ["setuptools"]\n'
    assert len(judge({"pyproject.toml": built})) == 1


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "torch\nscikit-learn\n"},
        {"requirements/base.txt": "torch\n"},
        {"code/pip-requirements.txt": "torch\n"},
        {"requirements.in": "torch\n"},
        {"setup.py": "from setuptools import setup\nsetup(install_requires=['torch'])\n"},
        {"setup.py": "from setuptools import setup\nsetup(install_requires=read())\n"},
        {"setup.cfg": "[options]\ninstall_requires =\n    torch\n"},
        {"pyproject.toml": '[project]\nname = "a"\ndependencies = ["torch"]\n'},
        {"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.8"\ntorch = "^2"\n'},
        {"environment.yml": "name: a\ndependencies:\n  - pytorch\n"},
        {"conda/gpu.yaml": "channels: [pytorch]\ndependencies:\n  - pytorch\n"},
        {"Pipfile": '[packages]\ntorch = "*"\n'},
        {"pixi.toml": '[dependencies]\npytorch = "*"\n'},
        {"uv.lock": 'version = 1\n\n[[package]]\nname = "torch"\nversion = "2.9.0"\n'},
        {"deep/project/pyproject.toml": '[project]\nname = "a"\ndependencies = ["torch"]\n'},
        {"dependencies.txt": "pytorch 2.1\nscikit-learn\n"},
        {"packages.txt": "torch\nsklearn\n"},
        {
            "cog.yaml": 'build:\n  python_packages:\n    - "torch==1.10"\n    - "scikit-learn==1.0"\n'
        },
    ],
)
def test_every_form_of_declaration_is_enough(judge: Judge, files: dict[str, str]) -> None:
    assert judge(files) == []


def test_a_script_that_declares_its_own_is_enough(judge: Judge) -> None:
    text = "# /// script\n# dependencies = ['torch', 'scikit-learn']\n# ///\n" + SCRIPT["train.py"]
    assert judge({"train.py": text}) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "# A\n\n```bash\npip install torch scikit-learn\n```\n"),
        ("Dockerfile", "FROM python:3.11\nRUN pip install torch\n"),
        ("install.sh", "conda install -y pytorch -c pytorch\n"),
        ("README.md", "# A\n\n## Requirements\n\n- PyTorch >= 1.7\n- Python 3.7\n"),
        ("requirements.md", "# Requirements\n\ntorch, scikit-learn\n"),
        ("INSTALL.md", "# Installation\n\nWe use torch 1.7.\n"),
    ],
)
def test_words_and_commands_help_half_way(judge: Judge, path: str, text: str) -> None:
    (finding,) = judge({path: text})
    assert finding.severity is Severity.WARNING
    assert f"only {path} names some of them" in finding.message


@pytest.mark.parametrize(
    "text", ["# A\n\nA torch lights the way.\n", "# A\n\n## Requirements\n\nNone but patience.\n"]
)
def test_a_readme_that_names_none_of_them_does_not_help(judge: Judge, text: str) -> None:
    (finding,) = judge({"README.md": text})
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    "beside",
    [
        {"train.py": 'import json\nif __name__ == "__main__":\n    print(json)\n'},
        {"train.py": 'import cPickle, urllib2\nif __name__ == "__main__":\n    print(cPickle)\n'},
        {"train.py": 'import ours\nif __name__ == "__main__":\n    print(ours)\n', "ours.py": ""},
        {"train.py": 'import unheard_of\nif __name__ == "__main__":\n    print(1)\n'},
        {"a.py": "import torch\n\n\ndef f():\n    return torch\n"},
        {
            "train.py": (
                "try:\n    import torch\nexcept ImportError:\n    torch = None\n"
                'if __name__ == "__main__":\n    print(torch)\n'
            )
        },
        {
            "train.py": 'if __name__ == "__main__":\n    print(1)\n',
            "tests/test_a.py": "import torch\n",
            "docs/conf.py": "import numpy\n",
        },
        {},
    ],
)
def test_who_needs_nothing_or_has_no_program_is_not_asked(
    judge: Judge, beside: dict[str, str]
) -> None:
    assert judge({}, beside=beside) == []
