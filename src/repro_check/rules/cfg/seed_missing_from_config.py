"""CFG008."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Confidence, Finding, Fix, Related, Safety, Severity, Span
from repro_check.project.configs import declares_seed_option
from repro_check.project.files import ConfigFile
from repro_check.project.frameworks import Duty
from repro_check.project.project import Project
from repro_check.rules.cfg._training_configs import TrainingConfigs, unseeded_configs
from repro_check.rules.rule import Stage, rule
from repro_check.text import counted

_ON_TOP = frozenset({"defaults", "_base_", "_BASE_", "__base__", "base"})


@rule(
    "CFG008",
    severity=Severity.WARNING,
    on=Project,
    practice=4,
    stage=Stage.REPOSITORY,
    fixes="unsafe",
)
def seed_missing_from_config(project: Project) -> Iterator[Finding]:
    """A training run is described by configs, and none of them declares its seed.

    The config then does not say which run it describes. A seed that is an option of the command line, a
    field of a dataclass or a key of any config on the way is enough.

    Bad:
        # file: train.py
        import torch
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            torch.manual_seed(0)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        lr: 0.1  # learning rate

    Good:
        # file: train.py
        import torch
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            torch.manual_seed(cfg["seed"])
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        lr: 0.1  # learning rate
        seed: 0  # report the mean over several

    Not this rule:
        # file: train.py
        import argparse

        import torch
        import yaml

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--seed", type=int, default=0)
            args = parser.parse_args()
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            torch.manual_seed(args.seed)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        lr: 0.1  # learning rate
    """
    said: set[str] = set()
    for entry in project.entries:
        use = project.random_use(entry)
        if use.trains is None or not use.draws:
            continue
        every = {one.config.path: one for one in unseeded_configs(project, entry)}
        if every.keys() <= said:
            continue
        nodes = project.calls.reachable(*entry.nodes)
        if declares_seed_option(project, nodes) or project.frameworks.takes_over(Duty.SEED, entry):
            continue
        yield from (_finding(project, one) for path, one in every.items() if path not in said)
        said.update(every)


def _finding(project: Project, found: TrainingConfigs) -> Finding:
    loader, config = found.loader, found.config
    more = f" and {counted(found.count - 1, 'more config')}" if found.count > 1 else ""
    return config.finding(
        Span(1, 1, 1, 1),
        f"`{found.entry.path}` trains from this config{more}, and neither a config that it composes "
        "nor the command line declares a seed",
        help="Add `seed: 0` and pass it to your seeding function; report the mean over several.",
        confidence=Confidence.MEDIUM,
        related=[
            Related(
                project.python[loader.path].location(
                    Span(loader.span.line, 1, loader.span.line, 1)
                ),
                "the config is loaded here",
            )
        ],
        fix=_fix(config),
    )


def _fix(config: ConfigFile) -> Fix | None:
    """Declare it above the first setting: Hydra's defaults and the bases of a config stay on top."""
    if config.facts.format != "yaml":
        return None
    keys = [entry for entry in config.facts.entries if len(entry.keys) == 1 and entry.key_span]
    own = [entry for entry in keys if entry.keys[0] not in _ON_TOP] or keys
    first = own[0].key_span if own else None
    if first is None or first.column != 1:
        return None
    return config.replace(
        Span(first.line, 1, first.line, 1),
        "seed: 0  # of every generator; report the mean over several\n",
        title="Declare a seed",
        safety=Safety.UNSAFE,
    )
