"""Where the configs of a repository stand: in a project of their own, beside a workflow, or neither."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from repro_check.project.configs import config_base
from repro_check.project.project import Project


class ConfigPlaces:
    """What the folders of one repository say about the configs in them.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._tree = project.tree
        self._with_code = {folder for path in project.python.paths for folder in _folders_of(path)}
        self._workflows = {
            posixpath.dirname(file.path)
            for file in project.tree.files
            if file.path.endswith(("Snakefile", ".smk"))
        }

    def base(self, config: str, path: str) -> str:
        """The folder that a path in a config is relative to; "" for the root.

        What stands before `configs/` is a project, and so is a folder with code or with what the
        path names. A config that lies among results (`data/model/pretrained/config.yaml`) is read
        from the root.

        Args:
            config: the path of the config.
            path: what it names.
        """
        base = config_base(config)
        if base in self._with_code or base != posixpath.dirname(config):
            return base
        below = posixpath.normpath(posixpath.join(base, path))
        return base if below in self._tree or any(self._tree.below(below)) else ""

    def is_of_workflow(self, config: str) -> bool:
        """Whether a workflow of Snakemake stands beside or above it, which writes what it names."""
        return not self._workflows.isdisjoint(_folders_of(config))


def _folders_of(path: str) -> Iterator[str]:
    """The folder of a file and those around it, "" for the root."""
    while path:
        path = posixpath.dirname(path)
        yield path
