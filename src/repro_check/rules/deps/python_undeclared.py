"""DEPS007."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from repro_check.findings import Edit, Finding, Fix, Location, Safety, Severity
from repro_check.project.environment.containers import containers
from repro_check.project.project import Project
from repro_check.rules.deps._notebook_pythons import notebook_python
from repro_check.rules.rule import Stage, rule
from repro_check.sources.containers.images import image_name
from repro_check.sources.discovery import SourceFile
from repro_check.sources.kinds import Kind, Role
from repro_check.text import pattern

_TOLD = pattern(
    r"(?:python|cpython|pypy)[23]?[\s*_`(\[\-:/=]{0,4}(?:versions?)?[\s*_`:(]{0,4}(?:[><=~≥^]{1,2}|is|from)?\s{0,2}v?"
    r"(?:[23]\.\d|3\s?[.x]\d?)|::\s*3\.\d|\bpy3\d{1,2}\b|python_requires",
    re.IGNORECASE,
)
_TELLING = pattern(
    r"(?:readme|install|getting[-_ ]?started|setup|requirements|environment)[\w.-]*", re.IGNORECASE
)
_SUFFIXES = (
    ".md",
    ".rst",
    ".txt",
    ".py",
    ".cfg",
    ".toml",
    ".sh",
    ".slurm",
    ".sbatch",
    ".yml",
    ".yaml",
    "readme",
    "install",
)
_FILE = ".python-version"


@rule(
    "DEPS007",
    severity=Severity.WARNING,
    on=Project,
    practice=9,
    stage=Stage.REPOSITORY,
    is_default=False,
    fixes="safe",
)
def python_undeclared(project: Project) -> Iterator[Finding]:
    """Nothing says which version of Python the work runs with.

    Pinned dependencies have wheels for some versions of Python only, and the language itself changes:
    whoever tries a version at random meets build errors first. `requires-python`, a `.python-version`, a
    conda `python=`, the tag of an image, what the tests run on, a lock file or a word in the README is
    enough. Where all notebooks were saved by the same Python, that one is written.

    Bad:
        # file: requirements.txt
        torch==2.9.0
        # file: train.py
        import torch

        if __name__ == "__main__":
            torch.manual_seed(0)

    Bad:
        # file: analysis.ipynb
        {"cells": [{"cell_type": "code", "source": "import numpy", "metadata": {}, "outputs": [],
          "execution_count": 1}],
         "metadata": {"language_info": {"name": "python", "version": "3.11.4"}},
         "nbformat": 4, "nbformat_minor": 5}

    Good:
        # file: .python-version
        3.11
        # file: requirements.txt
        torch==2.9.0
        # file: train.py
        import torch

        if __name__ == "__main__":
            torch.manual_seed(0)

    Not this rule:
        # file: requirements.txt
        torch==2.9.0
        # file: README.md
        # Lab

        Tested with Python 3.11 on Linux.
        # file: train.py
        import torch

        if __name__ == "__main__":
            torch.manual_seed(0)
    """
    files = [manifest for manifest in project.environment.files if manifest.is_runtime]
    if not (files or project.entries or project.notebooks) or not project.python.paths:
        return
    if project.pythons or _has_image(project) or _is_told(project):
        return
    version = notebook_python(project)
    fix = None
    if version and _FILE not in project.tree:
        edit = Edit(Location(path=_FILE), f"{version}\n")
        fix = Fix(Safety.SAFE, f"Write `{_FILE}`", (edit,))
    known = f" (the notebooks were saved by Python {version})" if version else ""
    yield Finding(
        message=f"Nothing says which version of Python the work runs with{known}",
        location=Location(
            path=min(files, key=lambda one: one.path.count("/")).path if files else ""
        ),
        help=f"Write the version that gave the results into `{_FILE}`, or `requires-python` into "
        "pyproject.toml; `python --version` tells it.",
        fix=fix,
    )


def _has_image(project: Project) -> bool:
    """Whether a container begins with an image that is named by a version, which brings its Python."""
    return any(
        name.digest or name.tag not in {"", "latest"}
        for _, facts in containers(project)
        for image in facts.images
        for name in [image_name(image.name)]
    )


def _is_told(project: Project) -> bool:
    """Whether a text on installing, or the metadata of a package, names a version in any words."""
    telling = (file for file in project.tree.files if _is_telling(file))
    return any(_TOLD.search(project.text(file) or "") for file in telling)


def _is_telling(file: SourceFile) -> bool:
    # the image of tests is one that the work was seen to run in
    if file.kind is Kind.DOCKERFILE:
        return file.role is not Role.VENDORED
    name = posixpath.basename(file.path).lower()
    if file.role not in {Role.PRODUCT, Role.DOCS} or not name.endswith(_SUFFIXES):
        return False
    is_script = name.endswith((".sh", ".slurm", ".sbatch"))
    return is_script or name in {"pyproject.toml", "tox.ini"} or bool(_TELLING.match(name))
