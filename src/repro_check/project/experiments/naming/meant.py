"""What a word may mean of an experiment, and which of several is meant first."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Sequence

from repro_check.project.experiments.experiment import Experiment
from repro_check.text import pattern

_GROUPS = frozenset({"experiment", "experiments", "exp"})
_SUFFIX = pattern(r"\.(ya?ml|json|toml|py)$")


def place_of(experiment: Experiment) -> str:
    """Where an experiment is documented or defined: `README.md:12`."""
    return f"{experiment.origin.path}:{experiment.origin.span.line}"


def paths_of(word: str, here: str) -> tuple[str, ...]:
    """What a path as typed may be from the root: relative to here, or to the root."""
    return tuple(
        dict.fromkeys(posixpath.normpath(posixpath.join(base, word)) for base in (here, ""))
    )


def defaults(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Those that are told nothing; all, where none is."""
    bare = [
        each
        for each in experiments
        if not each.overrides and not each.files and each.config == each.loader.name
    ]
    return bare or list(experiments)


def is_program(entry: str, word: str, paths: Collection[str]) -> bool:
    """Whether a word is a script's path, its name, or its name without the suffix."""
    name = posixpath.basename(entry)
    return entry in paths or word in {name, name.removesuffix(".py")}


def is_of_file(experiment: Experiment, paths: Collection[str]) -> bool:
    """Whether it is what one of these config files says, or what Hydra composes for it."""
    if any(path in paths for path in experiment.files):
        return True
    if not experiment.loader.is_hydra:
        return False
    chosen = [_choice(given.text) for given in experiment.overrides] or [experiment.config or ""]
    folder = experiment.loader.folder or ""
    files = {stem(posixpath.normpath(posixpath.join(folder, name))) for name in chosen if name}
    return any(path.endswith((".yaml", ".yml")) and stem(path) in files for path in paths)


def is_option(experiment: Experiment, word: str) -> bool:
    """`deep` of `experiment=deep`, `b/deep` of `+exp=a/b/deep`, `a` of `configs/a.yaml`."""
    if experiment.loader.is_hydra:
        texts = [given.text.partition("=")[2] for given in experiment.overrides]
        texts = texts if len(texts) == 1 else []
    else:
        texts = list(experiment.files)
    wanted = stem(word)
    bare = [stem(text) for text in texts]
    return any(text == wanted or text.endswith(f"/{wanted}") for text in bare)


def best(experiments: Sequence[Experiment]) -> Experiment:
    """The one that tells most: whole, of few words, documented, of a training program."""
    return min(
        experiments,
        key=lambda each: (
            not each.is_whole,
            len(each.overrides),
            "train" not in posixpath.basename(each.entry),
            not each.is_documented,
        ),
    )


def _choice(override: str) -> str:
    """The config that an override chooses of an experiment group: `experiment/deep`; else ""."""
    group, _, option = override.lstrip("+").partition("=")
    return f"{group}/{option}" if group in _GROUPS else ""


def stem(path: str) -> str:
    """A path without the suffix of a config."""
    return _SUFFIX.sub("", path)
