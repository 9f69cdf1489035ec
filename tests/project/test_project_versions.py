"""Versions of distributions: locks before pins before bounds, and nothing known is the current one."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import project

UV = '[[package]]\nname = "torch"\nversion = "1.8.1+cu111"\nsource = {}\n'
PIPENV = '{"_meta": {}, "default": {"torch": {"hashes": [], "version": "==1.8.1"}}, "develop": {}}'
CONDA_LOCK = "package:\n- name: pytorch\n  version: 1.8.1\n  manager: conda\n"
EXPLICIT = "@EXPLICIT\nhttps://c.example/linux-64/pytorch-1.8.1-py3.8_cuda_0.tar.bz2\n"
SETUP = "from setuptools import setup\nsetup(install_requires=['torch>=1.8'])\n"
ENVIRONMENT = "channels: [a]\ndependencies:\n  - {}\n"
POETRY = '[tool.poetry.dependencies]\ntorch = "{}"\n'


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("uv.lock", UV),
        ("poetry.lock", UV),
        ("pdm.lock", UV),
        ("pylock.toml", UV.replace("package", "packages")),
        ("Pipfile.lock", PIPENV),
        ("conda-lock.yml", CONDA_LOCK),
        ("conda-linux-64.lock", EXPLICIT),
        ("requirements.txt", "torch==1.8.1"),
        ("environment.yml", ENVIRONMENT.format("pytorch=1.8.1")),
        ("environment.yml", ENVIRONMENT.format("pytorch=1.8")),
        ("environment.yaml", "dependencies:\n  - pip:\n    - torch==1.8.1\n"),
        ("requirements.txt", "torch>=1.8"),
        ("requirements.txt", "torch~=1.8.0"),
        ("requirements.txt", "torch==1.8.*"),
        ("requirements.txt", "torch<1.9"),
        ("pyproject.toml", '[project]\nname = "x"\ndependencies = ["torch>=1.8,<3"]\n'),
        ("pyproject.toml", POETRY.format("^1.8")),
        ("pyproject.toml", POETRY.format("1.8.1")),
        ("setup.py", SETUP),
    ],
)
def test_an_old_release_is_seen_in_every_file(path: str, text: str, tmp_path: Path) -> None:
    versions = project(tmp_path, {path: text}).versions
    assert versions.may_be_below("torch", "1.9")
    assert not versions.is_at_least("torch", "1.9")
    assert not versions.may_be_below("torch", "1.8")


@pytest.mark.parametrize(
    "text",
    [
        "torch",
        "torch>=1.9",
        "torch==2.1.0+cu118",
        "torch<2",
        "torch!=1.8",
        "numpy<1.9",
        "torch==1.9.*",
    ],
)
def test_what_is_newer_or_unknown_is_taken_for_the_current_release(
    text: str, tmp_path: Path
) -> None:
    versions = project(tmp_path, {"requirements.txt": text}).versions
    assert not versions.may_be_below("torch", "1.9")
    assert versions.is_at_least("torch", "1.9")


def test_a_lock_counts_more_than_a_pin_and_a_pin_more_than_a_bound(tmp_path: Path) -> None:
    files = {"pyproject.toml": POETRY.format(">=1.4"), "requirements.txt": "torch==1.13.1"}
    assert project(tmp_path / "a", files).versions.bound("torch").exact == "1.13.1"  # type: ignore[union-attr]
    locked = project(tmp_path / "b", {**files, "uv.lock": UV}).versions.bound("torch")
    assert locked is not None
    assert (locked.exact, locked.path, locked.is_locked) == ("1.8.1", "uv.lock", True)


def test_files_that_disagree_prove_no_old_release(tmp_path: Path) -> None:
    files = {"requirements.txt": "torch==2.0", "old/requirements.txt": "torch==1.4"}
    versions = project(tmp_path, files).versions
    assert not versions.may_be_below("torch", "1.9")
    assert versions.bound("torch").path == "requirements.txt"  # type: ignore[union-attr]


def test_of_several_projects_in_one_repository_only_the_own_one_counts(tmp_path: Path) -> None:
    files = {"a/requirements.txt": "torch==1.4", "b/requirements/base.txt": "torch==2.0"}
    versions = project(tmp_path, files).versions
    assert versions.may_be_below("torch", "1.9", near="a/train.py")
    assert not versions.may_be_below("torch", "1.9", near="b/train.py")
    assert not versions.may_be_below("torch", "1.9", near="c/train.py")
    assert versions.bound("torch", near="b/deep/train.py").exact == "2.0"  # type: ignore[union-attr]


def test_what_nothing_names_has_no_bound(tmp_path: Path) -> None:
    versions = project(tmp_path, {"requirements.txt": "numpy\nscipy>=1.0"}).versions
    assert versions.bound("torch") is None
    assert versions.bound("numpy") is None
    bound = versions.bound("SciPy")
    assert bound is not None
    assert (bound.exact, bound.lower, bound.upper) == ("", "1.0", "")


def test_a_broken_lock_says_nothing(tmp_path: Path) -> None:
    versions = project(tmp_path, {"Pipfile.lock": "{", "uv.lock": "\x01"}).versions
    assert versions.bound("torch") is None
