"""DEPS003: imports that the dependency files forget, and those that they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, place
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes
from repro_check.findings import Finding, Safety, Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        return list(check(make_repo(files, commit=False).root, "DEPS003").findings)

    return run


def test_a_forgotten_import_is_named_with_its_distribution(judge: Judge) -> None:
    files = {"requirements.txt": "torch\n", "a/b.py": "import torch\n\nimport cv2\n"}
    (finding,) = judge(files)
    assert place(finding) == "a/b.py:3:8 DEPS003"
    assert finding.message == "`cv2` is imported, and nothing declares `opencv-python`"
    assert finding.severity is Severity.WARNING


def test_one_distribution_is_reported_once(judge: Judge) -> None:
    files = {
        "requirements.txt": "torch\n",
        "a.py": "import cv2\n",
        "b.py": "from cv2 import imread\n",
    }
    assert len(judge(files)) == 1


@pytest.mark.parametrize(
    ("requirements", "code"),
    [
        ("opencv-python-headless==4.10", "import cv2"),
        ("opencv_contrib_python", "import cv2"),
        ("Pillow", "from PIL import Image"),
        ("scikit-learn", "from sklearn import svm"),
        ("sklearn", "from sklearn import svm"),
        ("PyYAML", "import yaml"),
        ("tensorflow-gpu==1.15", "import tensorflow as tf"),
        ("tf-nightly", "import tensorflow as tf"),
        ("faiss-gpu-cu12", "import faiss"),
        ("cupy-cuda110", "import cupy"),
        ("dgl-cu113", "import dgl"),
        ("mmcv-full", "import mmcv"),
        ("spconv-cu113", "import spconv"),
        ("tensorboardX", "from tensorboardX import SummaryWriter"),
        ("git+https://github.com/openai/CLIP.git", "import clip"),
        ("git+https://github.com/facebookresearch/detectron2@v0.6", "import detectron2"),
        ("-e git+https://github.com/NVIDIA/apex.git#egg=apex", "import apex"),
        ("gymnasium[mujoco]", "import mujoco"),
        ("mljar-scikit-plot", "import scikitplot"),
        ("mosaicml", "import composer"),
        ("free-mujoco-py", "import mujoco_py"),
        ("tensorflow", "import keras"),
        ("google-cloud-storage", "from google.cloud import storage"),
        ("protobuf", "from google.protobuf import message"),
        ("numpy", "from google.colab import drive"),
        ("numpy", "import setuptools, pkg_resources"),
        ("numpy", "import unheard_of"),
        ("numpy", "def f(a):\n    if a:\n        import wandb"),
        ("numpy", "try:\n    import wandb\nexcept ImportError:\n    wandb = None"),
    ],
)
def test_what_is_declared_in_some_way_is_silent(judge: Judge, requirements: str, code: str) -> None:
    assert judge({"requirements.txt": f"{requirements}\n", "a.py": f"{code}\n"}) == []


@pytest.mark.parametrize(
    "files",
    [
        {"environment.yml": "dependencies:\n  - pytorch\n  - pip:\n    - einops\n"},
        {"requirements.txt": "-r more/base.txt\n", "more/base.txt": "torch\neinops\n"},
        {"requirements/a.txt": "torch\n", "requirements/b.txt": "einops\n"},
        {"setup.py": "from setuptools import setup\nsetup(install_requires=['torch'] + more())\n"},
        {
            "requirements.txt": "torch\n",
            "pyproject.toml": '[project]\nname = "x"\n[project.optional-dependencies]\nall = ["einops"]\n',
        },
        {"Pipfile": '[packages]\ntorch = "*"\neinops = "*"\n'},
    ],
)
def test_all_files_of_a_folder_are_read_together(judge: Judge, files: dict[str, str]) -> None:
    assert judge(files | {"a.py": "import torch\nimport einops\n"}) == []


def test_a_repository_that_declares_nothing_is_left_to_another_rule(judge: Judge) -> None:
    assert judge({"a.py": "import torch\n"}) == []


def test_what_only_another_package_needs_is_said(judge: Judge) -> None:
    lock = 'version = 1\n\n[[package]]\nname = "torch"\nversion = "2.9.0"\n\n'
    files = {
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["torch"]\n',
        "uv.lock": lock + '[[package]]\nname = "numpy"\nversion = "2.0.0"\n',
        "a.py": "import numpy\nimport torch\n",
    }
    (finding,) = judge(files)
    assert "`numpy` stands in uv.lock only because another package" in finding.message


def test_what_is_declared_for_development_alone_is_said(judge: Judge) -> None:
    files = {
        "requirements.txt": "torch\n",
        "requirements-dev.txt": "matplotlib\n",
        "plot.py": "import matplotlib\nimport torch\n",
    }
    (finding,) = judge(files)
    assert "is declared for development alone (requirements-dev.txt)" in finding.message


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "```\npip install einops\n```\n"),
        ("Dockerfile", "FROM python:3.12\nRUN pip install einops\n"),
        ("cog.yaml", 'build:\n  python_packages:\n    - "einops==0.3"\n'),
    ],
)
def test_what_a_command_installs_is_noted(judge: Judge, path: str, text: str) -> None:
    (finding,) = judge({"requirements.txt": "torch\n", "a.py": "import einops\n", path: text})
    assert finding.severity is Severity.INFO
    assert path in finding.message


def test_a_notebook_that_installs_packages_itself_is_its_own_matter(judge: Judge) -> None:
    cells = ", ".join(
        f'{{"cell_type": "code", "source": ["{source}"], "metadata": {{}}, "outputs": [], '
        '"execution_count": null}'
        for source in ("!pip install einops", "import einops, seaborn")
    )
    notebook = f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{cells}]}}'
    assert judge({"requirements.txt": "torch\n", "a.ipynb": notebook}) == []


def test_each_project_of_a_repository_has_its_own_files(judge: Judge) -> None:
    files = {
        "requirements.txt": "torch\n",
        "a.py": "import torch\n",
        "other/requirements.txt": "einops\n",
        "other/b.py": "import einops\nimport torch\n",
        "c.py": "import einops\n",
    }
    (finding,) = judge(files)
    assert place(finding) == "c.py:1:8 DEPS003"
    assert "for another part of the repository alone (other/requirements.txt)" in finding.message


def test_a_folder_without_code_holds_for_all(judge: Judge) -> None:
    files = {
        "requirements.txt": "torch\n",
        "cluster/requirements.txt": "einops\n",
        "a.py": "import einops\n",
    }
    assert judge(files) == []


LIBRARY = {
    "pyproject.toml": (
        '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "ours"\nversion = "1"\n'
        'dependencies = [\n    "numpy",  # arrays\n]\n'
    ),
    "src/ours/__init__.py": "import numpy\n",
}


@pytest.mark.parametrize(
    "files",
    [
        {"examples/a.py": "import torch\n"},
        {"noxfile.py": "import nox\n"},
        {"src/ours/plot.py": "def plot():\n    import matplotlib\n"},
        {"src/ours/testing.py": "import pytest\n"},
        {"tests/test_a.py": "import hypothesis\n"},
        {"docs/conf.py": "import sphinx\n"},
    ],
)
def test_of_a_library_only_the_package_counts(judge: Judge, files: dict[str, str]) -> None:
    assert judge(LIBRARY | files) == []
    assert len(judge(LIBRARY | {"src/ours/a.py": "import scipy\n"})) == 1


def test_a_library_in_a_folder_is_one(judge: Judge) -> None:
    files = {f"python-package/{path}": text for path, text in LIBRARY.items()}
    lazy = {"python-package/src/ours/data.py": "def f():\n    import polars\n"}
    assert judge(files | lazy | {"python-package/demo/a.py": "import torch\n"}) == []


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("requirements.txt", "torch==2.9.0\n", "torch==2.9.0\neinops\n"),
        ("requirements.txt", "torch==2.9.0", "torch==2.9.0\neinops\n"),
        (
            "pyproject.toml",
            '[project]\nname = "x"\nversion = "1"\ndependencies = [\n    "torch",  # deep\n]\n',
            '[project]\nname = "x"\nversion = "1"\ndependencies = [\n    "einops",\n    "torch",  # deep\n]\n',
        ),
        (
            "pyproject.toml",
            '[project]\nname = "x"\nversion = "1"\ndependencies = ["torch"]\n',
            '[project]\nname = "x"\nversion = "1"\ndependencies = ["einops", "torch"]\n',
        ),
    ],
)
def test_the_fix_adds_the_name_without_a_version(
    make_repo: MakeRepo, path: str, before: str, after: str
) -> None:
    repo = make_repo({path: before, "a.py": "import torch\nimport einops\n"}, commit=False)
    report = check(repo.root, "DEPS003")
    (finding,) = report.findings
    assert finding.fix is not None
    assert finding.fix.safety is Safety.UNSAFE
    texts = {path: before.encode()}
    (change,) = plan_fixes([finding], texts.__getitem__, frozenset({Safety.UNSAFE}))
    assert isinstance(change, Change)
    assert change.path == path
    assert change.new == after.encode()


@pytest.mark.parametrize(
    ("files", "module"),
    [
        (
            {"requirements.txt": "torch\n", "more/environment.yml": "dependencies: [numpy]\n"},
            "einops",
        ),
        ({"requirements.txt": "torch==1 --hash=sha256:" + "0" * 64 + "\n"}, "einops"),
        ({"requirements.txt": "torch\n"}, "detectron2"),
        (
            {"setup.py": "from setuptools import setup\nsetup(install_requires=['torch'])\n"},
            "einops",
        ),
    ],
)
def test_there_is_no_fix_where_the_place_or_the_name_is_not_certain(
    judge: Judge, files: dict[str, str], module: str
) -> None:
    code = {"ours/__init__.py": "", "ours/a.py": f"import {module}\n"}
    (finding,) = judge(files | code)
    assert finding.fix is None
