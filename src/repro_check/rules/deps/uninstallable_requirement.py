"""DEPS004."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.files import (
    ConfigFile,
    MarkdownFile,
    PythonFile,
    RequirementsFile,
    ShellFile,
)
from repro_check.project.project import Project
from repro_check.rules.rule import rule


@rule(
    "DEPS004",
    severity=Severity.ERROR,
    on=(RequirementsFile, ConfigFile, PythonFile, MarkdownFile, ShellFile),
    practice=9,
    fixes="safe",
)
def uninstallable_requirement(
    file: RequirementsFile | ConfigFile | PythonFile | MarkdownFile | ShellFile, project: Project
) -> Iterator[Finding]:
    """A requirement that nobody else can install.

    `pip freeze` inside a conda environment writes `name @ file:///...`, a folder of the machine that
    built the package (conda/conda#11580); a version such as `+cu118` is on no public index. The `prefix:`
    of an environment, a leftover of the author's machine that conda ignores (conda/conda#10466), is
    only noted.

    Bad:
        # file: requirements.txt
        certifi @ file:///croot/certifi_1707229174982

    Bad:
        # file: requirements.txt
        torch==2.1.0+cu118

    Bad:
        # file: environment.yml
        name: lab
        dependencies:
          - python=3.11
          - pip:
              - torch==2.1.0+cu118

    Bad:
        # file: pyproject.toml
        [tool.poetry]
        name = "work"
        [tool.poetry.dependencies]
        ours = {path = "../ours"}

    Bad:
        # file: setup.py
        from setuptools import setup
        setup(name="work", install_requires=["ours @ file:///home/ada/ours"])

    Bad:
        # file: README.md
        ```
        pip install torch==2.1.0+cu118
        ```

    Good:
        # file: requirements.txt
        certifi==2024.2.2

    Not this rule:
        # file: requirements.txt
        --extra-index-url https://wheels.example.org/cu118
        torch==2.1.0+cu118
        ./wheels/ours-1.0-py3-none-any.whl
        -e .

    Not this rule:
        # file: pyproject.toml
        [project]
        name = "work"
        dependencies = ["ours", "torch==2.1.0+cu118"]
        [tool.uv.sources]
        ours = {path = "libs/ours", editable = true}
        torch = {index = "pytorch"}
        [[tool.uv.index]]
        name = "pytorch"
        url = "https://download.pytorch.org/whl/cu118"
        # file: libs/ours/setup.py
        from setuptools import setup
        setup(name="ours")
    """
    if isinstance(file, PythonFile) and file.path.rpartition("/")[2] != "setup.py":
        return
    # a hook asks about every module, and few are a setup.py
    from repro_check.rules.deps import _uninstallable

    if isinstance(file, RequirementsFile):
        yield from _uninstallable.in_requirements(file, project)
    elif isinstance(file, ConfigFile):
        yield from _uninstallable.in_config(file, project)
    elif isinstance(file, PythonFile):
        yield from _uninstallable.in_setup(file, project)
    else:
        yield from _uninstallable.in_commands(file, project)
