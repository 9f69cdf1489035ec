"""The commands that a repository tells people to run, and the Pythons that it names."""

from __future__ import annotations

import json
from pathlib import Path

from projects import project

WORKFLOW = """
on: push
jobs:
  test:
    steps:
      - uses: actions/setup-python@v5
        with:
          python-version: "3.9"
      - name: Install
        run: |
          set -e
            pip install -r requirements.txt numpy==1.26
      - run: "uv sync && pytest"
"""


def notebook(*cells: str) -> str:
    """A notebook of code cells."""
    made = [
        {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": 1}
        for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_install_commands_are_found_in_all_files_that_tell_them(tmp_path: Path) -> None:
    opened = project(
        tmp_path,
        {
            "README.md": "# X\n\n```python\n!pip install no\n```\n\n```console\n$ pip install -e .\n```\n",
            "setup.sh": "if true; then\n  conda env create -f env.yml\nfi\n",
            "Makefile": "deps:\n\t@$(PIP) install numpy\n",
            "Dockerfile": "FROM a\nRUN apt-get update && \\\n    pip install torch==2.0\nFROM b\nRUN uv pip install jax\n",
            "x.def": "Bootstrap: docker\nFrom: a\n%post\n    pip install flax\n",
            ".github/workflows/t.yml": WORKFLOW,
            "a.ipynb": notebook("import os\n%pip install einops\n!conda install -y \\\n  pandas", "%%bash\npip install scipy"),
        },
    )  # fmt: skip
    found = {}
    for one in opened.installs.commands:
        told = [d.name for d in one.install.declared] + [f.path for f in one.install.files]
        found[one.location().label] = (one.told.where, *told)
    assert found == {
        "README.md:8:1": ("readme", "."),
        "setup.sh:2:3": ("script", "env.yml"),
        "Makefile:2:2": ("makefile", "numpy"),
        "Dockerfile:3:5": ("container", "torch"),
        "Dockerfile:5:5": ("container", "jax"),
        "x.def:4:5": ("container", "flax"),
        ".github/workflows/t.yml:11:13": ("ci", "numpy", "requirements.txt"),
        ".github/workflows/t.yml:12:15": ("ci", "."),
        "a.ipynb:cell 1:2:2": ("notebook", "einops"),
        "a.ipynb:cell 1:3:2": ("notebook", "pandas"),
        "a.ipynb:cell 2:2:1": ("notebook", "scipy"),
    }
    assert [one.text for _, one in opened.installs.of("torch")] == ["torch==2.0"]


def test_broken_notebooks_and_broken_quotes_tell_nothing(tmp_path: Path) -> None:
    files = {"a.ipynb": '{"cells": "pip install x"', "b.sh": "pip install 'x\npip install y\n"}
    opened = project(tmp_path, files)
    assert [one.path for one in opened.installs.commands] == ["b.sh"]


def test_pythons_are_found_with_their_kind_and_place(tmp_path: Path) -> None:
    opened = project(
        tmp_path,
        {
            "pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.8"\n',
            "env.yml": "name: x\nchannels: [a]\ndependencies:\n  - python=3.9\n",
            ".python-version": "# ours\n3.9.1\n",
            "docker/Dockerfile": "FROM python:3.9-slim AS a\nFROM a\nRUN python3.10 -m venv /v\n",
            "README.md": "# X\n\n## Installation\n\nPython 3.9 is needed.\n\n```\nuv venv -p 3.9\n```\n",
            ".github/workflows/t.yml": WORKFLOW,
            "cog.yaml": "build:\n  python_version: '3.8'\n",
        },
    )
    found = [
        (one.kind, one.specifier, one.path, one.span and one.span.line) for one in opened.pythons
    ]
    assert found == [
        ("conda", "==3.9.*", "env.yml", 4),
        ("manifest", ">=3.8", "pyproject.toml", 4),
        ("file", "==3.9.1", ".python-version", 2),
        ("image", "==3.9.*", "docker/Dockerfile", 1),
        ("image", "==3.8.*", "cog.yaml", 2),
        ("command", "==3.9.*", "README.md", 8),
        ("image", "==3.10.*", "docker/Dockerfile", 3),
        ("ci", "==3.9.*", ".github/workflows/t.yml", 7),
        ("readme", ">=3.9", "README.md", 5),
    ]
    assert {one.folder for one in opened.pythons} == {""}
