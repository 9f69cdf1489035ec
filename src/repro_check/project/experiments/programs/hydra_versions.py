"""Which Hydra composes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_check.project.experiments.loading.loader import Loader
    from repro_check.project.project import Project


def is_old(project: Project, loader: Loader) -> bool:
    """Whether Hydra before 1.1 composes, whose packages and order of defaults were others.

    `strict` and a file as the `config_path` are of Hydra 0.11
    (https://hydra.cc/docs/1.0/upgrades/0.11_to_1.0/config_path_changes/).
    """
    file = project.python[loader.path]
    call = file.facts.calls[loader.call]
    written = file.constants.text(call.argument(0, "config_path"), call.block) or ""
    if call.keyword("strict") is not None or written.endswith((".yaml", ".yml")):
        return True
    return project.versions.may_be_below("hydra-core", "1.1", near=loader.path)
