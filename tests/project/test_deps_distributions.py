"""Which outside packages the code of a repository needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import project

from repro_check.project.environment.distributions import Distributions
from repro_check.project.environment.standard_library import is_standard
from repro_check.project.environment.third_party import Need
from repro_check.sources.kinds import Role


def needed(root: Path, files: dict[str, str], role: Role = Role.PRODUCT) -> dict[str, Need]:
    """The distributions that files import, and when."""
    found = Distributions(project(root, files), {}).needed(role)
    return {one.name: one.need for one in found}


def test_outside_imports_are_found_by_distribution_with_their_places(tmp_path: Path) -> None:
    opened = project(
        tmp_path, {"a.py": "import os\nimport cv2\n", "b/c.py": "from cv2 import imread\n"}
    )
    (one,) = opened.distributions.needed()
    assert one.name == "opencv-python"
    assert [(use.path, use.span.line, use.module) for use in one.uses] == [
        ("a.py", 2, "cv2"),
        ("b/c.py", 1, "cv2.imread"),
    ]


@pytest.mark.parametrize(
    ("code", "need"),
    [
        ("import wandb\n", Need.ALWAYS),
        ("if __name__ == '__main__':\n    import wandb\n", Need.ALWAYS),
        ("class A:\n    import wandb\n", Need.ALWAYS),
        ("def f():\n    import wandb\n", Need.LATER),
        ("def f(a):\n    if a:\n        import wandb\n", Need.SOMETIMES),
        ("import sys\nif sys.argv:\n    import wandb\n", Need.SOMETIMES),
        ("try:\n    import wandb\nexcept ImportError:\n    wandb = None\n", Need.OPTIONAL),
        ("try:\n    import json5\nexcept ImportError:\n    import wandb\n", Need.OPTIONAL),
        (
            "import contextlib\nwith contextlib.suppress(ImportError):\n    import wandb\n",
            Need.OPTIONAL,
        ),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import wandb\n", Need.OPTIONAL),
        ("import typing as t\nif t.TYPE_CHECKING:\n    import wandb\n", Need.OPTIONAL),
        (
            "from importlib.util import find_spec\nif find_spec('wandb') is not None:\n    import wandb\n",
            Need.OPTIONAL,
        ),
        ("import sys\nif sys.version_info < (3, 8):\n    import wandb\n", Need.OPTIONAL),
        (
            "from x import is_wandb_available\nif is_wandb_available():\n    import wandb\n",
            Need.OPTIONAL,
        ),
        ("from x import HAS_WANDB\nif HAS_WANDB:\n    import wandb\n", Need.OPTIONAL),
    ],
)
def test_an_import_is_known_by_when_it_runs(tmp_path: Path, code: str, need: Need) -> None:
    assert needed(tmp_path, {"a.py": code})["wandb"] is need


def test_the_most_certain_import_decides(tmp_path: Path) -> None:
    files = {
        "a.py": "try:\n    import wandb\nexcept ImportError:\n    pass\n",
        "b.py": "import wandb\n",
    }
    (one,) = project(tmp_path, files).distributions.needed()
    assert one.need is Need.ALWAYS
    assert one.uses[0].path == "b.py"


@pytest.mark.parametrize(
    "files",
    [
        {"datasets/__init__.py": "", "train.py": "from datasets import coco\n"},
        {"src/timm/__init__.py": "", "train.py": "import timm\n"},
        {"code/wandb.py": "", "code/train.py": "import wandb\n"},
        {
            "lib/einops.py": "",
            "run/train.py": "import sys\nsys.path.insert(0, 'lib')\nimport einops\n",
        },
        {"datasets/coco.py": "", "train.py": "from datasets.coco import load\n"},
        {
            "pkg/rich.py": "",
            "pkg/__init__.py": "",
            "pkg/a.py": "from . import rich\nfrom .rich import b\n",
        },
        {"third_party/clip/__init__.py": "", "train.py": "import clip\n"},
        {"ops/einops.pyx": "", "train.py": "import einops\n"},
        {
            "setup.py": "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('dgl', [])])\n",
            "a.py": "import dgl\n",
        },
        {".gitignore": "datasets/\n", "train.py": "from datasets import coco\n"},
        {".gitmodules": '[submodule "x"]\n\tpath = libs/CLIP\n', "train.py": "import clip\n"},
        {
            ".gitmodules": '[submodule "x"]\n\turl = https://example.org/a/taming-transformers.git\n',
            "train.py": "import taming\n",
        },
        {"pyproject.toml": '[project]\nname = "timm"\n', "train.py": "import timm\n"},
        {
            "setup.py": "from setuptools import setup\nsetup(name='einops')\n",
            "a.py": "import einops\n",
        },
    ],
)
def test_own_modules_are_never_outside_ones(tmp_path: Path, files: dict[str, str]) -> None:
    assert needed(tmp_path, files) == {}


@pytest.mark.parametrize(
    "files",
    [
        {"wandb/run.txt": "", ".gitignore": "wandb/\n", "train.py": "import wandb\n"},
        {"docs/wandb.md": "", "train.py": "import wandb\n"},
    ],
)
def test_a_folder_without_code_hides_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    assert needed(tmp_path, files) == {"wandb": Need.ALWAYS}


def test_tests_documentation_and_setup_are_apart(tmp_path: Path) -> None:
    files = {
        "tests/test_a.py": "import torch\n",
        "docs/conf.py": "import numpy\n",
        "setup.py": "import cython\n",
        "third_party/x.py": "import pandas\n",
        "a.py": "import scipy\n",
    }
    assert needed(tmp_path, files) == {"scipy": Need.ALWAYS}
    assert needed(tmp_path, files, Role.TEST) == {"torch": Need.ALWAYS}


@pytest.mark.parametrize(
    "module",
    [
        *("os", "sys", "distutils", "imp", "asyncore", "tomllib", "zoneinfo", "compression.zstd"),
        *("cPickle", "urllib2", "ConfigParser", "Queue", "StringIO", "Tkinter", "__builtin__"),
        *("__future__", "concurrent.futures", "xml.etree", "telnetlib", "lib2to3"),
    ],
)
def test_the_standard_library_of_every_python_is_known(module: str) -> None:
    assert is_standard(module)


@pytest.mark.parametrize("module", ["numpy", "six", "attr", "typing_extensions", "pkg_resources"])
def test_what_is_installed_is_not_standard(module: str) -> None:
    assert not is_standard(module)


def test_an_unknown_module_is_known_by_what_a_manifest_or_a_lock_names(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "our-lab-tools==1\n",
        "poetry.lock": '[[package]]\nname = "Lab-Plots"\nversion = "1.0"\n',
        "a.py": "import our_lab_tools\nimport lab_plots\nimport something_else\n",
    }
    assert set(needed(tmp_path, files)) == {"our-lab-tools", "lab-plots"}


def test_an_unknown_module_is_known_by_what_is_installed_beside(tmp_path: Path) -> None:
    site = ".venv/lib/python3.11/site-packages"
    installed = {
        f"{site}/lab_suite-1.0.dist-info/top_level.txt": "labtop\ntests\n",
        f"{site}/lab_more-1.0.dist-info/RECORD": (
            "labmore/__init__.py,sha256=x,1\nlabone.py,,\nlab_more-1.0.dist-info/RECORD,,\n../bin/x,,\n"
        ),
        "a.py": "import labtop\nimport labmore\nimport labone\nimport tests\nimport nothing_here\n",
    }
    assert set(needed(tmp_path, installed)) == {"lab-suite", "lab-more"}


def test_the_active_environment_is_asked_too(tmp_path: Path) -> None:
    prefix = tmp_path / "environment"
    place = prefix / "lib/python3.12/site-packages/odd_name-2.dist-info"
    place.mkdir(parents=True)
    (place / "top_level.txt").write_text("labtop\n")
    opened = project(tmp_path / "repository", {"a.py": "import labtop\n"})
    assert [one.name for one in Distributions(opened, {"CONDA_PREFIX": str(prefix)}).needed()] == [
        "odd-name"
    ]
    assert Distributions(opened, {"CONDA_PREFIX": str(tmp_path / "none")}).needed() == ()


def test_a_notebook_counts_as_code(tmp_path: Path) -> None:
    cell = '{"cell_type": "code", "source": ["%pip install x\\n", "import cv2"], "metadata": {}, '
    notebook = (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": ['
        + cell
        + '"outputs": [], "execution_count": null}]}'
    )
    assert needed(tmp_path, {"a.ipynb": notebook}) == {"opencv-python": Need.ALWAYS}
