"""All data that the configs of a repository declare, verified or recorded in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from repro_check.data.declarations import DataDeclaration, declarations
from repro_check.data.index import StatIndex
from repro_check.data.lock import Locked, LockPlan, lock_edits
from repro_check.data.undeclared import undeclared
from repro_check.data.verify import Verdict, measure, verify
from repro_check.project.configs import is_experiment_config
from repro_check.project.files import ConfigFile
from repro_check.project.project import Project

Progress = Callable[[str], None]


class Checked(msgspec.Struct, frozen=True):
    """The verdict on one declaration of one config."""

    config: str
    verdict: Verdict


class Recording(msgspec.Struct, frozen=True):
    """The digests to write into one config, and the verdicts of data that have none."""

    config: ConfigFile
    plan: LockPlan
    unmeasured: tuple[Verdict, ...]


def verify_all(project: Project, *, budget: int | None, progress: Progress) -> Iterator[Checked]:
    """Verify every declaration of the product's configs, in the order of their paths.

    Args:
        project: the repository.
        budget: the most bytes to read for one declaration; None for no limit.
        progress: told what is being read.
    """
    index = _index(project)
    for config in project.configs.readable():
        if not config.is_product:
            continue
        for declaration in declarations(config.facts):
            progress(f"{config.path}: {declaration.name}")
            verdict = verify(
                declaration,
                root=project.root,
                config_path=config.path,
                index=index,
                budget=budget,
            )
            yield Checked(config.path, verdict)


def record(
    project: Project, config: ConfigFile, *, update: bool, progress: Progress
) -> Recording | None:
    """Plan the digests to write into one config; None if it declares no data.

    Data that a config of an experiment names without any digest key are recorded as well. The md5 of a
    declaration that has one already changes only with `update`.
    """
    declared: list[DataDeclaration] = list(declarations(config.facts))
    if is_experiment_config(config):
        declared.extend(undeclared(config.facts))
    text = project.text(config.file)
    if not declared or text is None:
        return None
    index = _index(project)
    locked, unmeasured = [], []
    for declaration in declared:
        progress(f"{config.path}: {declaration.name}")
        verdict = measure(
            declaration, root=project.root, config_path=config.path, index=index, budget=None
        )
        if verdict.actual:
            locked.append(Locked(declaration, verdict.actual))
        else:
            unmeasured.append(verdict)
    plan = lock_edits(text, config.facts, locked, path=config.path, update=update)
    return Recording(config, plan, tuple(unmeasured))


def _index(project: Project) -> StatIndex | None:
    return StatIndex(project.state_folder) if project.state_folder else None
