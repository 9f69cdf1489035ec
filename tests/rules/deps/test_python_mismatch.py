"""DEPS011: places that ask for versions of Python that have nothing in common."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

MakeRepo = Callable[..., Repo]
Judge = Callable[[dict[str, str]], list[str]]


def project(versions: str) -> str:
    """A pyproject.toml."""
    return f'[project]\nname = "lab"\nversion = "1"\nrequires-python = "{versions}"\n'


def conda(version: str) -> str:
    """An environment.yml."""
    return f"name: lab\ndependencies:\n  - python{version}\n  - numpy\n"


def workflow(*versions: str, run: str = "pytest") -> str:
    """A workflow with a matrix."""
    listed = ", ".join(f'"{version}"' for version in versions)
    return (
        f"on: push\njobs:\n  test:\n    strategy:\n      matrix:\n        python-version: [{listed}]\n"
        f"    steps:\n      - run: {run}\n"
    )


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings in these files."""
    return lambda files: places(check(make_repo(files, commit=False).root, "DEPS011"))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": project(">=3.10"), "environment.yml": conda("=3.8")}, "environment.yml:3:5"),
        ({"pyproject.toml": project(">=3.10"), ".python-version": "3.9.2\n"}, ".python-version:1:1"),
        ({"pyproject.toml": project("<3.9"), "Dockerfile": "FROM python:3.11-slim\n"}, "Dockerfile:1:6"),
        ({"pyproject.toml": project("<3.9"), "Dockerfile": "ARG V=3.11\nFROM python:${V}\n"}, "Dockerfile:2:6"),
        ({"environment.yml": conda("=3.8"), "docker/Dockerfile": "FROM x/y:py3.10-cuda\n"}, "docker/Dockerfile:1:6"),
        ({"environment.yml": conda("=3.8"), "README.md": "```\nconda create -n x python=3.7\n```\n"}, "README.md:2:19"),
        ({"environment.yml": conda("=3.7"), "README.md": "# X\n\n## Setup\n\nNeeds Python 3.9+\n"}, "README.md:5:7"),
        ({"pyproject.toml": project(">=3.10"), ".github/workflows/t.yml": workflow("3.8", "3.9")}, ".github/workflows/t.yml:6:26"),
        ({"Dockerfile": "FROM python:3.7\n", "README.md": "# X\n\n## Requirements\n\n- python>=3.9\n"}, "README.md:5:3"),
        ({"setup.py": "from setuptools import setup\nsetup(python_requires='>=3.10')\n", "runtime.txt": "python-3.8.5\n"}, "runtime.txt:1:8"),
        ({"pyproject.toml": project(">=3.10"), "lab.def": "Bootstrap: docker\nFrom: python:3.8\n"}, "lab.def:2:7"),
    ],
)  # fmt: skip
def test_disjoint_versions_are_found_at_the_second_place(
    judge: Judge, files: dict[str, str], expected: str
) -> None:
    assert judge(files) == [f"{expected} DEPS011"]


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": project(">=3.8"), "environment.yml": conda("=3.8.16")},
        {"pyproject.toml": project(">=3.8.1"), ".python-version": "3.8\n"},
        {"environment.yml": conda("=3.8.5"), "Dockerfile": "FROM python:3.8.10\n"},
        {"environment.yml": conda(">=3.8"), "Dockerfile": "FROM python:3.11\n"},
        {"environment.yml": conda(""), "Dockerfile": "FROM python:3.11\n"},
        {"pyproject.toml": project(">=3.9"), ".github/workflows/t.yml": workflow("3.8", "3.9")},
        {"pyproject.toml": project(">=3.10"), ".github/workflows/t.yml": workflow("3.8", run="ruff check")},
        {"pyproject.toml": project(">=3.10"), ".pre-commit-config.yaml": "default_language_version:\n  python: python3.8\n"},
        {"pyproject.toml": project(">=3.10") + '[tool.mypy]\npython_version = "3.8"\n[tool.black]\ntarget-version = ["py38"]\n'},
        {"environment.yml": conda("=3.9"), "README.md": "# X\n\n## Install\n\nPython 3.6 or Python 3.8\n"},
        {"environment.yml": conda("=3.9"), "README.md": "# X\n\n## Results\n\nPython 3.12 was faster\n"},
        {"environment.yml": conda("=3.8"), "README.md": "# X\n\n## Install\n\nIt does not run on Python 3.10\n"},
        {"environment-a.yml": conda("=3.7"), "environment-b.yml": conda("=3.10"), "Dockerfile": "FROM python:3.10\n"},
        {"pyproject.toml": project(">=3.10"), "old/environment.yml": conda("=2.7")},
        {"pyproject.toml": project(">=3.10"), "tests/environment.yml": conda("=3.8")},
        {"pyproject.toml": project(">=3.10"), "Dockerfile": "FROM node:18\nFROM postgres:3.8\n"},
        {"pyproject.toml": project(">=3.7"), "Dockerfile": "FROM python:3.10\n", "CONTRIBUTING.md": "```\nconda create -n x python=3.8\n```\n"},
        {"pyproject.toml": project("not a version"), ".python-version": "3.9\n"},
    ],
)  # fmt: skip
def test_versions_in_common_alternatives_and_other_tools_are_no_mismatch(
    judge: Judge, files: dict[str, str]
) -> None:
    assert judge(files) == []


def test_both_ends_are_shown(make_repo: MakeRepo) -> None:
    files = {"pyproject.toml": project(">=3.10"), "environment.yml": conda("=3.8")}
    (finding,) = check(make_repo(files, commit=False).root, "DEPS011").findings
    assert [one.location.label for one in finding.related] == ["pyproject.toml:4:19"]
    assert finding.message == (
        "`environment.yml` makes an environment of Python 3.8, but `pyproject.toml` asks for Python "
        "3.10 or later: no version fits both"
    )


def test_one_place_that_disagrees_with_all_others_is_found_once(judge: Judge) -> None:
    files = {
        "pyproject.toml": project(">=3.10"),
        "environment.yml": conda("=3.11"),
        "Dockerfile": "FROM python:3.11\n",
        "CONTRIBUTING.md": "```\nconda create -n x python=3.8\n```\n",
    }
    assert judge(files) == ["CONTRIBUTING.md:2:19 DEPS011"]
