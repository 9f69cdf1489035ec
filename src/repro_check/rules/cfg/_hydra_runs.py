"""The runs of Hydra programs that a repository promises: documented commands, experiment options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.experiments.effective import Effective
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.rules.cfg._places import shows_a_failure

if TYPE_CHECKING:
    from repro_check.project.project import Project


class Run(msgspec.Struct, frozen=True):
    """An experiment that is meant to run as it is, and what it runs with.

    Attributes:
        experiment: a documented command, or an `experiment=` option of a program.
        effective: its config, all of which can be seen; of a sweep, that of one of its runs.
    """

    experiment: Experiment
    effective: Effective


def hydra_runs(project: Project) -> Iterator[Run]:
    """The runs whose whole config can be seen; the documented ones first.

    A program's own config is none of them, unless a command runs it as it is: it may be meant to be
    given more. An option of an experiment group is meant to be complete.
    """
    experiments = project.experiments
    for experiment in experiments.every:
        if experiment.kind is not LoaderKind.HYDRA:
            continue
        if not (experiment.is_documented or experiment.overrides):
            continue
        if experiment.is_documented and shows_a_failure(project, experiment.origin):
            continue
        for one in experiments.effective(experiment).each:
            if one.is_whole:
                yield Run(experiment, one)
