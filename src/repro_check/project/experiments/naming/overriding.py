"""An experiment with more words on its command line."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from repro_check.errors import UsageError
from repro_check.findings import Span
from repro_check.project.experiments.effective import Origin
from repro_check.project.experiments.experiment import Experiment, Given
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.programs.hydra_programs import read_words

COMMAND_LINE = Origin("", Span(0, 0, 0, 0))
"""The origin of what is given now and stands in no file; it differs from that of an unseen place."""


def overridden(experiment: Experiment, words: Sequence[str]) -> Experiment:
    """The experiment as its program would run it with these words behind its own.

    Args:
        experiment: the experiment.
        words: as on the command line of the program: `optimizer=sgd`, `--cfg-options a.b=1`.

    Raises:
        UsageError: Hydra would take a word for no override.
    """
    if not words:
        return experiment
    given = list(words)
    config, is_sweep = experiment.config, experiment.is_sweep
    if experiment.loader.is_hydra:
        said = read_words(given)
        wrong = next((word for word in given if not read_words([word]).is_run), None)
        if not said.is_run or said.path is not None:
            raise UsageError(
                f"`{wrong or ' '.join(given)}` is no override of Hydra",
                fix="Write `key=value`, `group=option`, `+new.key=value` or `~key`; options of "
                "repro-check stand before `--`.",
            )
        given, config, is_sweep = said.overrides, said.name or config, is_sweep or said.is_sweep
    elif experiment.kind is LoaderKind.MMENGINE and not given[0].startswith("-"):
        given = ["--cfg-options", *given]
    return msgspec.structs.replace(
        experiment,
        name=" ".join([experiment.name, *words]),
        config=config,
        overrides=(*experiment.overrides, *(Given(word, COMMAND_LINE) for word in given)),
        is_sweep=is_sweep,
    )
