from __future__ import annotations

from pathlib import Path

import pytest
from projects import project

from repro_check.project.environment import Environment
from repro_check.project.environment.environment import is_recorded, needed


def environment(tmp_path: Path, files: dict[str, str], **settings: object) -> Environment:
    return project(tmp_path, files, **settings).environment


@pytest.mark.parametrize(
    ("path", "is_lock"),
    [
        ("uv.lock", True),
        ("poetry.lock", True),
        ("pdm.lock", True),
        ("Pipfile.lock", True),
        ("pixi.lock", True),
        ("conda-lock.yml", True),
        ("gpu/conda-lock.yaml", True),
        ("pylock.toml", True),
        ("pylock.dev.toml", True),
        ("conda-linux-64.lock", True),
        ("package-lock.json", False),
        ("yarn.lock", False),
        ("locks.txt", False),
        ("my_uv.lock", False),
    ],
)
def test_locks_are_known_by_their_names(path: str, is_lock: bool, tmp_path: Path) -> None:
    found = environment(tmp_path, {path: "", "a.txt": ""})
    assert [lock.path for lock in found.locks] == ([path] if is_lock else [])


def declared(found: Environment) -> dict[str, list[tuple[str, bool]]]:
    return {
        file.path: [(one.name, is_recorded(one)) for one in needed(file)] for file in found.files
    }


def test_requirement_files_say_what_is_pinned(tmp_path: Path) -> None:
    text = "torch==2.1.0\nnumpy>=1.20\nscipy\n# comment\n-r other.txt\npip\n"
    found = environment(tmp_path, {"requirements.txt": text})
    expected = [("torch", True), ("numpy", False), ("scipy", False)]
    assert declared(found) == {"requirements.txt": expected}


def test_the_dependencies_of_a_project_are_read(tmp_path: Path) -> None:
    text = """
        [project]
        name = "work"
        dependencies = ["torch==2.1.0", "Numpy_Thing>=1"]
        [project.optional-dependencies]
        dev = ["pytest"]
    """
    found = environment(tmp_path, {"pyproject.toml": text})
    assert declared(found) == {"pyproject.toml": [("torch", True), ("numpy-thing", False)]}


def test_conda_environments_are_read(tmp_path: Path) -> None:
    text = """
        name: work
        channels: [conda-forge]
        dependencies:
          - python=3.10
          - numpy=1.24.3
          - pytorch
          - pip:
            - wandb==0.15.0
    """
    found = environment(tmp_path, {"environment.yml": text})
    expected = [("numpy", True), ("torch", False), ("wandb", True)]
    assert declared(found) == {"environment.yml": expected}


def test_other_yaml_files_are_no_environments(tmp_path: Path) -> None:
    files = {
        "conf/env.yaml": "name: CartPole\ndependencies_of: 3\n",
        "a.yaml": "dependencies: [x]\n",
    }
    assert declared(environment(tmp_path, files)) == {}


@pytest.mark.parametrize(
    ("path", "is_runtime"),
    [
        ("requirements.txt", True),
        ("requirements/base.txt", True),
        ("requirements-gpu.txt", True),
        ("requirements-dev.txt", False),
        ("requirements/test.txt", False),
        ("docs-requirements.txt", False),
        ("constraints.txt", False),
        ("ci/requirements.txt", False),
        ("requirements-devices.txt", True),
    ],
)
def test_what_only_development_needs_is_told_apart(
    path: str, is_runtime: bool, tmp_path: Path
) -> None:
    (file,) = environment(tmp_path, {path: "torch\n"}).files
    assert file.is_runtime is is_runtime


@pytest.mark.parametrize("folder", ["tests", "docs", "third_party"])
def test_files_of_other_roles_declare_nothing(folder: str, tmp_path: Path) -> None:
    assert environment(tmp_path, {f"{folder}/requirements.txt": "torch\n"}).files == ()


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({}, ["numpy", "torch"]),
        ({"uv.lock": ""}, []),
        ({"sub/uv.lock": ""}, []),
        ({"requirements.lock.txt": "torch==2.1.0\nnumpy==1.24.3\n"}, []),
        ({"pinned-requirements.txt": "numpy==1.24.3\n"}, ["torch"]),
    ],
)
def test_what_a_lock_or_a_pinned_file_decides_is_not_open(
    files: dict[str, str], names: list[str], tmp_path: Path
) -> None:
    found = environment(tmp_path, {"requirements.txt": "numpy\ntorch>=2\n", **files})
    (file,) = [item for item in found.files if item.path == "requirements.txt"]
    assert [one.name for one in found.open_dependencies(file)] == names


PROJECT = "[project]\nname = 'lib'\n"
BUILD = "[build-system]\nrequires = ['hatchling']\n"
POETRY = "[tool.poetry]\nname = 'lib'\n"


@pytest.mark.parametrize(
    ("files", "is_library"),
    [
        ({"pyproject.toml": PROJECT + BUILD}, True),
        ({"pyproject.toml": POETRY + BUILD}, True),
        ({"pyproject.toml": PROJECT}, False),
        ({"pyproject.toml": BUILD}, False),
        ({"pyproject.toml": f"{POETRY}package-mode = false\n{BUILD}"}, False),
        ({"pyproject.toml": f"{POETRY}package-mode = true\n{BUILD}"}, True),
        ({"pyproject.toml": "[tool.black]\nline-length = 1\n"}, False),
        ({"pyproject.toml": "broken ["}, False),
        ({"setup.py": "setup(name='x', install_requires=['y'])"}, True),
        ({"setup.py": "setup(name='x', packages=['x'])"}, False),
        ({"sub/setup.py": "setup(install_requires=['y'])"}, False),
        ({"train.py": ""}, False),
    ],
)
def test_a_package_for_others_is_told_from_work_to_be_repeated(
    files: dict[str, str], is_library: bool, tmp_path: Path
) -> None:
    assert environment(tmp_path, files).is_library is is_library


@pytest.mark.parametrize("given", [True, False])
def test_the_settings_decide_whether_it_is_a_library(given: bool, tmp_path: Path) -> None:
    assert (
        environment(tmp_path, {"pyproject.toml": PROJECT + BUILD}, library=given).is_library
        is given
    )


@pytest.mark.parametrize(
    ("text", "has_image"),
    [
        (f"FROM python:3.10@sha256:{'a' * 64}\n", True),
        ("FROM python:3.10\n", False),
        (f"# FROM python@sha256:{'a' * 64}\nFROM python\n", False),
    ],
)
def test_an_image_named_by_its_digest_is_seen(text: str, has_image: bool, tmp_path: Path) -> None:
    assert environment(tmp_path, {"Dockerfile": text}).has_image is has_image
