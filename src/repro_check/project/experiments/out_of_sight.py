"""Files that are not in the repository because each user makes them: ignored by git, from a template."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.experiments.effective import Problem
from repro_check.project.experiments.experiment import Experiment

if TYPE_CHECKING:
    from repro_check.project.project import Project

_MADE_OF = r"(example|sample|template|tmpl|local|dist|public|skeleton|skel)"
_ELSEWHERE = "any/other/place"
_ABSENT = frozenset({"config-missing", "option-missing"})


def is_users_own(project: Project, path: str) -> bool:
    """Whether a file that is not in the repository is one that each user makes.

    Args:
        project: the repository.
        path: of the file, relative to the root.
    """
    return _has_template(project, path) or is_ignored(project, path)


def is_ignored(project: Project, path: str) -> bool:
    """Whether the .gitignore files of the repository mean a path, or a folder above it.

    A pattern that takes any folder of a name (`wandb/`, `data/`) is meant for results or data: that it
    takes a group of configs, too, is a mistake.
    """
    from repro_check.sources.ignored import IgnoreFiles

    ignored = IgnoreFiles()
    for file in project.tree.files:
        folder, name = posixpath.split(file.path)
        if name == ".gitignore":
            ignored.add(folder, project.text_at(file.path) or "")
    *parts, name = path.split("/")
    if ignored.ignores(f"{_ELSEWHERE}/{name}"):
        return True
    if any(ignored.ignores(f"{_ELSEWHERE}/{folder}/") for folder in parts):
        return False
    above = ("/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1))
    return ignored.ignores(path) or any(ignored.ignores(folder) for folder in above)


def with_ignored(
    project: Project, experiment: Experiment, problems: tuple[Problem, ...]
) -> tuple[Problem, ...]:
    """The problems; of a config that lies on this disk and that git ignores, that is said."""
    return tuple(_with_ignored(project, experiment, problem) for problem in problems)


def _with_ignored(project: Project, experiment: Experiment, problem: Problem) -> Problem:
    folder = experiment.loader.folder
    if problem.kind not in _ABSENT or not problem.config or folder is None:
        return problem
    path = posixpath.normpath(posixpath.join(folder, problem.config))
    path = path if path.endswith((".yaml", ".yml")) else f"{path}.yaml"
    is_here = not path.startswith("..") and (project.tree.root / path).is_file()
    if not is_here or not _git_ignores(project, path):
        return problem
    message = f"{problem.message}; git ignores `{path}`, so it is not read"
    return msgspec.structs.replace(problem, message=message)


def _git_ignores(project: Project, path: str) -> bool:
    if not project.tree.is_git:
        return is_ignored(project, path)
    from repro_check.sources.git_process import run

    return bool(run(project.tree.root, "check-ignore", "--", path, ok=(0, 1)))


def _has_template(project: Project, path: str) -> bool:
    """Whether a file beside it is called like a template for it: `main_local.yaml`, `main.yaml.dist`."""
    folder, name = posixpath.split(path)
    stem = re.escape(name.rpartition(".")[0])
    form = re.compile(
        rf"({_MADE_OF}[-_.])?{stem}([-_.]{_MADE_OF})?(\.ya?ml)?([-_.]{_MADE_OF})?", re.IGNORECASE
    )
    beside = (file.path for file in project.tree.files if posixpath.dirname(file.path) == folder)
    return any(form.fullmatch(posixpath.basename(each)) for each in beside)
