"""From words to an experiment."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from repro_check.cli.config.asking import Asked
from repro_check.errors import UsageError
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.naming.overriding import overridden


def chosen(opened: Asked, words: Sequence[str]) -> Experiment:
    """The experiment that the first word names (none: the default), overridden by the others.

    Raises:
        UsageError: there is no such experiment, or an override that cannot be one.
    """
    choosing = opened.choosing
    if not words:
        return choosing.default()
    try:
        base, overrides = choosing.named(words[0], here=opened.here), words[1:]
    except UsageError as unknown:
        if not (words[0].startswith(("-", "+", "~")) or "=" in words[0]):
            raise
        try:
            base, overrides = choosing.default(), words
        except UsageError:
            raise unknown from None
    made = overridden(base, overrides)
    if overrides and not base.loader.is_hydra:
        find = opened.session.project.experiments.effective
        if find(base).values == find(made).values:
            raise UsageError(
                f"how `{base.entry}` takes `{' '.join(overrides)}` cannot be told",
                fix=f"Its config is loaded by {base.kind.value}, whose values no word overrides "
                "unless the program's own code does it.",
            )
    return made


def chosen_by_text(opened: Asked, text: str) -> Experiment:
    """The same for one text: a name, or a name and overrides (`train optimizer=sgd`)."""
    try:
        return chosen(opened, [text])
    except UsageError:
        if " " not in text:
            raise
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"`{text}` has a quote without its other half") from error
    return chosen(opened, words)
