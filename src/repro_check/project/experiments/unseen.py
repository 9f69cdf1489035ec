"""What of an effective config cannot be seen without running the program, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from repro_check.project.experiments.effective import Effective
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.programs.laid_over import mixes_options
from repro_check.project.experiments.programs.stored import stored_configs

if TYPE_CHECKING:
    from repro_check.project.project import Project

_BELOW = {
    LoaderKind.YACS: "the defaults that the code declares lie below these values",
    LoaderKind.LAZY: "the defaults that the code declares lie below these values",
    LoaderKind.LIGHTNING: "the defaults in the signatures of the code lie below these values",
    LoaderKind.ARGPARSE: "the parser gets options or defaults in ways that cannot be followed",
    LoaderKind.MMENGINE: "a part of the Python config is computed when it is loaded",
    LoaderKind.ML_COLLECTIONS: "a part of the Python config is computed when it is loaded",
}
_DECIDED = "a search path, a plugin of Hydra or an interpolation decides a part of it"
_MOST = 4


def unseen(
    project: Project,
    experiment: Experiment,
    effective: Effective,
    *,
    damaged: Collection[str] = (),
) -> tuple[str, ...]:
    """Why an effective config may have more keys, or others; () where it is whole.

    Args:
        project: the repository.
        experiment: the experiment.
        effective: what it runs with.
        damaged: those of its files that cannot be read.

    Returns:
        clauses that can follow "not whole: ", at least one if `effective` is not whole.
    """
    if effective.is_whole:
        return ()
    found = (*effective.open_choices, *_reasons(project, experiment))
    if effective.open_choices and found[-1] == _DECIDED:
        found = found[:-1]
    if damaged:
        found = ("what cannot be read is missing", *(each for each in found if each != _DECIDED))
    return found or ("a part of it is decided when it runs",)


def _reasons(project: Project, experiment: Experiment) -> Iterator[str]:
    if not experiment.is_whole:
        if experiment.is_documented:
            yield "its command has words that a shell or a reader fills in"
        elif experiment.loader.is_hydra:
            yield "no program lists this option, so it may be meant for another one"
        else:
            yield "no command says that a program reads this file"
    if experiment.loader.is_hydra:
        yield from _of_hydra(project, experiment)
    elif experiment.kind in _BELOW:
        yield _BELOW[experiment.kind]
    elif mixes_options(project, experiment):
        yield "the options of the program may add keys"


def _of_hydra(project: Project, experiment: Experiment) -> Iterator[str]:
    if experiment.loader.folder is None:
        yield "where its configs lie cannot be told"
    stored = stored_configs(project)
    if stored.names:
        names = sorted(stored.names)
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        listed = ", ".join(f"`{name}`" for name in names[:_MOST])
        yield f"code registers structured configs, whose keys are not shown: {listed}{more}"
    if not stored.is_complete:
        yield "code or a plugin registers configs under names that cannot be told"
    if experiment.is_whole and not stored.names and stored.is_complete:
        yield _DECIDED
