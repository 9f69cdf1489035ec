"""Which script or module a command line runs, seen through launchers and wrappers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

_PYTHON = pattern(r"(?:i?python|pypy)[0-9.]*", re.IGNORECASE)
_PYTHON_VARIABLE = pattern(r"\$[({]?\w*PYTHON\w*(?::?-[^)}]*)?[)}]?", re.IGNORECASE)
_ASSIGNMENT = pattern(r"[A-Za-z_]\w*\+?=")
_MODULE = pattern(r"[A-Za-z_][\w.-]*")
_MAKE_MARKS = "@!"
_SHELL_SUFFIXES = (".sh", ".bash", ".zsh", ".slurm", ".sbatch", ".job", ".pbs")
_PYTHON_SUFFIXES = (".py", ".pyw", ".pyz")


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_KEYWORDS = _names("then do else if elif while until ! { RUN CMD ENTRYPOINT exec command")
_SHELLS = _names("bash sh zsh dash ksh source . sbatch qsub bsub")
# Programs that run a Python script given behind their options, and the word they need first.
_LAUNCHERS = {
    "torchrun": "",
    "deepspeed": "",
    "composer": "",
    "kernprof": "",
    "accelerate": "launch",
    "colossalai": "run",
    "coverage": "run",
    "fabric": "run",
    "lightning": "run",
    "streamlit": "run",
}
_LAUNCHER_MODULES = _names(
    "torch.distributed.launch torch.distributed.run accelerate.commands.launch coverage cProfile "
    "pdb ipdb scalene viztracer"
)
# Programs that run the command given to them; the second kind only behind one of `_RUN_WORDS`.
_WRAPPERS = _names(
    "env sudo nohup nice ionice time timeout stdbuf taskset numactl setsid xvfb-run mpirun mpiexec "
    "orterun srun jsrun aprun horovodrun nsys ncu parallel xargs ts"
)
_RUNNERS = _names(
    "conda mamba micromamba poetry pipenv uv pdm rye hatch pixi docker nvidia-docker podman "
    "singularity apptainer ray"
)
_RUN_WORDS = frozenset({"run", "exec", "submit"})
_OTHERS = _names(
    "pytest pip pip3 black ruff flake8 mypy isort pylint jupyter echo cat ls cp mv rm git vim"
)


class Target(msgspec.Struct, frozen=True):
    """What is run: `rest` is the index of the first word behind the script.

    `first` is that of the program; wrappers and assignments stand before it.
    """

    program: str
    script: str
    rest: int
    is_module: bool = False
    first: int = 0


def target_of(words: Sequence[str]) -> Target | None:
    """The script or module that a simple command runs, if it is one that can be seen."""
    at = 0
    while at < len(words):
        name = _program(words[at])
        if name == "python" or _PYTHON.fullmatch(name):
            return _from(at, _python(words, at, name))
        if name in _LAUNCHERS:
            needed = _LAUNCHERS[name]
            is_launch = not needed or needed in words[at + 1 : at + 2]
            return _from(at, _launched(words, at + 1, name)) if is_launch else None
        if name in _SHELLS:
            return _from(at, _shell(words, at, name))
        if name in _WRAPPERS or name in _RUNNERS:
            inner = _wrapped(words, at, name)
            if inner is None or _is_script(words[inner]):
                return Target("", words[inner], inner + 1, first=inner) if inner else None
            at = inner
        elif name in _KEYWORDS or _ASSIGNMENT.match(words[at]):
            at += 1
        else:
            word = words[at].lstrip(_MAKE_MARKS)
            is_run = "/" in word and _is_script(word)
            return Target("", word, at + 1, first=at) if is_run else None
    return None


def _from(first: int, target: Target | None) -> Target | None:
    return None if target is None else msgspec.structs.replace(target, first=first)


def _program(word: str) -> str:
    word = word.lstrip(_MAKE_MARKS) or word
    if _PYTHON_VARIABLE.fullmatch(word):
        return "python"
    name = word.replace("\\", "/").rpartition("/")[2] if word != "." else word
    return name.removesuffix(".exe")


def _is_script(word: str) -> bool:
    return word.endswith(_PYTHON_SUFFIXES) or word.endswith(_SHELL_SUFFIXES)


def _python(words: Sequence[str], at: int, program: str) -> Target | None:
    """Python's own options (https://docs.python.org/3/using/cmdline.html) up to the script."""
    at += 1
    while at < len(words) and words[at].startswith("-"):
        word = words[at]
        at += 1
        if word in {"-", "--help", "--version"}:
            return None
        for place, letter in enumerate(word[1:], start=2):
            if letter in "cVh":
                return None
            if letter == "m":
                glued = word[place:]
                return _module(words, at - bool(glued), glued, program)
            if letter in "WXQ":
                at += place == len(word)
                break
            if letter == "-":
                at += word == "--check-hash-based-pycs"
                break
    if at >= len(words):
        return None
    script = words[at]
    is_path = "/" in script and not script[0].isdigit()
    if script.endswith(_PYTHON_SUFFIXES) or is_path or script.startswith("$"):
        return Target(program, script, at + 1)
    return None


def _module(words: Sequence[str], at: int, glued: str, program: str) -> Target | None:
    name = glued or (words[at] if at < len(words) else "")
    if not _MODULE.fullmatch(name):
        return None
    if name in _LAUNCHER_MODULES:
        inner = _launched(words, at + 1, program)
        if inner:
            return inner
    return Target(program, name, at + 1, is_module=True)


def _launched(words: Sequence[str], at: int, program: str) -> Target | None:
    for place in range(at, len(words)):
        if words[place].endswith(_PYTHON_SUFFIXES):
            return Target(program, words[place], place + 1)
        is_module = words[place] in {"-m", "--module"} and place + 1 < len(words)
        if is_module and _MODULE.fullmatch(words[place + 1]):
            return Target(program, words[place + 1], place + 2, is_module=True)
    return None


def _shell(words: Sequence[str], at: int, program: str) -> Target | None:
    for place in range(at + 1, len(words)):
        word = words[place]
        if word.endswith(_SHELL_SUFFIXES):
            return Target(program, word, place + 1)
        if word == "-c":
            return None
    return None


def _wrapped(words: Sequence[str], at: int, name: str) -> int | None:
    """The index of the program, or the script, that a wrapper runs."""
    is_waiting = name in _RUNNERS
    for place in range(at + 1, len(words)):
        word = words[place]
        inner = _program(word)
        if is_waiting:
            is_waiting = word not in _RUN_WORDS
        elif inner in _OTHERS:
            return None
        elif (
            _is_script(word)
            or _PYTHON.fullmatch(inner)
            or inner in _LAUNCHERS
            or inner in _SHELLS
            or inner in _WRAPPERS
            or inner in _RUNNERS
        ):
            return place
    return None
