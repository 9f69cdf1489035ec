"""The one place to ask which data a file of the repository declares.

Who wants to compare data with their record asks `declared_data`; who wants data that have no
record asks `undeclared_data`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from repro_check.data.declaring.declarations import DataDeclaration, declarations, may_declare
from repro_check.data.declaring.interpolation import Reading, resolve
from repro_check.data.declaring.settings_data import settings_data, settings_table
from repro_check.data.declaring.undeclared import undeclared
from repro_check.project.configs import is_experiment_config, is_tool_config

if TYPE_CHECKING:
    from repro_check.project.files import ConfigFile
    from repro_check.project.project import Project


def declared_data(config: ConfigFile, project: Project) -> tuple[DataDeclaration, ...]:
    """The data that a file declares, recorded or yet to be recorded, in document order.

    Records of DVC, the settings of repro-check, Croissant descriptions and plain configs declare
    data; lock files of package managers, CI and the settings of other tools do not, whatever
    digests they hold. Other files are looked at only where a value refers to them.

    Args:
        config: the file.
        project: the repository, for what the file refers to.
    """
    from repro_check.data.dvc.outs import is_dvc_file

    if is_dvc_file(config.path):
        return _of_dvc(config, project)
    table = settings_table(config.path)
    if table is not None:
        ours = settings_data(config.facts, table)
        found = declarations(config.facts) if table else ()
        return (*ours, *(one for one in found if one.path_entry.keys[: len(table)] != table))
    if is_tool_config(config.path) or not may_declare(config.facts):
        return ()
    from repro_check.data.declaring.croissant_records import croissant_files, is_croissant

    if is_croissant(config.facts):
        return croissant_files(config.facts, config.path)
    return declarations(config.facts, _reading(config, project))


def undeclared_data(
    config: ConfigFile, project: Project, *, is_named: bool = False
) -> tuple[DataDeclaration, ...]:
    """The data that a config of an experiment names by path without any record of their content.

    Args:
        config: the file.
        project: the repository, for what the file refers to.
        is_named: whether the user named it, which makes it such a config whatever it is called.
    """
    if not (is_experiment_config(config) or (is_named and not is_tool_config(config.path))):
        return ()
    return undeclared(config.facts, _reading(config, project))


def _of_dvc(config: ConfigFile, project: Project) -> tuple[DataDeclaration, ...]:
    from repro_check.data.dvc.outs import outs
    from repro_check.data.dvc.stages import pipeline_of

    pipeline = project.configs.get(pipeline_of(config.path))
    found = outs(config.facts, config.path, pipeline=pipeline.facts if pipeline else None)
    return tuple(one for one in found if not _is_input_in_git(one, project))


def _is_input_in_git(declared: DataDeclaration, project: Project) -> bool:
    """Whether it is an input that git keeps: code, which changes between two runs as it should."""
    path = declared.path_text
    if path is None or "deps" not in declared.path_entry.keys:
        return False
    return project.tree.get(path) is not None or any(True for _ in project.tree.below(path))


def _reading(config: ConfigFile, project: Project) -> Reading:
    from repro_check.data.declaring.surroundings import ConfigSurroundings

    return partial(resolve, around=ConfigSurroundings(config, project))
