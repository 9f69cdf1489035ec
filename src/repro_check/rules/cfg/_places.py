"""Where a word of a command, or a key of a config, stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from repro_check.findings import Edit, Fix, Location, Safety, Span
from repro_check.project.experiments.effective import Origin
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.project import Project

_LONGEST_COMMAND = 60
_FAILS = pattern(
    r"Could not (find|override|append)|not in struct|\w+(Error|Exception)\b|Traceback|"
    r"MissingMandatoryValue|^\W*(this|which) (fails|is an error)",
    re.IGNORECASE,
)


def word_place(project: Project, origin: Origin, word: str) -> Span:
    """The place of a word of a documented command; its line where the word is not found.

    Args:
        project: the repository.
        origin: where the command begins.
        word: as the command has it, or its start.
    """
    lines = (project.text_at(origin.path) or "").splitlines()
    first = origin.span.line
    wanted = re.compile(rf"(?<![\w.]){re.escape(word)}(?![\w.])")
    for number, line in enumerate(lines[first - 1 : first - 1 + _LONGEST_COMMAND], first):
        found = wanted.search(line)
        if found:
            return Span(number, found.start() + 1, number, found.end() + 1)
        if not line.rstrip().endswith("\\"):
            break
    return origin.span


def key_place(project: Project, origin: Origin, key: str) -> Span | None:
    """The place of the key whose value stands at an origin; None where a config has no such key."""
    config = project.configs.get(origin.path) if origin.path in project.configs.paths else None
    for entry in config.facts.entries if config is not None else ():
        if entry.span == origin.span and entry.keys[-1:] == (key,):
            return entry.key_span
    return None


def renamed(path: str, span: Span, old: str, new: str) -> Fix:
    """The fix that writes another name in the place of a wrong one."""
    edit = Edit(Location(path=path, span=span), new)
    return Fix(Safety.UNSAFE, f"Write `{new}` for `{old}`", (edit,))


def shows_a_failure(project: Project, origin: Origin) -> bool:
    """Whether the lines behind a documented command show that it fails, as manuals do."""
    lines = (project.text_at(origin.path) or "").splitlines()
    start = origin.span.line
    return any(_FAILS.search(line) for line in lines[start : start + 6])
