"""What the commands on configs share: the opened repository, and the experiments in this folder."""

from __future__ import annotations

import click
import msgspec

from repro_check.cli import opening
from repro_check.engine import Session
from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.naming.choosing import Choosing

output_format = click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print what was found.",
)


class Asked(msgspec.Struct, frozen=True):
    """An opened repository.

    Attributes:
        session: the repository.
        experiments: those of this folder; of a folder that has none, all.
        here: this folder, from the root.
    """

    session: Session
    experiments: tuple[Experiment, ...]
    here: str

    @property
    def choosing(self) -> Choosing:
        """Finds experiments by their names."""
        return Choosing(self.session.project, self.experiments)


def asked() -> Asked:
    """Open the repository of this folder and find its experiments."""
    opened = opening.open_place(())
    session = opening.open_session(opened, opened.loaded.settings)
    every = session.project.experiments.every
    session.store.save()
    here = opened.paths[0] if opened.paths else ""
    own = tuple(each for each in every if each.entry.startswith(f"{here}/")) if here else every
    return Asked(session, own or every, here)
