"""DEPS002."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Location, Severity
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule


@rule("DEPS002", severity=Severity.WARNING, on=Project, practice=9, stage=Stage.REPOSITORY)
def unlocked_environment(project: Project) -> Iterator[Finding]:
    """The versions that the results came from are not recorded.

    Next year the same requirement file installs other versions, and the numbers move or the code
    stops. A lock file of any tool is enough, and so is any file that pins the same requirements.
    Packages that others install should leave their own requirements open and are not asked; an image
    that a Dockerfile names by its digest helps half way, so that is only noted.

    Bad:
        # file: requirements.txt
        torch
        numpy>=1.20
        # file: train.py
        if __name__ == "__main__":
            print("training")

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
    """
    environment = project.environment
    if environment.is_library or not (project.entries or project.notebooks):
        return
    for file in environment.files:
        open_ones = environment.open_dependencies(file) if file.is_runtime else ()
        if not open_ones:
            continue
        names = ", ".join(f"`{one.text}`" for one in open_ones[:3])
        more = f" and {len(open_ones) - 3} more" if len(open_ones) > 3 else ""
        yield Finding(
            message=f"{len(open_ones)} of {len(file.dependencies)} requirements name no exact version "
            f"({names}{more}), and no lock file records what was installed",
            location=Location(path=file.path, span=open_ones[0].span),
            help="Freeze the environment that gave your results: `pip-compile` or `uv lock`, and "
            "commit what it writes.",
            severity=Severity.INFO if environment.has_image else None,
        )
