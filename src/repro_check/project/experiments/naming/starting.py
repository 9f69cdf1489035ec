"""How a person starts an experiment: the command to paste into a shell."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from repro_check.project.experiments.experiment import Experiment
from repro_check.project.experiments.loading.loader import Loader
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.programs.hydra_programs import PLACEHOLDER
from repro_check.sources.expressions import Literal

if TYPE_CHECKING:
    from repro_check.project.commands import ProjectCommand
    from repro_check.project.project import Project


def start_command(project: Project, experiment: Experiment) -> str:
    """The command that runs an experiment from the top of the repository.

    A documented one is given its words as they are documented, in the folder for which they are:
    `cd sub && python train.py --config conf/a.yaml`. For others they follow from how the program
    names its config, and from how the documented commands of the program start it.
    """
    command = _documented(project, experiment)
    if command is not None:
        own = [item.text for item in experiment.overrides if not item.origin.path]
        return _line(command.folder, [*command.start, *command.arguments, *own])
    folder, start = _usual(project, experiment) or ("", ("python", experiment.entry))
    return _line(folder, [*start, *_words(project, experiment, folder)])


def _line(folder: str, words: Iterable[str]) -> str:
    command = " ".join(map(_quoted, words))
    return f"cd {shlex.quote(folder)} && {command}" if folder else command


def _documented(project: Project, experiment: Experiment) -> ProjectCommand | None:
    if experiment.is_documented:
        for command in project.commands:
            place = (command.path, command.line, command.script)
            if place == (experiment.origin.path, experiment.origin.span.line, experiment.entry):
                return command
    return None


def _usual(project: Project, experiment: Experiment) -> tuple[str, tuple[str, ...]] | None:
    """The folder and the first words by which all documented commands start a program."""
    found = {
        (command.folder, command.start)
        for command in project.commands
        if command.script == experiment.entry
    }
    if len(found) != 1:
        return None
    ((folder, start),) = found
    is_inside = all(not folder or path.startswith(f"{folder}/") for path in experiment.files)
    return (folder, start) if is_inside and not PLACEHOLDER.search(" ".join(start)) else None


def _words(project: Project, experiment: Experiment, folder: str) -> Iterator[str]:
    loader = experiment.loader
    if loader.is_hydra and experiment.config and experiment.config != loader.name:
        yield from ("-cn", experiment.config)
    if not loader.is_hydra:
        yield from _files(project, experiment, folder)
    if experiment.is_sweep:
        yield "--multirun"
    yield from (item.text for item in experiment.overrides)


def _files(project: Project, experiment: Experiment, folder: str) -> Iterator[str]:
    loader = experiment.loader
    if loader.kind is LoaderKind.LIGHTNING:
        yield "fit"
    if loader.kind is LoaderKind.ARGPARSE or (not loader.options and experiment.files):
        return
    flag = _flag(project, loader, experiment.entry)
    for path in experiment.files:
        if path not in loader.files:
            named = posixpath.relpath(path, folder) if folder else path
            yield from (flag, named) if flag else (named,)


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
