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
_SUBCOMMANDS = frozenset({"fit", "validate", "test", "predict"})


def overridden(experiment: Experiment, words: Sequence[str]) -> Experiment:
    """The experiment as its program would run it with these words behind its own.

    Args:
        experiment: the experiment.
        words: as on the command line of the program: `optimizer=sgd`, `--cfg-options a.b=1`.

    Raises:
        UsageError: Hydra, or LightningCLI, would take a word for no override.
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
    elif experiment.kind is LoaderKind.LIGHTNING and (stray := _stray(given)):
        raise UsageError(
            f"`{stray}` is no option of LightningCLI",
            fix="Write `--trainer.max_epochs 3` or `--trainer.max_epochs=3`.",
        )
    elif experiment.kind is LoaderKind.MMENGINE and not given[0].startswith("-"):
        given = ["--cfg-options", *given]
    return msgspec.structs.replace(
        experiment,
        name=" ".join([experiment.name, *words]),
        config=config,
        overrides=(*experiment.overrides, *(Given(word, COMMAND_LINE) for word in given)),
        is_sweep=is_sweep,
    )


def _stray(words: Sequence[str]) -> str:
    """The first word that is neither an option nor the value of one; "" if there is none.

    A subcommand stands before all options
    (https://lightning.ai/docs/pytorch/stable/cli/lightning_cli.html).
    """
    takes_value = False
    for at, word in enumerate(words):
        if word.startswith("--") or (word.startswith("-") and not takes_value):
            takes_value = "=" not in word
        elif not takes_value and (at or word not in _SUBCOMMANDS):
            return word
        else:
            takes_value = False
    return ""
