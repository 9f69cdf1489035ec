"""CFG004."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from repro_check.findings import Finding, Related, Severity, Span
from repro_check.project.project import Project
from repro_check.rules.cfg._config_seeds import ConfigReads, ConfigSeed, config_seeds
from repro_check.rules.cfg._declared_seeds import (
    DeclaredSeed,
    seed_fields,
    seed_options,
    seed_settings,
    uses_reading_library,
)
from repro_check.rules.cfg._handed_options import HandedOptions
from repro_check.rules.cfg._program_files import ProgramFiles
from repro_check.rules.cfg._seed_mentions import SeedMentions
from repro_check.rules.experiment_names import all_named, related
from repro_check.rules.rule import Stage, rule
from repro_check.sources.kinds import Role
from repro_check.text import counted, pattern

_HELP = (
    "Seed every generator with it first thing, or take it away: a seed that is declared and not used "
    "promises what the program does not do."
)

_DRAWING = pattern(
    r"(torch|tensorflow|keras|jax|flax|diffusers|transformers|lightning|pytorch_lightning|sklearn|gym|"
    r"gymnasium|stable_baselines3|accelerate|numpy\.random|random)(\.|$)"
)


@rule("CFG004", severity=Severity.ERROR, on=Project, practice=4, stage=Stage.REPOSITORY)
def seed_never_used(project: Project) -> Iterator[Finding]:
    """A seed is declared in a config or on the command line, and nothing ever reads it.

    Whoever gives the same seed twice expects the same numbers, and gets others; whoever averages over
    five seeds averages over five runs that differ for another reason.

    Bad:
        # file: train.py
        import argparse

        import torch

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=0.1)
            parser.add_argument("--seed", type=int, default=0)
            args = parser.parse_args()
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()

    Bad:
        # file: train.py
        import torch
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                config = yaml.safe_load(stream)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=config["lr"])
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        lr: 0.1
        seed: 42

    Good:
        # file: train.py
        import argparse

        import torch

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=0.1)
            parser.add_argument("--seed", type=int, default=0)
            args = parser.parse_args()
            torch.manual_seed(args.seed)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()

    Not this rule:
        # file: train.py
        import argparse

        from framework import Trainer  # what it reads of the options cannot be seen

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--seed", type=int, default=0)
            args = parser.parse_args()
            Trainer(args).fit()

        if __name__ == "__main__":
            main()

    Not this rule:
        # file: train.py
        import argparse

        import torch

        def run(seed, lr):
            torch.manual_seed(seed)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=lr)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=0.1)
            parser.add_argument("--seed", type=int, default=0)
            run(**vars(parser.parse_args()))
    """
    mentions, programs, handed = (
        SeedMentions(project),
        ProgramFiles(project),
        HandedOptions(project),
    )
    for file in project.python.readable(Role.PRODUCT):
        for seed in (*seed_options(file), *seed_fields(file)):
            around, above = programs.around(file.path), programs.above(file.path)
            apart = {seed.path: [seed.span]}
            if mentions.is_read(seed.name, above, apart):
                continue
            is_kept = handed.is_kept(above, seed.name)
            if not is_kept and mentions.is_dynamic(around):
                around = frozenset(project.python.paths)
            is_unread = is_kept or (_is_unread(mentions, seed, around) and handed.is_seen(around))
            if is_unread and _draws(project, around):
                yield _finding(project, [seed], "no line of the program reads it")
    by_name: dict[str, list[DeclaredSeed]] = {}
    for seed in seed_settings(project):
        by_name.setdefault(seed.name, []).append(seed)
    if by_name and not uses_reading_library(project):
        every = frozenset(project.python.paths)
        for seeds in by_name.values():
            if _is_unread(mentions, seeds[0], every, seeds) and _draws(project, every):
                yield _finding(project, seeds, "no line of the repository reads it")
    yield from _of_configs(project, mentions)


def _of_configs(project: Project, mentions: SeedMentions) -> Iterator[Finding]:
    """The seeds of config files that no program reads that gets them: one for each way to load them."""
    reads = ConfigReads(project)
    entries = {entry.path: entry for entry in project.entries}
    groups: dict[tuple[object, ...], list[ConfigSeed]] = {}
    for seed in config_seeds(project):
        started = [entries[e.entry] for e in seed.experiments if e.entry in entries]
        if (
            any(project.random_use(entry).draws for entry in started)
            and not reads.may_read(seed)
            and not mentions.is_interpolated(str(seed.keys[-1]))
        ):
            loader = seed.experiments[0].loader
            groups.setdefault((seed.name, loader.path, loader.span), []).append(seed)
    for seeds in groups.values():
        first, *others = seeds
        config = project.configs[first.origin.path]
        loader = first.experiments[0].loader
        more = f" (and in {counted(len(others), 'other place')})" if others else ""
        yield config.finding(
            first.origin.span,
            f"`{first.name}` is declared here{more}, but nothing reads it in "
            f"{all_named(first.experiments)}, so it seeds nothing",
            help=_HELP,
            related=[
                Related(
                    project.python[loader.path].location(loader.span), "the config is read here"
                ),
                *(related(seed.origin, f"`{seed.name}`, too") for seed in others[:5]),
            ],
        )


def _is_unread(
    mentions: SeedMentions,
    seed: DeclaredSeed,
    paths: frozenset[str],
    declared: Iterable[DeclaredSeed] = (),
) -> bool:
    apart: dict[str, list[Span]] = {}
    for each in (seed, *declared):
        apart.setdefault(each.path, []).append(each.span)
    return not (
        mentions.is_read(seed.name, [*sorted(paths), *mentions.vendored], apart)
        or mentions.is_taken(seed.name, paths)
    )


def _draws(project: Project, paths: frozenset[str]) -> bool:
    """Whether a program in these files draws random numbers, or works with what draws them."""
    started = [entry for entry in project.entries if entry.path in paths]
    return any(bool(project.random_use(entry).draws) for entry in started) or (
        bool(started)
        and any(
            _DRAWING.match(item.module)
            for path in paths
            for item in project.python[path].facts.imports
        )
    )


def _finding(project: Project, seeds: list[DeclaredSeed], why: str) -> Finding:
    first, *others = sorted(seeds, key=lambda seed: (seed.path, seed.span.line))
    more = f" (and in {counted(len(others), 'other place')})" if others else ""
    return project.python[first.path].finding(
        first.span,
        f"`{first.shown}` is declared here{more}, but {why}, so it seeds nothing",
        help=_HELP,
        related=[
            Related(project.python[seed.path].location(seed.span), f"`{seed.shown}`, too")
            for seed in others[:5]
        ],
    )
