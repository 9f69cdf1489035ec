"""Facts of a Dockerfile: images, build arguments, copies and the commands that it runs.

Follows https://docs.docker.com/reference/dockerfile/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Span
from repro_check.sources.containers.instructions import Heredoc, Instruction, instructions
from repro_check.sources.containers.model import (
    BuildCommand,
    ContainerFacts,
    Copy,
    Image,
    Setting,
)
from repro_check.sources.containers.variables import expanded, variables_in
from repro_check.sources.decoding import LIMITS, Limits, decode
from repro_check.sources.lines import Lines
from repro_check.sources.shell_places import ShellCommand, placed_commands
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

_FLAG = pattern(r"--([a-z][\w-]*)(?:=(\S*))?(?=\s|$)\s*")
_WORD = pattern(r"\S+")
_FROM = pattern(r"(\S+)(?:\s+[Aa][Ss]\s+(\S+))?\s*")
_ARGUMENT = pattern(r"([A-Za-z_]\w*)(?:=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:[^\s\"'\\]|\\.)*))?")
_ENV_WORD = pattern(r"([A-Za-z_][\w.]*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:[^\s\"'\\]|\\.)*)")
_OLD_ENV = pattern(r"([A-Za-z_][\w.]*)\s+(\S.*)")
_JSON_WORD = pattern(r"\"((?:[^\"\\]|\\.)*)\"")
_MOUNT = pattern(r"(?:^|,)from=([^,\s]+)")
_SHELLS = frozenset({"sh", "bash", "/bin/sh", "/bin/bash", "zsh", "/usr/bin/bash", "dash"})
_SHELL_HEREDOC = pattern(r"\s*(?:(?:/\w+)*/?(?:ba|z|da)?sh(?:\s+-\w+)*\s*)?<<-?['\"]?\w+['\"]?\s*")


def read_dockerfile(data: bytes, *, limits: Limits = LIMITS) -> ContainerFacts:
    """Facts of a Dockerfile; a line that is no instruction says nothing.

    Raises:
        Unreadable: not text, or over one of the limits.
    """
    text = decode(data, limits)
    reader = _Dockerfile(text)
    for number, instruction in enumerate(instructions(text)):
        if number > limits.entries:
            raise Unreadable(f"has more than {limits.entries:,} instructions")
        reader.read(instruction)
    return ContainerFacts(
        tool="docker",
        images=tuple(reader.images),
        settings=tuple(reader.settings),
        copies=tuple(reader.copies),
        commands=tuple(reader.commands),
    )


class _Dockerfile:
    """What has been read so far."""

    def __init__(self, text: str) -> None:
        self.images: list[Image] = []
        self.settings: list[Setting] = []
        self.copies: list[Copy] = []
        self.commands: list[BuildCommand] = []
        self._lines = Lines(text)
        self._arguments: dict[str, str | None] = {}
        self._aliases: set[str] = set()
        self._stage = -1

    def read(self, instruction: Instruction) -> None:
        """Add what one instruction says."""
        match instruction.keyword:
            case "FROM":
                self._from(instruction)
            case "ARG":
                self._argument(instruction)
            case "ENV":
                self._environment(instruction)
            case "COPY" | "ADD":
                self._copy(instruction)
            case "RUN":
                self._run(instruction)

    def _place(self, instruction: Instruction, start: int, end: int) -> Span:
        return self._lines.span(instruction.start + start, instruction.start + end)

    def _from(self, instruction: Instruction) -> None:
        at = _behind_flags(instruction.text)
        found = _FROM.match(instruction.text, at)
        if found is None:
            return
        self._stage += 1
        span = self._place(instruction, *found.span(1))
        alias = found[2] or ""
        self._image(found[1], span, alias=alias)
        if alias:
            self._aliases.add(alias.lower())

    def _image(self, written: str, span: Span, *, alias: str = "", is_copied: bool = False) -> None:
        name = expanded(written, self._arguments)
        is_stage = (name or "").lower() in self._aliases or (is_copied and written.isdigit())
        image = Image(
            written=written,
            name=name or "",
            span=span,
            use="copy" if is_copied else "from",
            alias=alias,
            is_stage=is_stage,
            variables=variables_in(written),
        )
        self.images.append(image)

    def _argument(self, instruction: Instruction) -> None:
        for found in _ARGUMENT.finditer(instruction.text):
            value = None if found[2] is None else _unquoted(found[2])
            span = self._place(instruction, *found.span())
            self.settings.append(Setting("arg", found[1], value, self._stage, span))
            if self._stage < 0:  # only these may stand in FROM
                plain = None if value is None else expanded(value, self._arguments)
                self._arguments[found[1]] = plain

    def _environment(self, instruction: Instruction) -> None:
        pairs = list(_ENV_WORD.finditer(instruction.text))
        first = instruction.text.split(None, 1)[:1]
        if not first or "=" not in first[0]:
            old = _OLD_ENV.match(instruction.text)
            pairs = [old] if old else []
        for found in pairs:
            span = self._place(instruction, *found.span())
            value = _unquoted(found[2].strip())
            self.settings.append(Setting("env", found[1], value, self._stage, span))

    def _copy(self, instruction: Instruction) -> None:
        text = instruction.text
        origin = self._flags(instruction, "from")
        at = _behind_flags(text)
        words = [found[0] for found in _WORD.finditer(text, at)]
        if text[at : at + 1] == "[":
            words = [found[1] for found in _JSON_WORD.finditer(text, at)]
        if len(words) > 1:
            span = self._place(instruction, at, len(text.rstrip()))
            self.copies.append(Copy(tuple(words[:-1]), words[-1], origin, self._stage, span))

    def _flags(self, instruction: Instruction, wanted: str) -> str:
        """The last origin of files that the flags name; each is an image that is copied from."""
        origin, at = "", 0
        while found := _FLAG.match(instruction.text, at):
            at = found.end()
            value, start = found[2] or "", found.start(2)
            if found[1] != wanted:
                continue
            if wanted == "mount":
                inner = _MOUNT.search(value)
                if inner is None:
                    continue
                value, start = inner[1], start + inner.start(1)
            if value:
                origin = value
                span = self._place(instruction, start, start + len(value))
                self._image(value, span, is_copied=True)
        return origin

    def _run(self, instruction: Instruction) -> None:
        self._flags(instruction, "mount")
        at = _behind_flags(instruction.text)
        text = " " * at + instruction.text[at:]
        for command in self._commands(text, instruction, at):
            self.commands.append(BuildCommand(command, max(self._stage, 0)))

    def _commands(self, text: str, instruction: Instruction, at: int) -> Iterator[ShellCommand]:
        if instruction.heredocs and _SHELL_HEREDOC.fullmatch(text, at):
            yield from self._in_heredoc(instruction.heredocs[0])
            return
        if text[at : at + 1] == "[" and text.rstrip().endswith("]"):
            words = list(_JSON_WORD.finditer(text, at))
            yield from self._in_list(words, instruction)
            return
        start = instruction.start
        yield from placed_commands(text, lambda a, b: self._lines.span(start + a, start + b))

    def _in_heredoc(self, heredoc: Heredoc) -> Iterator[ShellCommand]:
        start = heredoc.start
        return placed_commands(heredoc.text, lambda a, b: self._lines.span(start + a, start + b))

    def _in_list(
        self, words: list[re.Match[str]], instruction: Instruction
    ) -> Iterator[ShellCommand]:
        """The command of an exec form, or the shell text that it hands to a shell."""
        if len(words) == 3 and words[0][1] in _SHELLS and words[1][1] in {"-c", "-lc", "-ec"}:
            start = instruction.start + words[2].start(1)
            yield from placed_commands(
                words[2][1], lambda a, b: self._lines.span(start + a, start + b)
            )
        elif words:
            yield ShellCommand(
                tuple(found[1] for found in words),
                tuple(self._place(instruction, *found.span()) for found in words),
            )


def _behind_flags(text: str) -> int:
    at = 0
    while found := _FLAG.match(text, at):
        at = found.end()
    return at


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value
