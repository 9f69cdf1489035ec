"""DATA001."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Finding, Severity
from repro_check.project.configs import is_experiment_config
from repro_check.project.files import ConfigFile
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule

_RECORDS = re.compile(r"(^|/)(repro-data\.lock|dvc\.lock|\.dvc/config|[^/]+\.dvc)$")
_CHECKED_LOADERS = re.compile(
    r"^(torchvision|torchaudio|torchtext|sklearn|keras|tensorflow\.keras)\.datasets\b|"
    r"^(datasets\.load_dataset|tensorflow_datasets|torch_geometric\.datasets|medmnist|ogb)\b"
)


@rule("DATA001", severity=Severity.WARNING, on=ConfigFile, practice=6, stage=Stage.REPOSITORY)
def data_unpinned(config: ConfigFile, project: Project) -> Iterator[Finding]:
    """A config names data, and nothing records what is in them.

    Files are added, re-exported and overwritten; a year later nobody can tell whether the folder is the
    one that the results came from. Loaders of torchvision, Keras and scikit-learn compare checksums
    themselves and are not asked.

    Bad:
        # file: configs/train.yaml
        data_dir: ./data/scans  # two hospitals
        # file: train.py
        import torch

    Good:
        # file: configs/train.yaml
        data_dir: ./data/scans  # two hospitals
        data_md5: 5d41402abc4b2a76b9719d911017c592
        # file: train.py
        import torch

    Not this rule:
        # file: configs/train.yaml
        data_dir: ./data
        # file: train.py
        from torchvision.datasets import MNIST

        train = MNIST(root="./data", download=True)
    """
    from repro_check.data import undeclared

    if not is_experiment_config(config) or _is_recorded_elsewhere(project):
        return
    for declaration in undeclared(config.facts):
        entry = declaration.path_entry
        yield config.finding(
            entry.span,
            f"`{declaration.path_text}` is data without a recorded digest",
            help="Run `repro-check data lock` to write its md5 beside it; every commit is then "
            "compared with it.",
        )


def _is_recorded_elsewhere(project: Project) -> bool:
    if any(_RECORDS.search(file.path) for file in project.tree.files):
        return True
    return any(
        _CHECKED_LOADERS.match(f"{item.module}.{item.name}" if item.name else item.module)
        for file in project.python.readable()
        for item in file.facts.imports
    )
