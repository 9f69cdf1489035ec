"""The commands that a repository tells people to run."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.sources.kinds import Kind

if TYPE_CHECKING:
    from repro_check.project.project import Project

_SHELL_LANGUAGES = frozenset({"", "sh", "bash", "shell", "console", "zsh", "shell-session"})


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

    for path, text, line in _shell_texts(project):
        for command in read_commands(text, line):
            script = _script(project, path, command.script, is_module=command.is_module)
            if script:
                yield ProjectCommand(path, command.line, script, tuple(command.args))


def _shell_texts(project: Project) -> Iterator[tuple[str, str, int]]:
    for document in project.markdown.readable():
        for block in document.facts.fences:
            if block.language.lower() in _SHELL_LANGUAGES:
                yield document.path, block.text, block.line
    for file in project.tree.files:
        if file.kind in {Kind.SHELL, Kind.MAKEFILE, Kind.DOCKERFILE}:
            text = project.text(file)
            if text is not None and "py" in text:
                yield file.path, text, 1


def _script(project: Project, path: str, script: str, *, is_module: bool) -> str | None:
    if not script:
        return None
    stem = script.replace(".", "/")
    names = [f"{stem}.py", f"{stem}/__main__.py"] if is_module else [script]
    folders = [posixpath.dirname(path), ""] + (["src"] if is_module else [])
    for folder in folders:
        for name in names:
            candidate = posixpath.normpath(posixpath.join(folder, name))
            if candidate in project.tree:
                return candidate
    return None
