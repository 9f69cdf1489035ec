"""Locks that the real tools make of tiny wheels, held against plain decoders of their formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from locking import run_tool, wheel_house

from repro_check.sources.dependencies.locks.pip_compile import compiled
from repro_check.sources.dependencies.locks.reading import read_lock
from repro_check.sources.dependencies.model import Locked, LockFacts
from repro_check.sources.requirement_item import normal_name
from repro_check.sources.requirements import read_requirements

tomllib = pytest.importorskip("tomllib")

PYPROJECT = """\
[project]
name = "study"
version = "1"
requires-python = ">=3.9"
dependencies = ["alpha>=1,<3", "zeta.tools"]
[project.optional-dependencies]
fast = ["gamma; python_version < '3.13'"]
[dependency-groups]
dev = ["epsilon"]
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder of wheels."""
    return wheel_house(tmp_path / "house")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The folder of a project."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT)
    return folder


def read(path: Path) -> LockFacts:
    """The facts of a lock on disk, whose lines must name what they are said to."""
    data = path.read_bytes()
    facts = read_lock(path.name, data)
    rows = data.decode().split("\n")
    for one in facts.packages:
        assert one.name in normal_name(rows[one.line - 1])
    return facts


def told(facts: LockFacts, what: Callable[[Locked], object]) -> dict[str, object]:
    """One thing that is told of each package."""
    return {one.name: what(one) for one in facts.packages}


def test_a_uv_lock_is_read_as_tomllib_reads_it(work: Path, house: Path) -> None:
    run_tool("uv", "lock", "--no-index", at=work, house=house)
    facts = read(work / "uv.lock")
    packages = tomllib.loads((work / "uv.lock").read_text())["package"]
    assert [(one.name, one.version) for one in facts.packages] == [
        (one["name"], one["version"]) for one in packages
    ]
    assert told(facts, lambda one: one.requires) == {
        one["name"]: tuple(each["name"] for each in one.get("dependencies", [])) for one in packages
    }
    assert told(facts, lambda one: one.conditional)["alpha"] == ("gamma",)
    assert [(one.name, one.role, one.group) for one in facts.requested] == [
        ("alpha", "runtime", ""),
        ("gamma", "extra", "fast"),
        ("zeta-tools", "runtime", ""),
        ("epsilon", "group", "dev"),
    ]


def test_the_pylock_that_uv_exports_is_read(work: Path, house: Path) -> None:
    run_tool("uv", "lock", "--no-index", at=work, house=house)
    run_tool("uv", "export", "--no-index", "-q", "-o", "pylock.toml", at=work, house=house)
    facts = read(work / "pylock.toml")
    packages = tomllib.loads((work / "pylock.toml").read_text())["packages"]
    assert [(one.name, one.version) for one in facts.packages if one.origin == "index"] == [
        (one["name"], one["version"]) for one in packages if "version" in one
    ]
    markers = {one["name"]: one.get("marker", "") for one in packages}
    assert told(facts, lambda one: one.marker) == markers


def test_a_poetry_lock_is_read_as_tomllib_reads_it(work: Path, house: Path) -> None:
    (work / "pyproject.toml").write_text(f"""\
[tool.poetry]
package-mode = false
[tool.poetry.dependencies]
python = ">=3.9"
beta = {{path = "{house}/beta-1.5-py3-none-any.whl"}}
gamma = {{path = "{house}/gamma-0.3-py3-none-any.whl", optional = true, markers = "sys_platform == 'win32'"}}
[tool.poetry.extras]
fast = ["gamma"]
[tool.poetry.group.dev.dependencies]
delta = {{path = "{house}/delta-4.0-py3-none-any.whl"}}
""")  # fmt: skip
    run_tool("poetry", "lock", "-n", at=work, house=house)
    facts = read(work / "poetry.lock")
    document = tomllib.loads((work / "poetry.lock").read_text())
    assert told(facts, lambda one: (one.version, one.marker, list(one.groups), one.hashes)) == {
        one["name"]: (one["version"], one.get("markers", ""), one["groups"], len(one["files"]))
        for one in document["package"]
    }
    assert {one.origin for one in facts.packages} == {"path"}
    assert facts.content_hash == document["metadata"]["content-hash"]


def test_a_pipfile_lock_is_read_as_json_reads_it(work: Path, house: Path) -> None:
    (work / "Pipfile").write_text(f"""\
[[source]]
url = "file://{house}"
verify_ssl = true
name = "pypi"
[packages]
alpha = ">=1"
[dev-packages]
gamma = {{version="*", markers="sys_platform == 'linux'"}}
""")
    run_tool("pipenv", "lock", at=work, house=house)
    facts = read(work / "Pipfile.lock")
    document = json.loads((work / "Pipfile.lock").read_text())
    assert told(facts, lambda one: (one.version, one.hashes, one.marker)) == {
        name: (one["version"].removeprefix("=="), len(one["hashes"]), one.get("markers", ""))
        for section in ("default", "develop")
        for name, one in document[section].items()
    }
    assert told(facts, lambda one: one.groups) == {
        "alpha": ("main",),
        "beta": ("main",),
        "delta": ("main",),
        "gamma": ("dev-packages",),
    }


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("pip-compile", ("-q", "--generate-hashes", "--no-emit-find-links", "-o", "frozen.txt")),
        ("uv", ("pip", "compile", "-q", "--no-index", "--generate-hashes", "-o", "frozen.txt")),
    ],
)
def test_compiled_files_tell_versions_and_parents(
    work: Path, house: Path, tool: str, words: tuple[str, ...]
) -> None:
    run_tool(tool, *words, "pyproject.toml", at=work, house=house)
    facts = compiled(read_requirements((work / "frozen.txt").read_bytes()))
    assert told(facts, lambda one: one.version) == {
        "alpha": "2.0",
        "beta": "2.1",
        "delta": "4.0",
        "epsilon": "5.0.post1",
        "zeta-tools": "0.1",
    }
    assert told(facts, lambda one: one.requires) == {
        "alpha": ("beta",),
        "beta": ("delta",),
        "delta": ("epsilon",),
        "epsilon": (),
        "zeta-tools": ("delta",),
    }
    assert {one.hashes for one in facts.packages} == {1}
