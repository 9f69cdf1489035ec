"""DEPS010: files that decide on different versions for one environment, and files that may differ."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Finding
from repro_check.sources.dependencies.locks.values import PYPI

MakeRepo = Callable[..., Repo]
Judge = Callable[..., list[Finding]]


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files."""

    def run(files: dict[str, str]) -> list[Finding]:
        return list(check(make_repo(files, commit=False).root, "DEPS010").findings)

    return run


REQUIREMENTS = {"requirements.txt": "numpy==1.26.4\ntorch==1.13.1\n"}
SETUP = "from setuptools import setup\nsetup(name='x', install_requires=['{}'])\n"
CONDA = "channels: [pytorch]\ndependencies:\n  - python=3.10\n  - {}\n"
UV_LOCK = (
    'version = 1\n[[package]]\nname = "torch"\nversion = "{}"\nsource = {{ registry = "'
    + PYPI
    + '" }}\n'
)


@pytest.mark.parametrize(
    "other",
    [
        {"environment.yml": CONDA.format("pytorch=2.0.1")},
        {"environment.yml": CONDA.format("pytorch=2.0")},
        {"env.yaml": CONDA.format("pip:\n    - torch==2.0.1")},
        {"setup.py": SETUP.format("torch==2.0.1")},
        {"setup.py": SETUP.format("torch>=2")},
        {"setup.cfg": "[options]\ninstall_requires =\n    torch>=2,<3\n"},
        {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["torch>=2"]\n'},
        {"pyproject.toml": '[tool.poetry.dependencies]\ntorch = "^2.0"\n'},
        {"Pipfile": '[packages]\ntorch = "==2.0.1"\n'},
        {"Dockerfile": "FROM python:3.10\nRUN pip install torch==2.0.1+cu118\n"},
        {"docker/Dockerfile": "FROM python:3.10\nRUN pip install torch==2.0.1\n"},
        {"README.md": "```\npip install torch==2.0.1\n```\n"},
        {"uv.lock": UV_LOCK.format("2.0.1")},
        {"requirements.in": "torch==2.0.1\n"},
    ],
)
def test_two_files_of_one_folder_that_disagree_are_found(
    judge: Judge, other: dict[str, str]
) -> None:
    if "requirements.in" in other:
        # what a file is compiled from is of the same kind, and another rule's business
        assert judge(REQUIREMENTS | other) == []
        return
    (finding,) = judge(REQUIREMENTS | other)
    assert "`torch`" in finding.message
    assert "1.13.1" in finding.message
    paths = {finding.location.path, *(each.location.path for each in finding.related)}
    assert paths == {"requirements.txt", *other}


@pytest.mark.parametrize(
    "other",
    [
        {"environment.yml": CONDA.format("pytorch=1.13.1")},
        {"environment.yml": CONDA.format("pytorch=1.13")},
        {"environment.yml": CONDA.format("pytorch=1.13.1=py3.10_cuda11.7_0")},
        {"environment.yml": CONDA.format("pytorch>=2")},
        {"environment.yml": CONDA.format("graphviz=9.0")},
        {"setup.py": SETUP.format("torch>=1.8")},
        {"setup.py": SETUP.format("torch")},
        {"setup.py": "from setuptools import setup\nsetup(extras_require={'gpu': ['torch==2.0.1']})\n"},
        {"setup.py": SETUP.format("torch==2.0.1; sys_platform == 'darwin'")},
        {"requirements-gpu.txt": "torch==2.0.1\n"},
        {"requirements-cpu.txt": "torch==2.0.1+cpu\n"},
        {"requirements-py38.txt": "torch==2.0.1\n"},
        {"requirements_mac.txt": "torch==2.0.1\n"},
        {"requirements-dev.txt": "torch==2.0.1\n"},
        {"environment-gpu.yml": CONDA.format("pytorch=2.0.1")},
        {"env.cpu.yml": CONDA.format("pytorch=2.0.1")},
        {"baseline/requirements.txt": "torch==2.0.1\n"},
        {"baseline/environment.yml": CONDA.format("pytorch=2.0.1")},
        {"tests/requirements.txt": "torch==2.0.1\n"},
        {"pyproject.toml": '[dependency-groups]\nold = ["torch==2.0.1"]\n'},
        {"pyproject.toml": '[tool.poetry.dependencies]\ntorch = [{version = "2.0.1", python = "<3.9"}, {version = "1.13.1", python = ">=3.9"}]\n'},
        {"Dockerfile": "FROM pytorch/pytorch:2.0.1\nRUN pip install torch==1.13.1+cu117\n"},
        {"Dockerfile": "FROM x AS a\nRUN pip install torch==2.0.1\nFROM y\nRUN pip install torch==1.13.1\n"},
        {"Dockerfile.old": "FROM python:3.10\nRUN pip install torch==2.0.1\n"},
        {"README.md": "```\npip install torch==2.0.1  # new\npip install torch==1.13.1\n```\n"},
        {"uv.lock": UV_LOCK.format("1.13.1")},
        {"uv.lock": UV_LOCK.format("1.13.1") + UV_LOCK.format("2.0.1").partition("\n")[2]},
    ],
)  # fmt: skip
def test_files_that_agree_or_are_meant_for_something_else_pass(
    judge: Judge, other: dict[str, str]
) -> None:
    assert [finding.message for finding in judge(REQUIREMENTS | other)] == []


@pytest.mark.parametrize("option", ["-r", "-c", "--constraint", "--requirement"])
def test_a_file_that_reads_one_which_disagrees_is_found_whatever_their_names(
    judge: Judge, option: str
) -> None:
    files = {
        "requirements-gpu.txt": f"{option} pins/x.txt\ntorch==2.0.1\n",
        "pins/x.txt": "torch==1.13.1\n",
    }
    (finding,) = judge(files)
    assert "2.0.1" in finding.message
    assert "1.13.1" in finding.message


def test_one_file_that_pins_twice_is_found(judge: Judge) -> None:
    (finding,) = judge({"requirements.txt": "torch==1.13.1\nnumpy==1.2\nTorch==2.0.1\n"})
    assert finding.location.span is not None
    assert finding.location.span.line == 3
    assert "requirements.txt:1" in finding.message


@pytest.mark.parametrize(
    ("path", "text"),
    [
        # pip replaced what conda had installed
        ("environment.yml", "dependencies:\n  - attrs=22.1.0\n  - pip:\n    - attrs==22.2.0\n"),
        # two packages of conda that PyPI would take for one
        ("environment.yml", "dependencies:\n  - importlib-metadata=3.10.0\n  - importlib_metadata=1.5.0\n"),
        ("wandb/run-1/files/requirements.txt", "torch==1.13.1\ntorch==2.0.1\n"),
    ],
)  # fmt: skip
def test_what_tools_export_is_no_contradiction(judge: Judge, path: str, text: str) -> None:
    assert judge({path: text}) == []


@pytest.mark.parametrize(
    "text",
    [
        "torch==1.13.1\ntorch==1.13.1+cu117\n",
        "torch==1.13.1 ; python_version < '3.8'\ntorch==2.0.1 ; python_version >= '3.8'\n",
        "torch==1.13.1 ; sys_platform == 'darwin'\ntorch==2.0.1\n",
        "torch==1.13\ntorch==1.13.0\n",
    ],
)
def test_one_file_may_name_a_package_twice(judge: Judge, text: str) -> None:
    assert judge({"requirements.txt": text}) == []


def test_many_contradictions_of_two_files_are_one_finding(judge: Judge) -> None:
    names = ["a", "b", "c", "d", "e"]
    files = {
        "requirements.txt": "".join(f"{name}==1.0\n" for name in names),
        "setup.cfg": "[options]\ninstall_requires =\n"
        + "".join(f"    {name}==2.0\n" for name in names),
    }
    (finding,) = judge(files)
    assert "and 2 more" in finding.message
    assert len(finding.related) == 3


def test_a_frozen_file_is_compared_with_another_tools_lock(make_repo: MakeRepo) -> None:
    lock = '[[package]]\nname = "torch"\nversion = "2.0.1"\noptional = false\nfiles = []\n\n[metadata]\nlock-version = "2.0"\n'
    repo = make_repo({**REQUIREMENTS, "poetry.lock": lock}, commit=False)
    assert places(check(repo.root, "DEPS010")) == ["requirements.txt:2:1 DEPS010"]


def test_a_lock_is_not_compared_with_what_it_was_made_from(judge: Judge) -> None:
    project = '[project]\nname = "x"\ndependencies = ["torch==1.13.1"]\n'
    assert judge({"pyproject.toml": project, "uv.lock": UV_LOCK.format("2.0.1")}) == []
