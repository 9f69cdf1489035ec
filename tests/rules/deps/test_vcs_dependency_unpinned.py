"""DEPS005: dependencies that are whatever was pushed last, and those that name a commit or a tag."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

MakeRepo = Callable[..., Repo]
Judge = Callable[[dict[str, str]], list[str]]
SHA = "0123456789abcdef0123456789abcdef01234567"
POETRY = (
    '[tool.poetry]\nname = "lab"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.10"\n'
)
PROJECT = '[project]\nname = "lab"\nversion = "1"\n'


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The places of the findings in these files."""
    return lambda files: places(check(make_repo(files, commit=False).root, "DEPS005"))


@pytest.mark.parametrize(
    "line",
    [
        "git+https://github.com/openai/CLIP.git",
        "git+https://github.com/openai/CLIP",
        "clip @ git+https://github.com/openai/CLIP.git@main",
        "clip @ git+ssh://git@github.com/openai/CLIP.git",
        "-e git+https://github.com/openai/CLIP.git@master#egg=clip",
        "git+https://github.com/openai/CLIP.git@refs/heads/dev#egg=clip",
        "git+https://github.com/openai/CLIP@2.x",
        "git+git://github.com/openai/CLIP",
        "hg+https://hg.example.com/clip",
    ],
)
def test_a_repository_without_commit_or_with_a_branch_is_found(judge: Judge, line: str) -> None:
    found = judge({"requirements.txt": f"numpy==2.1.3\n{line}\n", "train.py": "import clip\n"})
    expected = [] if "example.com" in line else ["requirements.txt:2:1 DEPS005"]
    assert found == expected


@pytest.mark.parametrize(
    "line",
    [
        f"git+https://github.com/openai/CLIP.git@{SHA}",
        "git+https://github.com/openai/CLIP.git@0123abc",
        "clip @ git+https://github.com/openai/CLIP@v1.0",
        "clip @ git+https://github.com/openai/CLIP@release-2024",
        f"-e git+ssh://git@github.com/openai/CLIP.git@{SHA}#egg=clip&subdirectory=x",
        "clip @ https://github.com/openai/CLIP/archive/main.zip",
        "git+https://github.com/your-name/your-repo",
        "clip==1.0",
    ],
)
def test_a_commit_or_a_tag_passes(judge: Judge, line: str) -> None:
    assert judge({"requirements.txt": f"{line}\n"}) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (PROJECT + 'dependencies = ["clip"]\n[tool.uv.sources]\nclip = {git = "https://github.com/o/CLIP"}\n', "4:17"),
        (PROJECT + 'dependencies = ["clip @ git+https://github.com/o/CLIP@main"]\n', "4:17"),
        (POETRY + 'clip = {git = "https://github.com/o/CLIP.git", branch = "main"}\n', "6:8"),
    ],
)  # fmt: skip
def test_sources_of_uv_and_poetry_are_asked(judge: Judge, text: str, place: str) -> None:
    assert judge({"pyproject.toml": text}) == [f"pyproject.toml:{place} DEPS005"]


@pytest.mark.parametrize("key", [f'rev = "{SHA}"', 'tag = "v1.2"'])
def test_sources_with_a_commit_or_a_tag_pass(judge: Judge, key: str) -> None:
    text = POETRY + f'clip = {{git = "https://github.com/o/CLIP.git", {key}}}\n'
    assert judge({"pyproject.toml": text}) == []


def test_a_lock_that_pins_the_commit_is_enough(judge: Judge) -> None:
    manifest = PROJECT + (
        'requires-python = ">=3.10"\ndependencies = ["clip"]\n'
        '[tool.uv.sources]\nclip = {git = "https://github.com/o/CLIP"}\n'
    )
    lock = (
        'version = 1\nrequires-python = ">=3.10"\n\n[[package]]\nname = "clip"\nversion = "1.0"\n'
        f'source = {{ git = "https://github.com/o/CLIP#{SHA}" }}\n'
    )
    assert judge({"pyproject.toml": manifest}) != []
    assert judge({"pyproject.toml": manifest, "uv.lock": lock}) == []


def test_commands_in_readmes_containers_and_notebooks_are_asked_at_their_words(
    judge: Judge,
) -> None:
    command = "pip install git+https://github.com/openai/CLIP"
    notebook = (
        '{"cells": [{"cell_type": "code", "source": ["import os\\n", "!' + command + '"],'
        '"metadata": {}, "outputs": [], "execution_count": 1}], "metadata": {}, "nbformat": 4,'
        '"nbformat_minor": 5}'
    )
    files = {
        "README.md": f"# Lab\n\n1. Install:\n\n   ```bash\n   $ {command}\n   ```\n",
        "Dockerfile": f"FROM python:3.11\nRUN apt-get update && \\\n    {command}\n",
        "run.ipynb": notebook,
        "setup.sh": f"set -e\n{command}@main  # newest\n",
        "Makefile": f"install:\n\t@{command}\n",
    }
    assert judge(files) == [
        "Dockerfile:3:17 DEPS005",
        "Makefile:2:15 DEPS005",
        "README.md:6:18 DEPS005",
        "run.ipynb:cell 1:2:14 DEPS005",
        "setup.sh:2:13 DEPS005",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": PROJECT},
        {"setup.py": "from setuptools import setup\nsetup(name='lab')\n"},
        {
            "lab/__init__.py": "",
            "setup.py": "from setuptools import setup\nsetup(name='the-lab')\n",
        },
        {"src/lab/__init__.py": ""},
        {"INSTALL.md": "```\ngit clone https://github.com/ada/lab.git\n```\n"},
    ],
)
def test_how_the_repository_itself_is_installed_is_not_asked(
    judge: Judge, files: dict[str, str]
) -> None:
    readme = "# Lab\n\n```\npip install git+https://github.com/ada/lab\n```\n"
    assert judge({"README.md": readme}) == ["README.md:4:13 DEPS005"]
    assert judge({"README.md": readme, **files}) == []


def test_services_and_development_may_follow_a_branch(judge: Judge) -> None:
    workflow = (
        "on: push\njobs:\n  test:\n    steps:\n"
        "      - run: pip install git+https://github.com/huggingface/peft\n"
    )
    groups = '[dependency-groups]\ndev = ["x @ git+https://github.com/o/x"]\n'
    files = {
        ".github/workflows/tests.yml": workflow,
        "requirements-dev.txt": "git+https://github.com/o/x\n",
        "pyproject.toml": PROJECT + groups,
        "tests/requirements.txt": "git+https://github.com/o/y\n",
    }
    assert judge(files) == []


def test_a_repository_is_named_once_in_a_file_with_its_other_places(make_repo: MakeRepo) -> None:
    text = "```\npip install git+https://github.com/o/x\n```\nor\n```\npip install git+https://github.com/O/x.git\n```\n"
    (finding,) = check(make_repo({"README.md": text}, commit=False).root, "DEPS005").findings
    assert [one.location.label for one in finding.related] == ["README.md:6:13"]
    assert "git ls-remote https://github.com/o/x HEAD" in finding.help
