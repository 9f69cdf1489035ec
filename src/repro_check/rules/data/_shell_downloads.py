"""What a shell script downloads and then opens."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.rules.data._commands import checks, fetched, reads
from repro_check.sources.lines import Lines
from repro_check.sources.shell_words import simple_commands
from repro_check.text import pattern

# a name that is made from variables may be another one each time
_UNKNOWN = pattern(r"[$`*?{}<>]")


class ShellDownload(msgspec.Struct, frozen=True):
    """A download by a command, and the command that opens the file."""

    name: str
    url: str
    span: Span
    read: Span


def shell_downloads(text: str) -> Iterator[ShellDownload]:
    """The downloads of a script that another command opens; none if it compares any hash.

    Files are told by their names alone, since a script goes from folder to folder.
    """
    if checks(text):
        return
    lines = Lines(text)
    waiting: dict[str, list[tuple[str, Span]]] = {}
    for command in simple_commands(text):
        words = [word.text for word in command]
        span = lines.span(command[0].start, command[-1].end)
        found = fetched(words)
        if found is not None:
            name = posixpath.basename(words[found.word]) if found.word >= 0 else found.name
            if name and not _UNKNOWN.search(name):
                waiting.setdefault(name, []).append((found.url, span))
        elif reads(words):
            for word in words[1:]:
                name = posixpath.basename(word)
                for url, place in waiting.pop(name, ()):
                    yield ShellDownload(name, url, place, span)
