"""CFG012."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Finding, Location, Related, Severity, Span
from repro_check.project.origins import Origin
from repro_check.project.project import Project
from repro_check.rules.cfg._null_seeds import Seeding, skipped_seedings
from repro_check.rules.experiment_names import all_named
from repro_check.rules.rule import Stage, rule
from repro_check.rules.seed._seeds_in_effect import InEffect, unset_in_effect


@rule("CFG012", severity=Severity.WARNING, on=Project, practice=4, stage=Stage.REPOSITORY)
def seed_null_in_effect(project: Project) -> Iterator[Finding]:
    """An experiment runs without a seed, although its program takes one and other experiments set it.

    The config that counts is the composed one: where a base says `seed: null`, every experiment that
    does not set it runs unseeded, without a word. Where the code asks `if cfg.seed:`, seed 0 is skipped
    as well; then `SEED004` tells of both at once, with the place in the config.

    Bad:
        # file: train.py
        import hydra
        import torch

        @hydra.main(version_base="1.3", config_path="configs", config_name="train")
        def main(cfg):
            if cfg.get("seed") is not None:
                torch.manual_seed(cfg.seed)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=cfg.lr)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        defaults:
          - _self_
          - experiment: null
        lr: 0.1
        seed: null
        # file: configs/experiment/wide.yaml
        # @package _global_
        lr: 0.2
        seed: 12345

    Good:
        # file: train.py
        import hydra
        import torch

        @hydra.main(version_base="1.3", config_path="configs", config_name="train")
        def main(cfg):
            if cfg.get("seed") is not None:
                torch.manual_seed(cfg.seed)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=cfg.lr)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        defaults:
          - _self_
          - experiment: null
        lr: 0.1
        seed: 0
        # file: configs/experiment/wide.yaml
        # @package _global_
        lr: 0.2
        seed: 12345

    Not this rule:
        # file: train.py
        import random

        import hydra
        import torch

        @hydra.main(version_base="1.3", config_path="configs", config_name="train")
        def main(cfg):
            seed = cfg.seed if cfg.seed is not None else 42  # another seed stands in
            torch.manual_seed(seed)
            model = torch.nn.Linear(4, 2)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        defaults:
          - _self_
          - experiment: null
        seed: null
        # file: configs/experiment/wide.yaml
        # @package _global_
        seed: 12345
    """
    said: set[tuple[str, Span]] = set()
    for seeding, test in skipped_seedings(project):
        for unset in unset_in_effect(project, seeding.origins(project)):
            place = (unset.origin.path, unset.origin.span)
            if place not in said and _draws(project, unset):
                said.add(place)
                yield _finding(project, seeding, test, unset)


def _draws(project: Project, unset: InEffect) -> bool:
    """Whether one of the programs draws random numbers."""
    started = {experiment.entry for experiment in unset.experiments}
    return any(
        entry.path in started and bool(project.random_use(entry).draws) for entry in project.entries
    )


def _finding(project: Project, seeding: Seeding, test: Span | None, unset: InEffect) -> Finding:
    file, origin = seeding.file, unset.origin
    says = f"no `{origin.note}` is set" if unset.is_missing else f"`{origin.note}` is {unset.shown}"
    skips = (
        file.related(test, f"`{seeding.call.name}` is skipped here")
        if test is not None
        else file.related(seeding.call.span, "without a seed this takes any")
    )
    set_elsewhere = next(o for o in seeding.origins(project) if o.is_fixed)
    return Finding(
        message=f"{says} in {all_named(unset.experiments)}, so it runs unseeded, while other "
        "experiments of the program set it",
        location=_location(origin),
        help="Give the base config a seed (`seed: 0`): an experiment that needs another one sets its own.",
        related=(skips, _set_here(set_elsewhere)),
    )


def _location(origin: Origin) -> Location:
    return Location(path=origin.path, span=origin.span)


def _set_here(origin: Origin) -> Related:
    """Where another experiment sets it."""
    return Related(_location(origin), f"`{origin.note}` is {origin.value} here")
