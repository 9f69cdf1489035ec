"""Whether a YAML config says in words what it is for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from repro_check.sources.config import ConfigFacts
from repro_check.text import pattern

_TELLS = pattern(
    r"(?i)_?(\w+_)?(description|descr?|comments?|notes?|doc|docs|about|purpose|summary|tags|title|abstract)_?"
)
_MARK = pattern(r"(?<!\S)#+")
# what tools and Hydra read, and commented-out settings, tell no reader why
_DIRECTIVE = pattern(
    r"\s*(@package\b|yaml-language-server|repro-check:|yamllint|prettier|noqa|yapf|fmt:|type:|pylint|"
    r"-\*-|!)|\s*(-\s*)?[-\w.\"'${}]+\s*:\s*(\S*|[\[{\"'].*)\s*$|\s*[-=*#~ ]*$"
)


def is_described(facts: ConfigFacts, text: str) -> bool:
    """Whether a config has a comment for readers, or a key that describes it.

    Args:
        facts: what the file says.
        text: its text.
    """
    for entry in facts.entries:
        key = entry.keys[-1] if entry.keys else ""
        if isinstance(key, str) and entry.text.strip() != "" and _TELLS.fullmatch(key):
            return True
        if entry.keys and isinstance(entry.keys[-1], int) and len(entry.keys) > 1:
            owner = entry.keys[-2]
            if isinstance(owner, str) and _TELLS.fullmatch(owner):
                return True
    return any(not _DIRECTIVE.match(comment) for comment in _comments(facts, text))


def _comments(facts: ConfigFacts, text: str) -> Iterator[str]:
    """The comments of a YAML text, without their marks."""
    if "#" not in text:
        return
    spans = [entry.span for entry in facts.entries if entry.kind == "scalar"]
    scalars = sorted((s.line, s.column, s.end_line, s.end_column) for s in spans)
    for number, row in enumerate(text.splitlines(), start=1):
        for found in _MARK.finditer(row) if "#" in row else ():
            here = (number, found.start() + 1)
            before = bisect_right(scalars, (*here, number, len(row) + 2)) - 1
            if before < 0 or scalars[before][2:] <= here:
                yield row[found.end() :]
                break
