"""The commands that a repository tells people to run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.sources.kinds import Kind

if TYPE_CHECKING:
    from repro_check.project.files import ConfigFile
    from repro_check.project.project import Project

_SHELL_LANGUAGES = frozenset({"", "sh", "bash", "shell", "console", "zsh", "shell-session"})


_WORKFLOW = re.compile(r"(^|/)\.github/workflows/[^/]+\.ya?ml$|(^|/)\.gitlab-ci\.ya?ml$")
_STEP_KEYS = frozenset({"run", "script", "before_script"})


class ConsoleScript(msgspec.Struct, frozen=True):
    """A command that installing the project makes: a function of one of its modules."""

    module: str
    function: str


class ProjectCommand(msgspec.Struct, frozen=True):
    """A command line that runs a script of this repository.

    Attributes:
        path: the file in which the command is written.
        line: its line there.
        script: the path of the script that it runs.
        arguments: the words after the script.
    """

    path: str
    line: int
    script: str
    arguments: tuple[str, ...]


def find_commands(project: Project) -> Iterator[ProjectCommand]:
    """Commands in README files, shell scripts, Makefiles and CI that run a script which exists."""
    from repro_check.sources.shell import read_commands

    for shell in _shell_texts(project):
        for command in read_commands(shell.text, shell.line):
            script = _script(project, shell.folder, command.script, is_module=command.is_module)
            if script:
                yield ProjectCommand(shell.path, command.line, script, tuple(command.args))


def console_scripts(config: ConfigFile) -> Iterator[ConsoleScript]:
    """The commands that a pyproject.toml declares (PEP 621 and poetry)."""
    for entry in config.facts.entries:
        if entry.keys[:2] == ("project", "scripts") or entry.keys[:3] == (
            "tool",
            "poetry",
            "scripts",
        ):
            module, _, function = entry.text.partition(":")
            if module and function:
                yield ConsoleScript(module.strip(), function.strip())


class _ShellText(msgspec.Struct, frozen=True):
    """Shell text, where it stands, and the folder in which it is run (if not the top)."""

    path: str
    folder: str
    text: str
    line: int


def _shell_texts(project: Project) -> Iterator[_ShellText]:
    for document in project.markdown.readable():
        folder = posixpath.dirname(document.path)
        for block in document.facts.fences:
            if block.language.lower() in _SHELL_LANGUAGES:
                yield _ShellText(document.path, folder, block.text, block.line)
    for file in project.tree.files:
        if file.kind in {Kind.SHELL, Kind.MAKEFILE, Kind.DOCKERFILE}:
            text = project.text(file)
            if text is not None and "py" in text:
                yield _ShellText(file.path, posixpath.dirname(file.path), text, 1)
    for config in project.configs.readable():
        if _WORKFLOW.search(config.path):
            for entry in config.facts.entries:
                if _STEP_KEYS.intersection(map(str, entry.keys)) and "py" in entry.text:
                    yield _ShellText(config.path, "", entry.text, entry.span.line)


def _script(project: Project, folder: str, script: str, *, is_module: bool) -> str | None:
    if not script:
        return None
    stem = script.replace(".", "/")
    names = [f"{stem}.py", f"{stem}/__main__.py"] if is_module else [script]
    folders = [folder, ""] + (["src"] if is_module else [])
    for place in folders:
        for name in names:
            candidate = posixpath.normpath(posixpath.join(place, name))
            if candidate in project.tree:
                return candidate
    return None
