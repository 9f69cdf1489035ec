"""Where the installing program stands among the words of a command, seen through wrappers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from repro_check.text import pattern

_PIP = pattern(r"pip[0-9.]*(?:\.exe)?|\$[({]?PIP[0-9]?[)}]?")
_PYTHON = pattern(r"(?:i?python|pypy)[0-9.]*(?:\.exe)?|\$[({]?\w*PYTHON\w*[)}]?|py")
_ASSIGNMENT = pattern(r"[A-Za-z_]\w*\+?=.*")
_PROMPT = pattern(r"[$%>#]|\S*[@:~)\]\\]\S*[$%>#]|>>>|\.\.\.")
_CONDA = frozenset({"conda", "mamba", "micromamba"})
_PROJECT_TOOLS = frozenset({"uv", "poetry", "pdm", "pipenv", "pixi", "rye", "hatch"})
_SKIPPED = frozenset("then do else if elif while until { ! exec command RUN".split())
_WRAPPERS = frozenset("sudo env time nice nohup".split())
_RUN_OPTIONS = frozenset({"-n", "--name", "-p", "--prefix", "-e", "--environment"})
_MARKS = "@!%"


class Program(NamedTuple):
    """An installing program.

    Attributes:
        name: "pip", "conda", "uv", "poetry", "pdm", "pipenv", "pixi", "rye" or "hatch"; mamba and
            micromamba are "conda", and `uv pip` is "pip".
        rest: the index of the word behind it.
        is_uv: whether it is uv's pip.
    """

    name: str
    rest: int
    is_uv: bool = False


def program_of(words: Sequence[str]) -> Program | None:
    """The installing program that a simple command runs, if it runs one."""
    at, is_wrapped = 0, False
    while at < len(words):
        word = words[at].lstrip(_MARKS) or words[at]
        name = word.replace("\\", "/").rpartition("/")[2]
        if _PIP.fullmatch(name):
            return Program("pip", at + 1)
        if name in _CONDA or name in _PROJECT_TOOLS:
            if words[at + 1 : at + 2] in (["run"], ("run",)):
                at, is_wrapped = _behind_options(words, at + 2), True
                continue
            return _tool(words, at, name)
        if _PYTHON.fullmatch(name) and words[at + 1 : at + 2] in (["-m"], ("-m",)):
            at += 2
            continue
        is_option = is_wrapped and word.startswith("-")
        if name in _WRAPPERS:
            is_wrapped = True
        elif not (
            is_option or name in _SKIPPED or _ASSIGNMENT.fullmatch(word) or _PROMPT.fullmatch(word)
        ):
            return None
        at += 1
    return None


def _tool(words: Sequence[str], at: int, name: str) -> Program:
    if name in _CONDA:
        return Program("conda", at + 1)
    if name == "uv" and words[at + 1 : at + 2] in (["pip"], ("pip",)):
        return Program("pip", at + 2, is_uv=True)
    return Program(name, at + 1)


def _behind_options(words: Sequence[str], at: int) -> int:
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in _RUN_OPTIONS else 1
    return at
