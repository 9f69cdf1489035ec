"""DEPS002."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule
from repro_check.sources.requirements import RequirementItem


@rule("DEPS002", severity=Severity.WARNING, on=Project, practice=9, stage=Stage.REPOSITORY)
def unlocked_environment(project: Project) -> Iterator[Finding]:
    """The versions that the results came from are not recorded.

    Next year the same requirement file installs other versions, and the numbers move or the code stops.
    A lock file of any tool is enough, and so is a file in which every requirement is pinned. Packages that
    others install should leave their own requirements open and are not asked.

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
    if environment.is_library or environment.locks or environment.compiled:
        return
    if not project.entries and not project.notebooks:
        return
    for path in environment.floating:
        file = project.requirements[path]
        open_items = [item for item in file.facts.items if _is_open(item)]
        if not open_items:
            continue
        names = ", ".join(f"`{item.name or item.text}`" for item in open_items[:3])
        more = f" and {len(open_items) - 3} more" if len(open_items) > 3 else ""
        total = sum(1 for item in file.facts.items if item.kind == "requirement")
        yield file.finding(
            open_items[0].span,
            f"{len(open_items)} of {total} requirements name no exact version ({names}{more}), "
            "and the repository has no lock file",
            help="Freeze the environment that gave your results: `pip-compile` or `uv lock`, and "
            "commit what it writes.",
        )


def _is_open(item: RequirementItem) -> bool:
    return item.kind == "requirement" and not item.is_pinned
