"""CFG008."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.findings import Confidence, Finding, Fix, Related, Safety, Severity, Span
from repro_check.project.configs import (
    config_loads,
    declares_seed_option,
    is_experiment_config,
    seed_entries,
)
from repro_check.project.files import ConfigFile
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule


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
    configs = [config for config in project.configs.readable() if is_experiment_config(config)]
    if not configs or any(any(seed_entries(config.facts)) for config in configs):
        return
    for entry in project.entries:
        use = project.random_use(entry)
        if use.trains is None or not use.draws:
            continue
        nodes = project.calls.reachable(*entry.nodes)
        loads = list(config_loads(project, nodes))
        if not loads or declares_seed_option(project, nodes):
            continue
        config = _main_config(configs, loads[0].folder)
        if config is None:
            continue
        yield config.finding(
            Span(1, 1, 1, 1),
            f"`{entry.path}` trains from this config, and neither the config nor the command line "
            "declares a seed",
            help="Add `seed: 0` and pass it to your seeding function; report the mean over several.",
            confidence=Confidence.MEDIUM,
            related=[
                Related(
                    project.python[loads[0].path].location(
                        Span(loads[0].line, 1, loads[0].line, 1)
                    ),
                    "the config is loaded here",
                )
            ],
            fix=_fix(config),
        )
        return


def _main_config(configs: Sequence[ConfigFile], folder: str | None) -> ConfigFile | None:
    """The config that a reader would open first: the top one of the folder that is loaded."""
    inside = [c for c in configs if folder and c.path.startswith(f"{folder}/")] or list(configs)
    inside.sort(
        key=lambda config: (config.path.count("/"), "config" not in config.path, config.path)
    )
    return inside[0] if inside else None


def _fix(config: ConfigFile) -> Fix | None:
    entries = [entry for entry in config.facts.entries if len(entry.keys) == 1 and entry.key_span]
    if config.facts.format != "yaml" or not entries or entries[0].key_span is None:
        return None
    first = entries[0].key_span
    if first.column != 1:
        return None
    return config.replace(
        Span(first.line, 1, first.line, 1),
        "seed: 0  # of every generator; report the mean over several\n",
        title="Declare a seed",
        safety=Safety.UNSAFE,
    )
