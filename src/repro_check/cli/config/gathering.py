"""An experiment with all that is shown of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from repro_check.cli.config.asking import Asked
from repro_check.errors import UsageError
from repro_check.project.experiments.effective import Effective, Keys, Problem, Value
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.hydra.resolved import resolved
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.naming.starting import start_command
from repro_check.project.experiments.out_of_sight import with_ignored
from repro_check.project.experiments.unseen import unseen
from repro_check.render.config_shown import Shown

_OF_HYDRA = "hydra"
_AT_ACCESS = "interpolation-missing"


def gathered(
    opened: Asked,
    experiment: Experiment,
    *,
    key: str | None = None,
    resolves: bool = False,
    may_lack_key: bool = False,
) -> Shown:
    """An experiment with its effective config.

    Args:
        opened: the repository.
        experiment: the experiment.
        key: the dotted name of the only subtree to show; `hydra` is the loader's own.
        resolves: whether interpolations are shown as what they stand for.
        may_lack_key: whether nothing under the key is nothing to show.

    Raises:
        UsageError: there is nothing under the key.
    """
    project = opened.session.project
    effective = project.experiments.effective(experiment)
    parts = tuple(key.split(".")) if key else ()
    if parts and parts[0] == _OF_HYDRA and effective.of_loader:
        effective = msgspec.structs.replace(
            effective, values=effective.of_loader, of_loader=effective.values
        )
    is_omega = experiment.loader.is_hydra or experiment.kind is LoaderKind.OMEGACONF
    full = resolved(effective) if is_omega else effective
    values = list(_below((full if resolves else effective).values.values(), parts))
    if parts and not values:
        values = list(_below(full.values.values(), parts))
    if parts and not values and not may_lack_key:
        raise _no_key(experiment, effective, ".".join(parts))
    added = full.problems[len(effective.problems) :]
    refused = [problem for problem in added if problem.kind != _AT_ACCESS]
    lost = [problem for problem in added if problem.kind == _AT_ACCESS]
    files = {*effective.files, *experiment.files}
    notes = opened.session.store.not_checked
    not_read = tuple(note for note in notes if note.path in files)
    return Shown(
        experiment=experiment,
        command=start_command(project, experiment),
        values=tuple(values),
        problems=with_ignored(project, experiment, (*effective.problems, *refused)),
        # where something is refused, interpolations fail that would not have failed
        unresolved=() if effective.problems else tuple(_unresolved(effective, lost)),
        files=effective.files,
        not_read=not_read,
        unseen=unseen(
            project, experiment, effective, damaged=tuple(note.path for note in not_read)
        ),
        open_keys=_open_keys(full),
        namesakes=opened.choosing.namesakes(experiment),
    )


def _below(values: Iterable[Value], parts: Keys) -> Iterator[Value]:
    """The values at and below these keys, whose numbers are written as text."""
    return (value for value in values if tuple(map(str, value.keys[: len(parts)])) == parts)


def _open_keys(full: Effective) -> frozenset[Keys]:
    """What only a run can tell; what no run can is a problem."""
    refused = {problem.origin for problem in full.problems}
    return frozenset(
        value.keys
        for value in full.values.values()
        if not value.is_known and (value.note or value.origin not in refused)
    )


def _unresolved(effective: Effective, lost: Iterable[Problem]) -> Iterator[Problem]:
    """Interpolations of nothing; those of values that must be given say nothing new."""
    missing = [f".{value.dotted}" for value in effective.values.values() if value.is_missing]
    for problem in lost:
        name = "." + problem.subject.lstrip(".")
        if not any(given.endswith(name) for given in missing):
            yield problem


def _no_key(experiment: Experiment, effective: Effective, key: str) -> UsageError:
    import difflib

    known = dict.fromkeys(
        ".".join(map(str, value.keys[:depth]))
        for value in effective.values.values()
        for depth in range(1, len(value.keys) + 1)
    )
    near = difflib.get_close_matches(key, known, n=1)
    if not near:
        last = key.rpartition(".")[2]
        near = [name for name in known if name.rpartition(".")[2] == last][:1]
    hint = f". Did you mean `{near[0]}`?" if near else ""
    top = ", ".join(f"`{name}`" for name in known if "." not in name)
    return UsageError(
        f"the config of `{experiment.name}` has no key `{key}`{hint}",
        fix=f"Its keys are: {top}." if top else "It has no keys.",
    )
