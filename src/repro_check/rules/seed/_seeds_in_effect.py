"""Which experiments run with which seed, where the seed comes from their configs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from repro_check.project.experiments.effective import Effective
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.origins import Origin, OriginKind
from repro_check.project.origins.composed import followed, has_key
from repro_check.project.project import Project


class InEffect(msgspec.Struct, frozen=True):
    """A value of a seed.

    Attributes:
        origin: where it is written; of a key that is missing, the experiment's own place.
        experiments: those that run with it, the documented ones first.
    """

    origin: Origin
    experiments: tuple[Experiment, ...]

    @property
    def is_missing(self) -> bool:
        """Whether no config has the key."""
        place = self.experiments[0].origin
        return (self.origin.path, self.origin.span) == (place.path, place.span)

    @property
    def shown(self) -> str:
        """The value as a YAML file has it."""
        return "null" if self.origin.value is None else str(self.origin.value)


def unset_in_effect(project: Project, origins: Iterable[Origin]) -> list[InEffect]:
    """The places where experiments leave a seed unset that other experiments set.

    None where the seed may also come from elsewhere, or where all experiments leave it unset.

    Args:
        project: the repository.
        origins: all places where the seed may come from.
    """
    every = list(origins)
    if not every or any(origin.kind is not OriginKind.CONFIG for origin in every):
        return []
    if not any(origin.is_fixed for origin in every):
        return []
    return in_effect(project, [origin for origin in every if origin.is_unset])


def in_effect(project: Project, origins: Sequence[Origin]) -> list[InEffect]:
    """The experiments that run with the values at these places of configs; none for a template.

    Where commands are documented, a config that none of them runs as it is is a template.

    Args:
        project: the repository.
        origins: the places, each with the dotted name of the key.
    """
    found: dict[Origin, list[Experiment]] = {}
    for experiment in project.experiments.every if origins else ():
        for origin in origins:
            if _has(project, experiment, origin):
                found.setdefault(origin, []).append(experiment)
    documented = {
        (one.loader.path, one.loader.span)
        for one in project.experiments.every
        if origins and one.is_documented
    }
    made = []
    for origin, experiments in found.items():
        started = [
            one
            for one in experiments
            if one.is_documented or (one.loader.path, one.loader.span) not in documented
        ]
        if started:
            made.append(InEffect(origin, tuple(started)))
    return made


def _has(project: Project, experiment: Experiment, origin: Origin) -> bool:
    each = project.experiments.effective(experiment).each
    return any(_has_run(effective, experiment, origin) for effective in each)


def _has_run(effective: Effective, experiment: Experiment, origin: Origin) -> bool:
    value = effective.get(origin.note)
    if value is None:
        place = experiment.origin
        keys = tuple(origin.note.split("."))
        is_here = (place.path, place.span) == (origin.path, origin.span)
        return is_here and effective.is_whole and not has_key(effective, keys)
    end = followed(effective, value)
    return end is not None and (end.origin.path, end.origin.span) == (origin.path, origin.span)
