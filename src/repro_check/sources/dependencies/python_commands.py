"""The version of Python that a command sets up: a virtual environment, pyenv, uv."""

from __future__ import annotations

from typing import NamedTuple

from repro_check.findings import Span
from repro_check.sources.dependencies.installs import python_version, read_install
from repro_check.sources.shell_places import ShellCommand
from repro_check.text import pattern

_NAMED = pattern(r"(?:[$%>!]|sudo)")
_WITH_MINOR = pattern(r"python(\d\.\d+)")
_OPTIONS = frozenset({"-p", "--python"})


class AskedPython(NamedTuple):
    """The versions of Python that a command asks for (PEP 440), and where."""

    specifier: str
    span: Span


def asked_python(command: ShellCommand) -> AskedPython | None:
    """What Python a command makes an environment of; None if it makes none or takes any.

    `python3.8 -m venv`, `virtualenv -p python3.8`, `uv venv --python 3.8`, `uv python pin 3.8`,
    `pyenv install 3.8.5`, `conda create python=3.8`, `poetry env use 3.8`.
    """
    install = read_install(command)
    if install is not None:
        if install.python and install.python_span is not None:
            return AskedPython(install.python, install.python_span)
        return None
    words, spans = list(command.words), list(command.spans)
    while words and _NAMED.fullmatch(words[0]):
        del words[0], spans[0]
    at = _version_at(words)
    if at is None:
        return None
    written = words[at].partition("=")[2] or words[at]
    specifier = python_version(written.rpartition("/")[2])
    return AskedPython(specifier, spans[at]) if specifier else None


def _version_at(words: list[str]) -> int | None:
    """The index of the word that names the version."""
    match words[:3]:
        case [name, "-m", "venv" | "virtualenv"] if _WITH_MINOR.fullmatch(name.rpartition("/")[2]):
            return 0
        case ["virtualenv" | "mkvirtualenv", *_] | ["uv", "venv", *_] | ["pipenv", "--python", *_]:
            return _behind_option(words)
        case ["uv", "python", "pin" | "install"] | ["pyenv", "install" | "local" | "global", *_]:
            return next(
                (at for at in range(2, len(words)) if words[at][:1].isdigit()),
                None,
            )
        case ["poetry", "env", "use"] | ["pdm", "use", *_]:
            return len(words) - 1
    return None


def _behind_option(words: list[str]) -> int | None:
    for at, word in enumerate(words):
        if word in _OPTIONS and at + 1 < len(words):
            return at + 1
        if word.startswith(("--python=", "-p=")):
            return at
    return None
