"""How a person starts an experiment: the command to paste into a shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.sources.expressions import Literal

if TYPE_CHECKING:
    from repro_check.project.project import Project


def start_command(project: Project, experiment: Experiment) -> str:
    """The command that runs an experiment from the top of the repository.

    A documented one is given its words as they are documented. For others they follow from how the
    program names its config.
    """
    words = [experiment.entry, *_words(project, experiment)]
    return " ".join(["python", *map(_quoted, words)])


def _words(project: Project, experiment: Experiment) -> Iterator[str]:
    given = [item.text for item in experiment.overrides]
    if experiment.is_documented:
        for command in project.commands:
            place = (command.path, command.line, command.script)
            if place == (experiment.origin.path, experiment.origin.span.line, experiment.entry):
                own = [item.text for item in experiment.overrides if not item.origin.path]
                yield from (*command.arguments, *own)
                return
    loader = experiment.loader
    if loader.is_hydra and experiment.config and experiment.config != loader.name:
        yield from ("-cn", experiment.config)
    if not loader.is_hydra:
        yield from _files(project, experiment)
    if experiment.is_sweep:
        yield "--multirun"
    yield from given


def _files(project: Project, experiment: Experiment) -> Iterator[str]:
    loader = experiment.loader
    if loader.kind is LoaderKind.LIGHTNING:
        yield "fit"
    if loader.kind is LoaderKind.ARGPARSE or (not loader.options and experiment.files):
        return
    flag = _flag(project, loader, experiment.entry)
    for path in experiment.files:
        if path not in loader.files:
            yield from (flag, path) if flag else (path,)


def _flag(project: Project, loader: Loader, entry: str) -> str:
    """The flag that names the config of a loader; "" where it is positional."""
    names = set(loader.options)
    for path in dict.fromkeys((loader.path, entry)):
        file = project.python.get(path)
        for call in file.facts.calls if file is not None else ():
            texts = [item.value for item in call.args if isinstance(item, Literal)]
            flags = [text for text in texts if isinstance(text, str)]
            if not call.name.endswith("add_argument") or not flags:
                continue
            long = next((flag for flag in flags if flag.startswith("--")), flags[0])
            if _dest(long) in names:
                return long if long.startswith("-") else ""
    # an option of a library, as documented commands write it
    for command in project.commands:
        if command.script == entry:
            for word in command.arguments:
                if word.startswith("--") and _dest(word.partition("=")[0]) in names:
                    return word.partition("=")[0]
    return f"--{loader.options[0].replace('_', '-')}" if loader.options else ""


def _dest(flag: str) -> str:
    return flag.lstrip("-").replace("-", "_")


def _quoted(word: str) -> str:
    """A word for the shell; variables stay variables."""
    if "$" not in word:
        return shlex.quote(word)
    return f'"{word}"' if any(sign in word for sign in " '(&;|<>*") else word
