"""DATA001."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.findings import Finding, Severity
from repro_check.project.configs import is_experiment_config
from repro_check.project.files import ConfigFile, PythonFile
from repro_check.project.project import Project
from repro_check.rules.data._committed import is_committed
from repro_check.rules.data._config_places import ConfigPlaces
from repro_check.rules.rule import Stage, rule
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.data import DataDeclaration

_RECORDS = pattern(r"(^|/)(dvc\.lock|\.dvc/config|\.datalad/config|[^/]+\.dvc)$")
_CHECKED_LOADERS = pattern(
    r"(torchvision|torchaudio|torchtext|sklearn|keras|tensorflow\.keras)\.datasets\b|"
    r"(datasets\.load_dataset|tensorflow_datasets|torch_geometric\.datasets|medmnist|ogb)\b"
)
_READ_ANY_FOLDER = pattern(r"\.(ImageFolder|DatasetFolder|VisionDataset|FakeData|load_files)$")


@rule("DATA001", severity=Severity.WARNING, on=Project, practice=6, stage=Stage.REPOSITORY)
def data_unpinned(project: Project) -> Iterator[Finding]:
    """A config names data, and nothing records what is in them.

    Files are added, re-exported and overwritten; a year later nobody can tell whether the folder is
    the one that the results came from. Loaders of torchvision, Keras and scikit-learn compare
    checksums themselves and are not asked; DVC, git-lfs, git-annex and `repro-data.lock` record them, as
    does a digest in any other config; so does git for data that are committed whole. Data that
    several configs name are found once. What stands beside or below a `Snakefile` is an output of
    that workflow.

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

    Not this rule:
        # file: workflow/config.yaml
        data_dir: /data/cmip6
        # file: workflow/Snakefile
        rule all:
            input: config["data_dir"]
    """
    from repro_check.data.declaring.declared import undeclared_data
    from repro_check.data.declaring.undeclared import covers

    places = ConfigPlaces(project)
    configs = [
        config
        for config in project.configs.readable()
        if is_experiment_config(config) and not places.is_of_workflow(config.path)
    ]
    if not configs or _is_recorded_elsewhere(project):
        return
    named: dict[tuple[str, str], list[tuple[ConfigFile, DataDeclaration]]] = {}
    for config in configs:
        for declaration in undeclared_data(config, project):
            path = posixpath.normpath(declaration.path_text or "")
            key = (places.base(config.path, path), path)
            named.setdefault(key, []).append((config, declaration))
    locked = _locked_paths(project) if named else frozenset()
    if locked is None:
        return
    declared = _declared_paths(project, places) if named else frozenset()
    for (base, path), namings in named.items():
        config, declaration = namings[0]
        below_base = posixpath.normpath(posixpath.join(base, path))
        if covers(declared | locked, below_base) or covers(locked, path):
            continue
        if _is_in_lfs(project, below_base) or is_committed(project, below_base):
            continue
        yield config.finding(
            declaration.path_entry.span,
            f"`{declaration.path_text}` is data without a recorded digest",
            help="Run `repro-check data lock` to write its md5 beside it; every commit is then "
            "compared with it.",
            related=[
                other.related(again.path_entry.span, "named here too")
                for other, again in namings[1:]
            ],
        )


def _is_recorded_elsewhere(project: Project) -> bool:
    if any(_RECORDS.search(file.path) for file in project.tree.files):
        return True
    return any(_uses_checked_loader(file) for file in project.python.readable())


def _locked_paths(project: Project) -> frozenset[str] | None:
    """The paths that `repro-data.lock` records; None if there is one that cannot be read."""
    from repro_check.data.declaring.undeclared import plain
    from repro_check.runtime.lockfile import FILE_NAME, LockError, parse_lock

    if FILE_NAME not in project.tree:
        return frozenset()
    text = project.text_at(FILE_NAME)
    try:
        return None if text is None else frozenset(plain(one.path) for one in parse_lock(text))
    except LockError:
        return None


def _declared_paths(project: Project, places: ConfigPlaces) -> frozenset[str]:
    """The paths that any config declares with a digest, or with the place for one."""
    from repro_check.data.declaring.declared import declared_data
    from repro_check.data.declaring.undeclared import plain

    return frozenset(
        plain(posixpath.join(places.base(config.path, path), path))
        for config in project.configs.readable()
        if config.is_product
        for declaration in declared_data(config, project)
        if (path := declaration.path_text)
    )


def _uses_checked_loader(file: PythonFile) -> bool:
    """Whether a module loads data with a function that compares checksums by itself."""
    imports = (f"{item.module}.{item.name}".rstrip(".") for item in file.facts.imports)
    called = [call.target for call in file.facts.calls if _CHECKED_LOADERS.match(call.target)]
    # `from torchvision import datasets` says nothing yet: ImageFolder reads whatever lies there
    names = called or [name for name in imports if _CHECKED_LOADERS.match(name)]
    return any(not _READ_ANY_FOLDER.search(name) for name in names)


def _is_in_lfs(project: Project, path: str) -> bool:
    """Whether git-lfs (or git-annex) holds what lies at a path, and so its sha256."""
    from repro_check.sources.ignored import patterns

    lines = (project.text_at(".gitattributes") or "").splitlines()
    held = [line.split()[0] for line in lines if "filter=lfs" in line or "annex.backend" in line]
    files = [file.path for file in (project.tree.get(path), *project.tree.below(path)) if file]
    return bool(held and files) and all(map(patterns(held).match_file, files))
