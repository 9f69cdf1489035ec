"""DEPS013."""

from __future__ import annotations

import os
from collections.abc import Iterator

from repro_check.errors import ReproCheckError
from repro_check.findings import Edit, Finding, Fix, Location, Safety, Severity
from repro_check.project.project import Project
from repro_check.rules.deps._containers import container_files, names_image
from repro_check.rules.rule import Stage, rule


@rule(
    "DEPS013",
    severity=Severity.WARNING,
    on=Project,
    practice=9,
    stage=Stage.RELEASE,
    fixes="unsafe",
)
def container_missing(project: Project) -> Iterator[Finding]:
    """Nothing describes the machine that the work ran on.

    A lock freezes Python's packages, and neither Python itself nor the system libraries below: in a few
    years the interpreter that the lock needs comes with no distribution any more, and its wheels ask
    for other libraries. A container file says all of it in a page. Any kind is enough: a Dockerfile, an
    Apptainer or Singularity definition, a dev container, a folder for Binder, a Nix flake, a Guix
    manifest, or the name of a published image in the README. Asked before a release only, and not of
    packages that others install.

    Bad:
        # file: train.py
        if __name__ == "__main__":
            print("training")
        # file: requirements.txt
        numpy==2.1.3

    Good:
        # file: train.py
        if __name__ == "__main__":
            print("training")
        # file: Dockerfile
        FROM python:3.11.11-slim-bookworm
        RUN pip install numpy==2.1.3
        COPY . .

    Not this rule:
        # file: train.py
        if __name__ == "__main__":
            print("training")
        # file: .devcontainer/devcontainer.json
        {"image": "mcr.microsoft.com/devcontainers/python:1-3.11-bookworm"}

    Not this rule:
        # file: train.py
        if __name__ == "__main__":
            print("training")
        # file: README.md
        ```bash
        docker pull registry.example.org/lab/experiment:1.0
        ```
    """
    if project.environment.is_library or not (project.entries or project.notebooks):
        return
    if next(container_files(project), None) is not None or names_image(project):
        return
    lock, fix = _lock_and_fix(project)
    path = lock or next((manifest.path for manifest in project.environment.manifests), "")
    way = "`repro-check deps freeze --container docker` writes one from the lock"
    first = "" if lock else "Freeze the environment with `repro-check deps freeze`; then "
    yield Finding(
        message="neither a Dockerfile nor an Apptainer definition tells which Python and which system "
        "the work runs on, so that it ends with the machines that have them",
        location=Location(path=path),
        help=f"{first}{way} (`--container apptainer` for a cluster).",
        fix=fix,
    )


def _lock_and_fix(project: Project) -> tuple[str, Fix | None]:
    """The lock that a container is made from, and the files to make; the first is "" without one."""
    from repro_check.deps.container import Form, plan_container
    from repro_check.deps.container.choosing import main_lock, source_of

    lock = main_lock(project)
    if lock is None:
        return "", None
    source = source_of(project, lock)
    try:
        plan = plan_container(
            source,
            Form.DOCKER,
            present=lambda path: "" if os.path.lexists(project.root / path) else None,
        )
    except ReproCheckError:
        return lock.path, None
    edits = tuple(Edit(Location(path=file.path), file.text) for file in plan.files)
    return lock.path, Fix(Safety.UNSAFE, f"Write a Dockerfile from {lock.path}", edits)
