"""SEED019."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from repro_check.findings import Finding, Fix, Severity
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.project.timeline import Course, Step
from repro_check.rules.rule import rule
from repro_check.rules.seed._environment_settings import (
    VARIABLES,
    Setting,
    reads,
    settings_in,
    still_helps,
)
from repro_check.rules.seed._setting_first import setting_moved_up
from repro_check.sources.python import MODULE

_DEPTH = 5


@rule(
    "SEED019",
    severity=Severity.WARNING,
    on=PythonFile,
    practice=4,
    fixes="unsafe",
    words=("environ", "putenv"),
)
def env_var_too_late(file: PythonFile, project: Project) -> Iterator[Finding]:
    """An environment variable is set after the library has read it.

    Thread pools, the Hugging Face caches, JAX and Keras read their variables once, when they are
    imported, and CUDA when it is first asked for. Set later, the variable looks set and changes nothing:
    whoever sets it on the command line instead gets other results.

    Bad:
        import os

        import torch

        os.environ["OMP_NUM_THREADS"] = "1"

    Good:
        import os

        os.environ["OMP_NUM_THREADS"] = "1"

        import torch

    Bad:
        import os

        import torch

        def main(args):
            use_cuda = torch.cuda.is_available()
            os.environ["CUDA_VISIBLE_DEVICES"] = args.gpu
            train(args, use_cuda)

        if __name__ == "__main__":
            main(parse_args())

    Not this rule:
        import os

        import torch

        os.environ["CUDA_VISIBLE_DEVICES"] = "1"  # read when CUDA is first used
        device = torch.device("cuda")

    Not this rule:
        import os
        import subprocess

        import numpy as np

        os.environ["OMP_NUM_THREADS"] = "1"  # for the program that is started
        subprocess.run(["simulate", "--steps", "100"])
    """
    settings = list(settings_in(file))
    if not settings:
        return
    courses = list(_courses(file, project, settings))
    seen: set[str] = set()
    for setting in settings:
        if setting.name in seen:
            continue
        readers = [_reader(project, setting, file, one) for one in courses]
        known = [reader for reader in readers if reader is not None]
        if known:
            seen.add(setting.name)
            fix = setting_moved_up(file, project, setting, [reader.step for reader in known])
            yield _finding(file, project, setting, known[0], fix)


class _Reader(msgspec.Struct, frozen=True):
    """What has read a variable before it is set."""

    step: Step
    name: str


def _courses(file: PythonFile, project: Project, settings: Iterable[Setting]) -> Iterator[Course]:
    """The runs in which the file takes part; last, that of importing it and calling its functions."""
    for entry in (*project.entries, *project.notebook_entries):
        course = project.timeline.steps(entry, depth=_DEPTH)
        if entry.path == file.path or any(step.path == file.path for step in course):
            yield course
    functions = (file.facts.function_of(setting.action.block) for setting in settings)
    blocks = dict.fromkeys(function.block for function in functions if function)
    nodes = [Node(file.path, MODULE), *(Node(file.path, block) for block in blocks)]
    yield project.timeline.steps(nodes, depth=_DEPTH)


def _reader(project: Project, setting: Setting, file: PythonFile, course: Course) -> _Reader | None:
    """What reads a variable in a run before it is set there; None if the setting helps."""

    def target(step: Step) -> str:
        return project.calls.outside_target(step.path, step.call) if step.call else ""

    steps = course.steps
    at = next(
        (
            index
            for index, step in enumerate(steps)
            if step.path == file.path and step.action == setting.action
        ),
        None,
    )
    if at is None or any(still_helps(setting.name, step, target) for step in steps[at:]):
        return None
    place, variable = steps[at], VARIABLES[setting.name]
    for step in steps[:at]:
        name = reads(variable, step, target)
        if name and place.implies(step) and not step.excludes(place):
            return _Reader(step, name) if step.process == place.process else None
    return None


def _finding(
    file: PythonFile, project: Project, setting: Setting, reader: _Reader, fix: Fix | None
) -> Finding:
    variable = VARIABLES[setting.name]
    who = variable.reader.format(reader.name)
    verb = "have" if who.startswith("the thread pools") else "has"
    when = "imported" if variable.modules else "called"
    place = project.python[reader.step.path]
    return file.finding(
        setting.action.span,
        f"`{setting.name}` is set after {who} {verb} read it (`{reader.name}` is {when} before): this "
        f"changes nothing, so {variable.matters} depends on who starts the program, and where",
        help=f"Set `{setting.name}` above the imports, or in the command or the Dockerfile that starts "
        "the program.",
        related=[place.related(reader.step.action.span, f"`{reader.name}` is {when} here")],
        fix=fix,
    )
