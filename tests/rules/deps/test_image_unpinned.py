"""DEPS006: containers that are built from whatever is newest."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checking import check, places
from conftest import Repo

from repro_check.findings import Severity

MakeRepo = Callable[..., Repo]
Judge = Callable[[dict[str, str]], list[str]]
DIGEST = "sha256:" + "0" * 64


@pytest.fixture
def judge(make_repo: MakeRepo) -> Judge:
    """The findings in these files: `W place` or `I place`."""

    def run(files: dict[str, str]) -> list[str]:
        report = check(make_repo(files, commit=False).root, "DEPS006")
        letters = ["W" if one.severity is Severity.WARNING else "I" for one in report.findings]
        pairs = zip(letters, places(report), strict=True)
        return [f"{letter} {place.removesuffix(' DEPS006')}" for letter, place in pairs]

    return run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM python", "W"),
        ("FROM python:latest", "W"),
        ("FROM localhost:5000/lab/base", "W"),
        ("FROM --platform=linux/amd64 registry.example.org/nvidia/pytorch AS base", "W"),
        ("FROM condaforge/miniforge3:latest", "W"),
        ("FROM lab/x:cuda-latest", "W"),
        ("FROM python:3.11-slim", "I"),
        ("ARG V=3.11\nFROM python:$V", "I"),
        ("ARG V=latest\nFROM python:$V", "W"),
        (f"FROM python:3.11@{DIGEST}", ""),
        (f"FROM python@{DIGEST}", ""),
        ("FROM scratch", ""),
        ("ARG BASE\nFROM $BASE", ""),
        ("ARG BASE=python\nFROM ${BASE}", ""),
        ("ARG TAG\nFROM python:$TAG", ""),
        ("# FROM python", ""),
    ],
)
def test_an_image_is_judged_by_its_tag_and_digest(judge: Judge, text: str, expected: str) -> None:
    assert [one[0] for one in judge({"Dockerfile": f"{text}\n"})] == [*expected]


def test_a_stage_is_no_image_but_what_files_are_copied_from_is(judge: Judge) -> None:
    text = (
        f"FROM python@{DIGEST} AS build\nFROM build AS run\n"
        "COPY --from=build /a /a\nCOPY --from=registry.example.org/astral-sh/uv:latest /uv /bin/\n"
    )
    assert judge({"docker/gpu.Dockerfile": text}) == ["W docker/gpu.Dockerfile:4:13"]


@pytest.mark.parametrize("name", ["Singularity", "lab.def", "Apptainer.gpu", "Singularity.cpu"])
def test_apptainer_definitions_are_asked(judge: Judge, name: str) -> None:
    text = "Bootstrap: docker\nFrom: pytorch/pytorch\n\n%post\n    pip install 'numpy>=1'\n"
    assert judge({name: text}) == [f"W {name}:2:7", f"W {name}:5:17"]


@pytest.mark.parametrize("agent", ["localimage", "debootstrap", "docker-daemon", "scratch"])
def test_what_comes_from_no_registry_is_not_asked(judge: Judge, agent: str) -> None:
    assert judge({"lab.def": f"Bootstrap: {agent}\nFrom: base.sif\n"}) == []


def test_compose_and_dev_containers_are_asked_but_not_for_what_they_build(judge: Judge) -> None:
    compose = (
        "services:\n  train:\n    build: .\n    image: lab/train\n  again:\n    image: lab/train\n"
        "  db:\n    image: postgres\n  other:\n    image: ${IMAGE}\n"
    )
    files = {
        "docker-compose.yml": compose,
        ".devcontainer/devcontainer.json": '{"image": "mcr.microsoft.com/devcontainers/python:3"}\n',
        "configs/data.yaml": "image: postgres\n",
    }
    assert judge(files) == ["I .devcontainer/devcontainer.json:1:11", "W docker-compose.yml:8:12"]


def test_an_image_that_the_readme_tells_to_build_is_the_repositorys_own(judge: Judge) -> None:
    files = {
        "deploy.Dockerfile": "FROM detectron2:v0\n",
        "README.md": "```\nsudo docker build -t detectron2:v0 .\n```\n",
    }
    assert judge(files) == []


@pytest.mark.parametrize(
    ("command", "is_found"),
    [
        ("pip install torch", True),
        ("pip install 'numpy>=1.20'", True),
        ("python3 -m pip install --no-cache-dir numpy==1.26.*", True),
        ("uv pip install --system numpy", True),
        ("conda install -y numpy", True),
        ("pip install torch --index-url https://download.pytorch.org/whl/cu121", True),
        ('["pip", "install", "numpy"]', True),
        ("pip install torch==2.9.0 numpy==2.1.3", False),
        ("conda install numpy=1.26", False),
        ("pip install --upgrade pip setuptools wheel uv", False),
        ("pip install -r requirements.txt", False),
        ("pip install -c constraints.txt numpy", False),
        ("pip install -e .", False),
        ("pip install torch==$TORCH", False),
        ("echo pip install numpy", False),
        ("apt-get install -y python3-numpy", False),
    ],
)
def test_what_is_installed_while_building_needs_a_version(
    judge: Judge,
    command: str,
    is_found: bool,
) -> None:
    found = judge({"Dockerfile": f"FROM python@{DIGEST}\nRUN {command}\n"})
    assert [one[:14] for one in found] == (["W Dockerfile:2"] if is_found else [])


def test_a_version_that_a_file_of_the_repository_decides_is_not_asked_again(judge: Judge) -> None:
    files = {
        "Dockerfile": f"FROM python@{DIGEST}\nRUN pip install numpy\n",
        "requirements.txt": "numpy==2.1.3\n",
    }
    assert judge(files) == []
