"""Which manifests have to say exactly what the work was run with."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from repro_check.project.environment import Environment, Manifest
from repro_check.project.project import Project
from repro_check.text import pattern

_EXPERIMENTS = pattern(
    r"(^|[-_./])(experiments?|papers?|reproduc\w*|replicat\w*)([-_./]|$)", re.IGNORECASE
)

# a file for a part of the work alone
_IN_FOLDER = pattern(
    r"^(?!(requirements|reqs|envs?|environments?|conda|docker)/).*/", re.IGNORECASE
)


def asked(project: Project) -> Iterator[Manifest]:
    """The manifests of the work itself; of a library those of its experiments alone.

    A package in a folder of its own, and files of requirements beside it or read by it, are not asked:
    they leave their versions to whoever installs them.
    """
    environment = project.environment
    is_work = not environment.is_library or environment.is_work
    has_said = project.settings.library is False
    packages = [one for one in environment.files if is_library_of(one, environment)]
    of_packages = {path for one in packages for path in one.includes}
    folders = {posixpath.dirname(one.path) for one in packages} - {""}
    found: list[Manifest] = []
    later: list[Manifest] = []
    for one in environment.files:
        is_of_package = one.path in of_packages or posixpath.dirname(one.path) in folders
        if not one.is_runtime or (is_of_package and not has_said):
            continue
        if is_work and (not one.is_package or has_said):
            found.append(one)
        elif is_work and not is_library_of(one, environment):
            later.append(one)
        elif not is_work and not one.is_package and _EXPERIMENTS.search(one.path):
            found.append(one)
    yield from found
    # a setup.py beside a requirement file says what its modules need, and the other what was installed
    for one in later:
        if all(_IN_FOLDER.search(other.path) for other in found):
            yield one


def is_library_of(manifest: Manifest, environment: Environment) -> bool:
    """Whether a manifest is that of a package which others install, inside of this repository."""
    return manifest.is_package and not (environment.is_work and "/" not in manifest.path)
