"""An experiment: a program of the repository with the config that it is started with."""

from __future__ import annotations

import msgspec

from repro_check.project.experiments.effective import Origin
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind


class Given(msgspec.Struct, frozen=True):
    """A word of a command that changes the config, and the command's place."""

    text: str
    origin: Origin


class Experiment(msgspec.Struct, frozen=True):
    """A program with the config that it runs with.

    Attributes:
        name: what a person would call it: `train`, `experiment=deep`, `configs/a.yaml`.
        entry: the path of the script that is run.
        kind: by what its config is loaded.
        loader: the call that loads it.
        origin: where it is documented; else the config file, or where the code names it.
        files: the config files that are read and merged in this order; of Hydra none.
        config: of Hydra, the name of the primary config.
        overrides: what the command changes, in its order.
        is_documented: whether a README, script, Makefile or CI workflow runs it.
        is_sweep: whether it stands for several runs (`--multirun`).
        is_whole: false where the command has words that cannot be told (shell variables).
        is_placed: false where it may find configs outside of the repository (`--config-dir`).
    """

    name: str
    entry: str
    kind: LoaderKind
    loader: Loader
    origin: Origin
    files: tuple[str, ...] = ()
    config: str | None = None
    overrides: tuple[Given, ...] = ()
    is_documented: bool = False
    is_sweep: bool = False
    is_whole: bool = True
    is_placed: bool = True
