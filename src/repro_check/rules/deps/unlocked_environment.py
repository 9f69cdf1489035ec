"""DEPS002."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Location, Severity
from repro_check.project.environment.environment import needed
from repro_check.project.project import Project
from repro_check.rules.deps._asked import asked
from repro_check.rules.rule import Stage, rule
from repro_check.sources.dependencies.model import Declared
from repro_check.text import pattern

# conda writes the channel before the name
_NAME = pattern(r"^\s*(?:\S+::)?([\w.-]*\w)")


@rule("DEPS002", severity=Severity.WARNING, on=Project, practice=9, stage=Stage.REPOSITORY)
def unlocked_environment(project: Project) -> Iterator[Finding]:
    """The versions that the results came from are not recorded.

    Next year the same requirement file installs other versions, and the numbers move or the code
    stops. A lock file of any tool is enough, and so is any file that pins the same requirements.
    Packages that others install should leave their own requirements open and are not asked, except for
    the requirements of their experiments. A repository whose documents run a training script, and that
    no index has, is work to be repeated even if a setup.py makes its modules a package. An image that a
    Dockerfile names by its digest helps half way, so that is only noted.

    Bad:
        # file: requirements.txt
        torch
        numpy>=1.20
        # file: train.py
        if __name__ == "__main__":
            print("training")

    Bad:
        # file: setup.py
        from setuptools import setup
        setup(name="our-method", install_requires=["torch", "numpy"])
        # file: train.py
        if __name__ == "__main__":
            print("training")
        # file: README.md
        Run `pip install -e .`, and then
        ```
        python train.py
        ```

    Good:
        # file: requirements.txt
        torch==2.9.0
        numpy==2.1.3
        # file: train.py
        if __name__ == "__main__":
            print("training")

    Not this rule:
        # file: requirements.txt
        torch
        # file: requirements-lock.txt
        torch==2.9.0
        numpy==2.1.3
        # file: train.py
        if __name__ == "__main__":
            print("training")

    Not this rule:
        # file: pyproject.toml
        [build-system]
        requires = ["hatchling"]
        [project]
        name = "a-library"
        version = "1"
        dependencies = ["numpy>=1.20"]
        # file: requirements.txt
        numpy>=1.20

    Not this rule:
        # file: setup.py
        from setuptools import setup
        setup(name="our-method", install_requires=["torch", "numpy"])
        # file: train.py
        if __name__ == "__main__":
            print("training")
        # file: README.md
        Use it in your own work by `pip install our-method`, or train it again:
        ```
        python train.py
        ```
    """
    environment = project.environment
    if not (project.entries or project.notebooks):
        return
    for file in asked(project):
        open_ones = environment.open_dependencies(file)
        if not open_ones:
            continue
        names = ", ".join(f"`{_written(one)}`" for one in open_ones[:3])
        more = f" and {len(open_ones) - 3} more" if len(open_ones) > 3 else ""
        yield Finding(
            message=f"{len(open_ones)} of {len(needed(file))} requirements name no exact version "
            f"({names}{more}), and no lock file records what was installed",
            location=Location(path=file.path, span=open_ones[0].span),
            help="Run `repro-check deps freeze` in the environment that gave your results, and commit "
            "what it writes.",
            severity=Severity.INFO if environment.has_image else None,
        )


def _written(one: Declared) -> str:
    """Its name as the file has it."""
    found = _NAME.search(one.text)
    return found[1] if found else one.name
