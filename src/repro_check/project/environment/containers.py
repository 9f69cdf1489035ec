"""The container files of a repository, read when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.sources.kinds import Kind, Role
from repro_check.sources.unreadable import Unreadable

if TYPE_CHECKING:
    from repro_check.project.project import Project
    from repro_check.sources.containers.model import ContainerFacts


def container_facts(project: Project, path: str) -> ContainerFacts | None:
    """What a Dockerfile or an Apptainer definition says; None if it cannot be read or is neither."""
    from repro_check.sources.containers.apptainer import read_apptainer
    from repro_check.sources.containers.dockerfile import read_dockerfile

    file = project.tree.get(path)
    if file is None or file.kind not in {Kind.DOCKERFILE, Kind.APPTAINER}:
        return None
    text = project.text(file)
    if text is None:
        return None
    read = read_dockerfile if file.kind is Kind.DOCKERFILE else read_apptainer
    try:
        return read(text.encode())
    except Unreadable:
        return None


def containers(project: Project) -> Iterator[tuple[str, ContainerFacts]]:
    """The container files of the work itself that name an image, by path."""
    for file in project.tree.files:
        if file.kind in {Kind.DOCKERFILE, Kind.APPTAINER} and file.role is Role.PRODUCT:
            facts = container_facts(project, file.path)
            if facts is not None and facts.images:
                yield file.path, facts
