"""CFG003."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Confidence, Finding, Safety, Severity
from repro_check.project.configs import is_experiment_config, is_tool_config
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import ReadsAs
from repro_check.project.files import ConfigFile
from repro_check.project.project import Project
from repro_check.rules.cfg._number_conversions import Conversions
from repro_check.rules.cfg._yaml_scalars import Odd, Surprise, odd_scalars
from repro_check.rules.rule import Stage, rule
from repro_check.sources.kinds import Role

_YAML_1_1 = frozenset({ReadsAs.PYYAML, ReadsAs.OMEGACONF})


@rule(
    "CFG003",
    severity=Severity.WARNING,
    on=Project,
    practice=1,
    stage=Stage.REPOSITORY,
    fixes="safe",
)
def yaml_number_is_string(project: Project) -> Iterator[Finding]:
    """A value in a YAML config is not read as it looks.

    PyYAML follows YAML 1.1, where a number with an exponent needs a point and a sign: `1e-4` is the
    text "1e-4" (https://github.com/yaml/pyyaml/issues/173). The optimiser then fails, or a comparison or a
    file name silently takes the text. In the same way `010` is 8, `1:30` is 90 (in sixtieths), and `no`
    in a list of country codes is False.

    Who reads the file decides. OmegaConf and Hydra, LightningCLI and yacs make a number of `1e-4`, YAML
    1.2 readers like ruamel.yaml do, and code that writes `float(cfg["lr"])` is safe, too.

    Bad:
        # file: train.py
        import torch
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            model = torch.nn.Linear(4, 2)
            return torch.optim.SGD(model.parameters(), lr=cfg["optimizer"]["lr"])

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        optimizer:
          lr: 1e-4

    Bad:
        # file: train.py
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            print(cfg["subject"], cfg["limit"], cfg["languages"])

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        subject: 010
        limit: 1:30:00
        languages: [de, en, no]

    Good:
        # file: train.py
        import torch
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            model = torch.nn.Linear(4, 2)
            return torch.optim.SGD(model.parameters(), lr=cfg["optimizer"]["lr"])

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        optimizer:
          lr: 1.0e-4

    Not this rule:
        # file: train.py
        import hydra
        import torch

        @hydra.main(config_path="configs", config_name="train", version_base="1.3")
        def main(cfg):
            model = torch.nn.Linear(4, 2)
            return torch.optim.SGD(model.parameters(), lr=cfg.optimizer.lr)

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        optimizer:
          lr: 1e-4

    Not this rule:
        # file: train.py
        import torch
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            model = torch.nn.Linear(4, 2)
            return torch.optim.SGD(model.parameters(), lr=float(cfg["optimizer"]["lr"]))

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        optimizer:
          lr: 1e-4
          nesterov: off
    """
    conversions: Conversions | None = None
    for config in project.configs.readable(Role.PRODUCT):
        if config.facts.format != "yaml" or is_tool_config(config.path):
            continue
        for odd in odd_scalars(config.facts):
            loaders = _readers(project, config)
            if not loaders:
                break
            conversions = conversions or Conversions(project)
            if odd.surprise is not Surprise.TEXT:
                yield _surprise(project, config, odd, loaders[0])
            elif all(conversions.reads_texts(loader) for loader in loaders):
                yield from _text(project, config, odd, loaders, conversions)


def _readers(project: Project, config: ConfigFile) -> tuple[Loader, ...]:
    """Who reads a config, if all that do read YAML 1.1."""
    readers = project.experiments.loaders.of(config.path)
    found = readers.sure
    if not found and is_experiment_config(config) and len(readers.possible) == 1:
        found = readers.possible
    return found if all(loader.reads_as in _YAML_1_1 for loader in found) else ()


def _text(
    project: Project,
    config: ConfigFile,
    odd: Odd,
    loaders: tuple[Loader, ...],
    conversions: Conversions,
) -> Iterator[Finding]:
    keys = odd.entry.keys
    read = next((r for loader in loaders if (r := conversions.read(keys, loader))), None)
    is_sure = loaders == project.experiments.loaders.of(config.path).sure
    if read is None and not (is_sure and any(conversions.may_be_used(keys, x) for x in loaders)):
        return
    if conversions.may_convert(keys, read):
        return
    others = [project.python[loaders[0].path].related(loaders[0].span, "it is loaded here")]
    if read is not None:
        others.append(project.python[read.path].related(read.span, "and the text is used here"))
    yield config.finding(
        odd.entry.span,
        f"`{odd.name}: {odd.entry.text}` is the text {odd.read_as} and no number, since PyYAML reads it",
        help=f"Write `{odd.better}`: YAML 1.1 asks for the point and the sign.",
        confidence=Confidence.HIGH if is_sure and read is not None else Confidence.MEDIUM,
        related=others,
        fix=config.replace(
            odd.entry.span,
            odd.better,
            title="Write the number as YAML 1.1 does",
            safety=Safety.SAFE,
        ),
    )


def _surprise(project: Project, config: ConfigFile, odd: Odd, loader: Loader) -> Finding:
    why = {
        Surprise.OCTAL: "a leading zero makes it octal",
        Surprise.SEXAGESIMAL: "colons make it a number of sixtieths",
        Surprise.TRUTH: "the word is a truth value of YAML 1.1",
    }[odd.surprise]
    return config.finding(
        odd.entry.span,
        f"`{odd.name}: {odd.entry.text}` is read as {odd.read_as}: {why}",
        help=f"Write `{odd.better}` if you mean the text, or the number itself.",
        related=[project.python[loader.path].related(loader.span, "it is loaded here")],
        fix=config.replace(
            odd.entry.span, odd.better, title="Quote the value", safety=Safety.UNSAFE
        ),
    )
