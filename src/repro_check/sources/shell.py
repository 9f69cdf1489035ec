"""The commands in shell text that run a script: how people are told to train, evaluate, plot."""

from __future__ import annotations

import posixpath

import msgspec

from repro_check.findings import Span
from repro_check.sources.lines import Lines
from repro_check.sources.shell_targets import target_of
from repro_check.sources.shell_words import Word, simple_commands
from repro_check.text import pattern

_HOST_MARKS = frozenset("@:~)]")
_PROMPT_WORDS = 3
_FOLDER = pattern(r"[\w./ +-]+")


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command that runs a script or module.

    Attributes:
        program: what runs it ("python", "torchrun", "bash"), without its folder; "" for a script
            that is run by its own name.
        script: the path as written, or the dotted name of a module.
        is_module: whether `script` is a module (`-m`).
        args: the words behind the script, without their quotes.
        folder: where the `cd`s before it lead to, from where the text is run; "" where they cannot be
            seen.
        options: those between the program and the script: `-m`, or `--nproc_per_node=8` of a
            launcher.
        line: the line on which the command begins.
        span: from the command's first word to its last.
    """

    program: str
    script: str
    args: tuple[str, ...]
    line: int
    span: Span
    is_module: bool = False
    options: tuple[str, ...] = ()
    folder: str = ""


def read_commands(
    text: str, start_line: int = 1, *, is_makefile: bool = False
) -> tuple[Command, ...]:
    """The commands of shell text (a script, a fenced block, a Makefile, a Dockerfile).

    Args:
        text: the shell text; prompts (`$ `) and the marks of Makefiles (`@`) are allowed.
        start_line: the line of the file on which the text begins; columns are those of the text.
        is_makefile: whether each line is run by a shell of its own.
    """
    lines = Lines(text)
    commands = []
    folder, last = "", 0
    for written in simple_commands(text):
        words = _without_prompt(written)
        texts = _texts(words)
        number = lines.line_of(words[0].start) if words else last
        if is_makefile and number != last:
            folder = ""
        last = number
        if texts and texts[0].lstrip("@") in {"cd", "pushd"}:
            folder = _entered(folder, texts[1:])
        target = target_of(texts)
        if target is None:
            continue
        span = lines.span(words[0].start, words[-1].end)
        line, end_line = span.line + start_line - 1, span.end_line + start_line - 1
        command = Command(
            program=target.program,
            script=target.script,
            args=tuple(texts[target.rest :]),
            line=line,
            span=Span(line, span.column, end_line, span.end_column),
            is_module=target.is_module,
            options=tuple(texts[target.first + 1 : target.rest - 1]),
            folder=folder,
        )
        commands.append(command)
    return tuple(commands)


def _entered(folder: str, words: list[str]) -> str:
    """The folder behind a `cd`; "" if it cannot be seen or lies outside."""
    if len(words) != 1 or words[0].startswith(("/", "~", "-")) or not _FOLDER.fullmatch(words[0]):
        return ""
    found = posixpath.normpath(posixpath.join(folder, words[0]))
    return "" if found == "." or found.startswith("..") else found


def _without_prompt(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words behind a prompt such as `$`, `%` or `user@host:~$`."""
    for at, word in enumerate(words[:_PROMPT_WORDS]):
        is_bare = at == 0 and word.text in {"$", "%"}
        is_host = word.text.endswith(("$", "%")) and not _HOST_MARKS.isdisjoint(word.text)
        if (is_bare or is_host) and at + 1 < len(words):
            return words[at + 1 :]
    return words


def _texts(words: tuple[Word, ...]) -> list[str]:
    texts = [word.text for word in words]
    # Docker's exec form: CMD ["python", "train.py"].
    if len(texts) > 1 and texts[0] in {"CMD", "ENTRYPOINT", "RUN"} and texts[1].startswith("["):
        return [text.strip("[],") for text in texts]
    return texts
