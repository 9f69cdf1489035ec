"""The rules on dependencies, on files that somebody broke on purpose."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check
from conftest import Repo

MakeRepo = Callable[..., Repo]
CODES = ("DEPS005", "DEPS006", "DEPS007", "DEPS011", "DEPS012")


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": b"FROM \xff\xfe\nRUN pip install x\n"},
        {"Dockerfile": "FROM ${" + "A:-${" * 500 + "\nRUN " + "<<EOF " * 200},
        {"Dockerfile": "RUN pip install x\n" + "RUN <<E\n" * 2000},
        {"x.def": "Bootstrap: docker\n" * 500 + "%post\n" * 500},
        {"a.ipynb": '{"cells": [1, null, {"cell_type": "code", "source": {"pip": 1}}]}'},
        {"a.ipynb": '{"metadata": {"language_info": [1]}, "cells": []}'},
        {".python-version": "3" * 5000},
        {".github/workflows/t.yml": "jobs: [pip]\n"},
        {".github/workflows/t.yml": "jobs:\n  t:\n    steps:\n      - run: >\n          pip\n          install git+https://h/x\n"},
        {"README.md": "# Install\n\n" + "Python 3." * 3000},
        {"README.md": "```\npip install " + "[" * 2000 + "\n```\n"},
        {"compose.yaml": "services: [a, {image: [1]}]\n"},
        {"pyproject.toml": "[project]\nrequires-python = 3\n"},
        {"requirements.txt": "git+https://" + "@" * 3000 + "\n"},
        {"requirements.txt": "torch==\u0663.1\ngit+\n"},
    ],
    ids=range(15),
)  # fmt: skip
def test_broken_files_are_no_crash(make_repo: MakeRepo, files: dict[str, str | bytes]) -> None:
    every = {
        "train.py": "import torch\n\nif __name__ == '__main__':\n    torch.ones(1).cuda()\n",
        **files,
    }
    report = check(make_repo(every, commit=False).root, *CODES)
    assert all(finding.code in CODES for finding in report.findings)
