"""What a folder's code imports, for a repository that declares nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_check.project.project import Project


def imported_distributions(project: Project, folder: str) -> tuple[str, ...]:
    """The distributions that the code of a folder imports, sorted; optional ones are left out.

    Args:
        project: the repository.
        folder: relative to its root; "" for all of it.
    """
    from repro_check.project.environment.distributions import Distributions
    from repro_check.project.environment.third_party import Need

    prefix = f"{folder}/" if folder else ""
    return tuple(
        needed.name
        for needed in Distributions(project).needed()
        if any(use.need is not Need.OPTIONAL and use.path.startswith(prefix) for use in needed.uses)
    )
