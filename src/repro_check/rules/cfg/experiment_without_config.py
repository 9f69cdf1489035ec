"""CFG013."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.findings import Finding, Location, Severity, Span
from repro_check.project.experiments.loading.loader_kinds import FORMATS, LoaderKind
from repro_check.project.experiments.programs.hydra_programs import PLACEHOLDER
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule
from repro_check.text import counted

if TYPE_CHECKING:
    from repro_check.project.commands import ProjectCommand

_HELP = frozenset({"-h", "--help", "--version"})
# these are a config themselves: the defaults of code, with a type
_IN_CODE = frozenset({LoaderKind.DATACLASS, LoaderKind.ML_COLLECTIONS, LoaderKind.SACRED})


@rule(
    "CFG013",
    severity=Severity.WARNING,
    on=Project,
    practice=1,
    stage=Stage.REPOSITORY,
    is_default=False,
)
def experiment_without_config(project: Project) -> Iterator[Finding]:
    """A documented training command names no config, and none is loaded by default.

    The experiment then consists of the options of one line in a README and of the defaults that the
    code has today; both change without anybody noticing. A config for each experiment keeps what was
    run, and can be cited, compared and saved beside the results.

    Commands in shell scripts and Makefiles are left alone: such a file is a record of its own. So are
    commands with placeholders, and programs whose config is a dataclass.

    Bad:
        # file: train.py
        import argparse

        import torch

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=0.1)
            args = parser.parse_args()
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: README.md
        # Training

        ```bash
        python train.py --lr 0.05
        ```

    Good:
        # file: train.py
        import argparse

        import torch
        import yaml

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--config")
            args = parser.parse_args()
            with open(args.config) as stream:
                cfg = yaml.safe_load(stream)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=cfg["lr"])
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: configs/small.yaml
        lr: 0.05
        # file: README.md
        # Training

        ```bash
        python train.py --config configs/small.yaml
        ```

    Not this rule:
        # file: train.py
        import torch
        import yaml

        def main():
            with open("configs/train.yaml") as stream:
                cfg = yaml.safe_load(stream)
            model = torch.nn.Linear(4, 2)
            optimizer = torch.optim.SGD(model.parameters(), lr=cfg["lr"])
            for x in torch.randn(10, 8, 4):
                model(x).sum().backward()
                optimizer.step()

        if __name__ == "__main__":
            main()
        # file: configs/train.yaml
        lr: 0.05
        # file: README.md
        # Training

        ```bash
        python train.py
        ```
    """
    found: dict[str, list[ProjectCommand]] = {}
    for command in project.commands:
        if command.path in project.markdown.paths and _is_bare(command):
            found.setdefault(command.script, []).append(command)
    trains: dict[str, bool] = {
        entry.path: project.random_use(entry).trains is not None
        for entry in project.entries
        if entry.path in found
    }
    for script, commands in found.items():
        if not trains.get(script) or _has_config(project, script):
            continue
        first = commands[0]
        more = len({command.arguments for command in commands}) - 1
        others = f", nor do {counted(more, 'more command')}" if more else ""
        yield Finding(
            message=f"`{_line(first)}` names no config{others}, and `{script}` loads none by default",
            location=Location(path=first.path, span=Span(first.line, 1, first.line, 1)),
            help="Write the values of each experiment to a config of its own, and name it here.",
        )


def _is_bare(command: ProjectCommand) -> bool:
    """Whether a command names no file that could be a config, and can be told whole."""
    return not any(
        word in _HELP or PLACEHOLDER.search(word) or _may_name_config(word)
        for word in command.arguments
    )


def _may_name_config(word: str) -> bool:
    value = word.rpartition("=")[2].lower()
    is_file = value.endswith(
        (".yaml", ".yml", ".json", ".toml", ".gin", ".cfg", ".ini", ".py", ".txt")
    )
    return is_file or "config" in word.lower() or "cfg" in word.lower()


def _has_config(project: Project, script: str) -> bool:
    """Whether the program may load a config without being told of one."""
    for loader in project.experiments.loaders_from(script):
        if loader.is_hydra or loader.kind in _IN_CODE or loader.files:
            return True
        if FORMATS.get(loader.kind) and not loader.options:
            return True
    return False


def _line(command: ProjectCommand) -> str:
    text = " ".join((command.script, *command.arguments))
    return text if len(text) <= 90 else f"{text[:87]}..."
