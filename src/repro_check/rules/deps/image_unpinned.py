"""DEPS006."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.environment.environment import is_recorded
from repro_check.project.environment.installs import InstallCommand
from repro_check.project.project import Project
from repro_check.rules.deps._images import UsedImage, used_images
from repro_check.rules.rule import Stage, rule

_MOVING = frozenset(
    {"latest", "nightly", "edge", "main", "master", "dev", "devel", "stable", "current", "lts"}
)
# what only installs others, or is no part of the run
_TOOLS = frozenset(
    "pip setuptools wheel uv poetry poetry-core pdm pipenv pixi hatch rye conda mamba conda-libmamba-solver "
    "conda-lock pip-tools virtualenv python build ninja cmake cython packaging awscli ipython jupyter "
    "jupyterlab notebook ipykernel pytest tox nox black ruff flake8 mypy pre-commit nvitop gdown".split()
)


@rule(
    "DEPS006",
    severity=Severity.WARNING,
    on=Project,
    practice=9,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def image_unpinned(project: Project) -> Iterator[Finding]:
    """A container is built from whatever is newest.

    An image without a tag is `latest`, which its owner moves with each release, and so the same
    Dockerfile makes another container next year
    (https://docs.docker.com/build/building/best-practices/#pin-base-image-versions). Other tags move too,
    if less often: only a digest names one content, which is noted. A `pip install` or `conda install`
    without versions in `RUN` or `%post` takes the newest release on the day of the build. Read are
    Dockerfiles, Apptainer definitions, Compose files and dev containers.

    Bad:
        # file: Dockerfile
        FROM pytorch/pytorch
        COPY . /work

    Bad:
        # file: lab.def
        Bootstrap: docker
        From: python:latest

    Bad:
        # file: Dockerfile
        FROM python:3.11.9-slim@sha256:{random hex 64}
        RUN pip install --no-cache-dir torch "numpy>=1.20"

    Good:
        # file: Dockerfile
        FROM pytorch/pytorch:2.9.0-cuda12.8-cudnn9-runtime@sha256:{random hex 64}
        RUN pip install --no-cache-dir numpy==2.1.3

    Good:
        # file: Dockerfile
        ARG BASE=python:3.11.9@sha256:{random hex 64}
        FROM ${BASE} AS build
        RUN pip install --upgrade pip && pip install -r requirements.txt
        FROM build
        FROM scratch
        COPY --from=build /work /work

    Not this rule:
        # file: Dockerfile
        ARG BASE
        FROM $BASE
        COPY . /work
        # file: compose.yaml
        services:
          train:
            build: .
            image: lab/train
          plot:
            image: lab/train
    """
    seen: set[tuple[str, str]] = set()
    for image in used_images(project):
        key = (image.location.path, image.written)
        if not image.name.digest and key not in seen:
            seen.add(key)
            yield _of_image(image)
    for command in project.installs.commands:
        if command.is_product and command.told.where == "container":
            yield from _of_command(command, project)


def _of_image(image: UsedImage) -> Finding:
    name = image.name
    shown = f"{name.repository}:{name.tag}" if name.tag else name.repository
    ask = f"`docker buildx imagetools inspect {shown}` tells the digest."
    if not name.tag:
        message = f"the image `{shown}` names no tag, so each build takes whatever is newest"
    elif name.tag in _MOVING or name.tag.endswith("-latest"):
        message = (
            f"the image `{shown}` moves with each release, so each build takes whatever is newest"
        )
    else:
        return Finding(
            message=f"the image `{shown}` is named by a tag, which its owner may move",
            location=image.location,
            help=f"Write `{shown}@sha256:<digest>`; {ask}",
            severity=Severity.INFO,
        )
    return Finding(
        message=message[:1].upper() + message[1:],
        location=image.location,
        help=f"Write `{name.repository}:<version>@sha256:<digest>`; {ask}",
    )


def _of_command(command: InstallCommand, project: Project) -> Iterator[Finding]:
    install = command.install
    if any(file.use == "constraints" for file in install.files):
        return
    open_ones = [
        one
        for one in install.declared
        if one.origin in {"index", "conda"}
        and one.name
        and one.name not in _TOOLS
        and not is_recorded(one)
        and not _is_decided(one.name, project)
    ]
    if not open_ones:
        return
    names = ", ".join(f"`{one.text}`" for one in open_ones[:3])
    more = f" and {len(open_ones) - 3} more" if len(open_ones) > 3 else ""
    verb = "names" if len(open_ones) == 1 else "name"
    yield Finding(
        message=f"{names}{more} {verb} no exact version, so each build installs whatever is newest",
        location=command.location(open_ones[0].span),
        help="Write `name==version`, or install from a lock file: "
        "`pip install --require-hashes -r requirements.txt`.",
    )


def _is_decided(name: str, project: Project) -> bool:
    """Whether a file of the repository decides the version."""
    environment = project.environment
    is_pinned = any(is_recorded(one) for _, one in environment.declared(name))
    return is_pinned or bool(environment.locked(name))
