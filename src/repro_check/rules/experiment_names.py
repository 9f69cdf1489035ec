"""How messages name an experiment: the way a person would start it."""

from __future__ import annotations

from collections.abc import Sequence

from repro_check.findings import Location, Related
from repro_check.project.experiments.effective import Origin
from repro_check.project.experiments.experiment import Experiment
from repro_check.text import counted

_LONGEST = 90
_SHORTENED = "..."


def named(experiment: Experiment) -> str:
    """One experiment: "`train.py experiment=deep`", "`train.py` with `configs/a.yaml`".

    Args:
        experiment: the experiment; a long command loses its middle.
    """
    words = [experiment.entry]
    loader = experiment.loader
    if loader.is_hydra:
        if experiment.config is not None and experiment.config != loader.name:
            words += ["-cn", experiment.config]
        words += ["--multirun"] * experiment.is_sweep
        words += [given.text for given in experiment.overrides]
        return f"`{_shortened(' '.join(words))}`"
    files = [path for path in experiment.files if path != experiment.entry]
    if not files:
        return f"`{experiment.entry}`"
    return f"`{experiment.entry}` with `{_shortened(' '.join(files))}`"


def all_named(experiments: Sequence[Experiment]) -> str:
    """Several experiments by the first: "`train.py experiment=a` and 3 more experiments".

    Args:
        experiments: at least one, the one that tells most first.
    """
    more = len(experiments) - 1
    first = named(experiments[0])
    return f"{first} and {counted(more, 'more experiment')}" if more else first


def location(origin: Origin) -> Location:
    """Where something was written."""
    return Location(path=origin.path, span=origin.span)


def related(origin: Origin, message: str) -> Related:
    """The other end of a finding."""
    return Related(location(origin), message)


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    start = (_LONGEST - len(_SHORTENED)) * 2 // 3
    return text[:start] + _SHORTENED + text[len(text) - (_LONGEST - len(_SHORTENED) - start) :]
