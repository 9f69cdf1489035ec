"""Which Python the words of a README ask for."""

from __future__ import annotations

import pytest

from repro_check.project.environment.python_prose import python_in_prose
from repro_check.project.environment.python_workflows import python_in_workflow
from repro_check.sources.config import read_yaml
from repro_check.sources.markdown import read_markdown


def told(text: str) -> list[str]:
    """The specifiers."""
    return [one.specifier for one in python_in_prose(read_markdown(text.encode()), text)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Python 3.8", [">=3.8"]),
        ("python 3.8+", [">=3.8"]),
        ("- **Python** >= 3.8.5", [">=3.8.5"]),
        ("- Python==3.8", ["==3.8.*"]),
        ("- python=3.7.4", ["==3.7.4"]),
        ("Python ≥ 3.6", [">=3.6"]),
        ("Python version 3.9", [">=3.9"]),
        ("Python (3.7)", [">=3.7"]),
        ("python3.10", [">=3.10"]),
        ("Python 3", []),
        ("IPython 7.1", []),
        ("does not work with Python 3.10", []),
        ("We no longer support Python 2.7", []),
        ("Python 3.8.1.2.3", []),
        ("Cython 3.0 and numpy 1.2", []),
    ],
)
def test_a_version_in_a_section_on_installing_is_read(line: str, expected: list[str]) -> None:
    assert told(f"# Lab\n\n## Installation\n\n{line}\n") == expected
    assert told(f"# Lab\n\n## Results\n\n{line}\n") == []


def test_a_section_ends_at_the_next_heading_and_code_is_read_elsewhere() -> None:
    text = "# Setup\n\n```\nconda create python=3.6\n```\n\n# News\n\nPython 3.9\n"
    assert told(text) == []
    assert told("# x\n\n![](https://img.shields.io/badge/python-3.7+-blue.svg)\n") == [">=3.7"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jobs:\n  a:\n    steps:\n      - with: {python-version: 3.10}\n      - run: pytest\n", ["3.10"]),
        ("jobs:\n  a:\n    steps:\n      - with: {python-version: 3.8}\n      - run: ruff check\n", []),
        ("jobs:\n  a:\n    strategy:\n      matrix:\n        include:\n          - {python: '3.9', os: x}\n    steps:\n      - run: pip install -e .\n", ["3.9"]),
        ("jobs:\n  a:\n    strategy:\n      matrix:\n        python: ['3.9', 3.x]\n        exclude:\n          - {python: '3.8'}\n    steps:\n      - run: tox\n", ["3.9"]),
        ("test:\n  image: python:3.8-slim\n  script: [pytest]\n", ["3.8"]),
        ("jobs: pytest\n", []),
    ],
)  # fmt: skip
def test_the_pythons_of_jobs_that_run_the_work_are_read(text: str, expected: list[str]) -> None:
    assert [one.text for one in python_in_workflow(read_yaml(text.encode()))] == expected
