"""Every shell command that a repository tells people or machines to run, with its exact place."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from repro_check.findings import Location, Span
from repro_check.project.environment.containers import container_facts
from repro_check.sources.kinds import Kind, Role
from repro_check.sources.lines import Lines
from repro_check.sources.shell_places import ShellCommand, placed_commands
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import ConfigFile, MarkdownFile
    from repro_check.project.project import Project
    from repro_check.sources.config import Entry
    from repro_check.sources.discovery import SourceFile

Where = Literal["readme", "script", "makefile", "container", "ci", "notebook"]

_SHELL_LANGUAGES = frozenset(
    {"", "sh", "bash", "shell", "console", "zsh", "shell-session", "shellsession", "terminal"}
)
_WORKFLOW = pattern(
    r"(^|/)(\.github/(workflows|actions/[^/]+)/[^/]+|\.gitlab-ci|\.travis|\.circleci/config|azure-pipelines)"
    r"\.ya?ml$"
)
_STEP_KEYS = frozenset(
    {"run", "script", "before_script", "install", "before_install", "bash", "command"}
)
_TOLD = pattern(
    r"\b(?:pip\w*|conda|\w*mamba|uv|poetry|pdm|pipenv|pixi|pyenv|virtualenv|venv|python\d|docker|"
    r"podman|apptainer|singularity|git clone)\b",
    re.IGNORECASE,
)


class ToldCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A simple command.

    Attributes:
        path: the file in which it is written.
        cell: of a notebook, from 1.
        role: which part of the repository the file is.
        where: what kind of file that is.
        stage: of a container, from 0.
        command: its words with their places (in a notebook those inside the cell).
    """

    path: str
    role: Role
    where: Where
    command: ShellCommand
    cell: int | None = None
    stage: int = 0

    @property
    def folder(self) -> str:
        """The folder that relative paths are likely to start from."""
        return "" if self.where == "ci" else posixpath.dirname(self.path)

    def location(self, span: Span) -> Location:
        """The place of a word."""
        return Location(path=self.path, cell=self.cell, span=span)


def is_workflow(path: str) -> bool:
    """Whether a YAML file tells a service what to run at each push."""
    return _WORKFLOW.search(path) is not None


def told_commands(project: Project) -> Iterator[ToldCommand]:
    """The commands of READMEs, scripts, Makefiles, containers, CI and notebooks that install."""
    for document in project.markdown.readable():
        yield from _in_markdown(document)
    for file in project.tree.files:
        if file.role is Role.VENDORED:
            continue
        if file.kind in {Kind.SHELL, Kind.MAKEFILE}:
            yield from _in_script(file, project.text(file) or "")
        elif file.kind in {Kind.DOCKERFILE, Kind.APPTAINER}:
            facts = container_facts(project, file.path)
            for one in facts.commands if facts else ():
                yield ToldCommand(
                    path=file.path,
                    role=file.role,
                    where="container",
                    command=one.command,
                    stage=one.stage,
                )
        elif file.kind is Kind.NOTEBOOK:
            yield from _in_notebook(file, project.text(file) or "")
    for path in project.configs.paths:
        config = project.configs.get(path) if is_workflow(path) else None
        if config is not None:
            yield from _in_workflow(config, project.text_at(path) or "")


def _in_markdown(document: MarkdownFile) -> Iterator[ToldCommand]:
    for fence in document.facts.fences:
        if fence.language in _SHELL_LANGUAGES and _TOLD.search(fence.text):
            place = _moved(Lines(fence.text).span, fence.line - 1, fence.indent)
            for command in placed_commands(fence.text, place):
                yield ToldCommand(
                    path=document.path, role=document.role, where="readme", command=command
                )


def _in_script(file: SourceFile, text: str) -> Iterator[ToldCommand]:
    if _TOLD.search(text):
        where: Where = "script" if file.kind is Kind.SHELL else "makefile"
        for command in placed_commands(text, Lines(text).span):
            yield ToldCommand(path=file.path, role=file.role, where=where, command=command)


def _in_notebook(file: SourceFile, text: str) -> Iterator[ToldCommand]:
    from repro_check.sources.notebook_shell import shell_commands

    if not _TOLD.search(text):
        return
    try:
        found = list(shell_commands(text.encode()))
    except Unreadable:
        return
    for cell, command in found:
        yield ToldCommand(
            path=file.path, role=file.role, where="notebook", command=command, cell=cell
        )


def _in_workflow(config: ConfigFile, text: str) -> Iterator[ToldCommand]:
    lines: Lines | None = None
    for entry in config.facts.entries:
        is_step = not _STEP_KEYS.isdisjoint(map(str, entry.keys[-2:]))
        if entry.kind == "scalar" and is_step and _TOLD.search(entry.text):
            lines = lines or Lines(text)
            for command in placed_commands(entry.text, _in_scalar(entry, lines)):
                yield ToldCommand(path=config.path, role=config.role, where="ci", command=command)


def _in_scalar(entry: Entry, lines: Lines) -> Callable[[int, int], Span]:
    """From offsets in a YAML scalar to places of the file; those of the whole one if unsure."""
    whole, inner = entry.span, Lines(entry.text)
    rows = inner.rows()
    is_block = whole.end_line > whole.line

    def place(start: int, end: int) -> Span:
        inside = inner.span(start, end)
        if not is_block:
            first = whole.column + entry.is_quoted - 1
            moved = Span(whole.line, first + inside.column, whole.line, first + inside.end_column)
            return moved if lines.text_at(moved) == entry.text[start:end] else whole
        number = whole.line + inside.line
        if inside.line != inside.end_line or number > len(lines.starts):
            return whole
        top = lines.starts[number - 1]
        row = rows[inside.line - 1]
        bottom = lines.starts[number] if number < len(lines.starts) else len(lines.text)
        indent = lines.text.find(row, top, bottom) - top
        moved = Span(number, indent + inside.column, number, indent + inside.end_column)
        return moved if lines.text_at(moved) == entry.text[start:end] else whole

    return place


def _moved(
    place: Callable[[int, int], Span], lines: int, columns: int
) -> Callable[[int, int], Span]:
    def moved(start: int, end: int) -> Span:
        span = place(start, end)
        return Span(
            span.line + lines,
            span.column + columns,
            span.end_line + lines,
            span.end_column + columns,
        )

    return moved
