"""The experiments of a repository for a person, grouped by the program that runs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec

from repro_check.project.experiments.experiment import Experiment
from repro_check.render.ansi import BOLD
from repro_check.render.commented import DIM, Line, commented
from repro_check.render.config_shown import place
from repro_check.render.style import Style

_LONGEST_NAME = 60


class Started(msgspec.Struct, frozen=True):
    """An experiment, and the command that starts it."""

    experiment: Experiment
    command: str


def grouped(experiments: Iterable[Started]) -> list[list[Started]]:
    """Those of one program and one loader together, in the order of the first of each."""
    groups: dict[tuple[object, ...], list[Started]] = {}
    for started in experiments:
        one = started.experiment
        key = (one.entry, one.kind, one.loader.path, one.loader.span)
        groups.setdefault(key, []).append(started)
    return list(groups.values())


def list_text(experiments: Sequence[Started], style: Style) -> str:
    """The document, without its last newline."""
    return commented(_lines(experiments), style)


def _lines(experiments: Sequence[Started]) -> Iterator[Line]:
    for number, group in enumerate(grouped(experiments)):
        first = group[0].experiment
        if number:
            yield Line("")
        yield Line(f"{first.entry} ({first.kind.value}, {place_of_loader(first)})", color=BOLD)
        for command, same in groupby(group, key=lambda started: started.command):
            listed = list(same)
            names = dict.fromkeys(_short(started.experiment.name) for started in listed)
            places = ", ".join(
                place(one.experiment.origin)
                for one in listed
                if one.experiment.name != one.experiment.origin.path
            )
            if any(one.experiment.is_documented and not one.experiment.is_whole for one in listed):
                places += ", with words to be filled in"
            yield Line(f"  {', '.join(names)}", places)
            yield Line(f"    {command}", color=DIM)


def place_of_loader(experiment: Experiment) -> str:
    """Where the config is loaded."""
    return f"{experiment.loader.path}:{experiment.loader.span.line}"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."
