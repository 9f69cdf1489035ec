"""The commands that a repository tells people to run."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.sources.expressions import Literal, parts
from repro_check.sources.kinds import Kind
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project
    from repro_check.sources.shell import Command

# what a sentence leaves for its reader to fill in: `python train.py experiment=<name>`, `[--resume]`
_OPEN = pattern(r"[<>{}$\u2026]|\.\.\.|\[-|=\[?[A-Z_]+\b(?!=)|\b(x{3,}|foo|bar)\b")
_SHELL_LANGUAGES = frozenset({"", "sh", "bash", "shell", "console", "zsh", "shell-session"})


_WORKFLOW = pattern(
    r"(^|/)(\.github/workflows/[^/]+|\.gitlab-ci|\.travis|\.circleci/config|azure-pipelines)\.ya?ml$"
)
_STEP_KEYS = frozenset({"run", "script", "before_script", "bash"})
_SCRIPT = pattern(r"\s*[\w.-]+\s*=\s*([\w.]+)\s*:\s*(\w+)\s*(\[.*\]\s*)?")
_TABLES = (("project", "scripts"), ("project", "gui-scripts"), ("tool", "poetry", "scripts"))


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
        folder: the folder in which it is run; "" is the top of the repository.
        start: the words before the arguments, as written: `python -m pkg.train`. Wrappers and
            variables of the environment are left out.
    """

    path: str
    line: int
    script: str
    arguments: tuple[str, ...]
    folder: str = ""
    start: tuple[str, ...] = ()


def find_commands(project: Project) -> Iterator[ProjectCommand]:
    """Commands in README files, shell scripts, Makefiles and CI that run a script which exists."""
    from repro_check.sources.shell import read_commands

    for shell in _shell_texts(project):
        for command in read_commands(shell.text, shell.line, is_makefile=shell.is_makefile):
            found = _script(project, shell.folder, command)
            if found is not None:
                folder, script = found
                program = command.program or "python"
                start = (program, *command.options, command.script)
                yield ProjectCommand(
                    shell.path, command.line, script, tuple(command.args), folder, start
                )


def console_scripts(project: Project) -> Iterator[tuple[str, ConsoleScript]]:
    """The commands that a pyproject.toml, setup.cfg or setup.py declares, with the file's path.

    PEP 621, poetry, and setuptools' `console_scripts`
    (https://setuptools.pypa.io/en/latest/userguide/entry_point.html).
    """
    for path in project.configs.paths:
        config = project.configs.get(path) if path.endswith("pyproject.toml") else None
        for entry in config.facts.entries if config is not None and config.is_product else ():
            if entry.keys[:-1] in _TABLES:
                yield from _scripts(path, f"{entry.keys[-1]}={entry.text}")
    for path in project.python.paths:
        if posixpath.basename(path) == "setup.py":
            yield from _scripts(path, *_in_setup_call(project.python[path]))
    for file in project.tree.files:
        if posixpath.basename(file.path) == "setup.cfg":
            yield from _scripts(file.path, _in_setup_cfg(project.text(file) or ""))


def _scripts(path: str, *texts: str) -> Iterator[tuple[str, ConsoleScript]]:
    for line in (line for text in texts for line in text.splitlines()):
        found = _SCRIPT.fullmatch(line)
        if found:
            yield path, ConsoleScript(found[1], found[2])


def _in_setup_call(file: PythonFile) -> Iterator[str]:
    """The texts in the `entry_points` of `setup()`."""
    for call in file.facts.calls:
        given = call.keyword("entry_points")
        for part in parts(given) if given is not None else ():
            if isinstance(part, Literal) and isinstance(part.value, str):
                yield part.value


def _in_setup_cfg(text: str) -> str:
    from configparser import ConfigParser, Error

    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except Error:
        return ""
    return parser.get("options.entry_points", "console_scripts", fallback="")


class _ShellText(msgspec.Struct, frozen=True):
    """Shell text, where it stands, and the folder in which it is run (if not the top)."""

    path: str
    folder: str
    text: str
    line: int
    is_makefile: bool = False


def _shell_texts(project: Project) -> Iterator[_ShellText]:
    for document in project.markdown.readable():
        folder = posixpath.dirname(document.path)
        for block in document.facts.fences:
            if block.language.lower() in _SHELL_LANGUAGES:
                yield _ShellText(document.path, folder, block.text, block.line)
        for code in document.facts.codes:
            if "py" in code.text and not _OPEN.search(code.text):
                yield _ShellText(document.path, folder, code.text, code.line)
    for file in project.tree.files:
        if file.kind in {Kind.SHELL, Kind.MAKEFILE, Kind.DOCKERFILE}:
            text = project.text(file)
            if text is not None and "py" in text:
                is_makefile = file.kind is Kind.MAKEFILE
                yield _ShellText(file.path, posixpath.dirname(file.path), text, 1, is_makefile)
    for config in project.configs.readable():
        if _WORKFLOW.search(config.path):
            for entry in config.facts.entries:
                if _STEP_KEYS.intersection(map(str, entry.keys)) and "py" in entry.text:
                    yield _ShellText(config.path, "", entry.text, entry.span.line)


def _script(project: Project, folder: str, command: Command) -> tuple[str, str] | None:
    """The folder in which a script is run, and its path from the root."""
    script, is_module = command.script, command.is_module
    if not script:
        return None
    stem = script.replace(".", "/")
    names = [f"{stem}.py", f"{stem}/__main__.py"] if is_module else [script]
    entered = [posixpath.join(place, command.folder) for place in (folder, "")]
    own = entered if command.folder else []
    folders = [*own, folder, ""] + (["src"] if is_module else [])
    for place in folders:
        for name in names:
            candidate = posixpath.normpath(posixpath.join(place, name))
            if candidate in project.tree:
                # a module in `src` is one that was installed
                return place if place in {folder, *own} else "", candidate
    return None
