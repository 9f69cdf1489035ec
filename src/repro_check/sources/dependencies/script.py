"""What a script declares in its own comments (PEP 723)."""

from __future__ import annotations

import msgspec

from repro_check.findings import Span
from repro_check.sources.config import ConfigFacts
from repro_check.sources.decoding import LIMITS, Limits
from repro_check.sources.dependencies.model import ManifestFacts
from repro_check.sources.dependencies.pip import declared_text
from repro_check.sources.dependencies.tree import tree
from repro_check.sources.dependencies.uv import uv_constraints, uv_indexes, with_uv_sources
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

# the regular expression of PEP 723, "Reference Implementation"
_BLOCK = pattern(
    r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)[ \t]*\r?$\s(?P<content>(^#(| .*)\r?$\s)+)^# ///[ \t]*\r?$"
)


def read_script(text: str, *, limits: Limits = LIMITS) -> ManifestFacts | None:
    """What the `script` block of a Python file declares; None if it has none, or several.

    Raises:
        Unreadable: the block is no TOML.
    """
    if "# /// script" not in text:
        return None
    blocks = [found for found in _BLOCK.finditer(text) if found["type"] == "script"]
    if len(blocks) != 1:
        return None
    rows = blocks[0]["content"].splitlines()
    first = text.count("\n", 0, blocks[0].start("content")) + 1
    widths = [2 if row.startswith("# ") else 1 for row in rows]
    content = "\n".join(row[width:] for row, width in zip(rows, widths, strict=True))
    top = tree(_moved(_toml(content, limits, first), first, widths))
    declared = [
        one
        for each in top.at("dependencies").strings()
        if (one := declared_text(each.text, each.span)) is not None
    ]
    python = top.at("requires-python")
    tool = top.at("tool", "uv")
    return ManifestFacts(
        tool="script",
        declared=(*with_uv_sources(declared, tool.at("sources")), *uv_constraints(tool)),
        python=python.text,
        python_span=python.span if python.text else None,
        indexes=uv_indexes(tool),
    )


def _toml(content: str, limits: Limits, first: int) -> ConfigFacts:
    from repro_check.sources.toml_positions import toml_facts

    try:
        return toml_facts(content, limits=limits)
    except Unreadable as error:
        raise Unreadable(f"its metadata from line {first} on: {error.reason}") from error


def _moved(facts: ConfigFacts, first: int, widths: list[int]) -> ConfigFacts:
    """The facts of the content as places in the script."""

    def width(line: int) -> int:
        return widths[line - 1] if line <= len(widths) else 0

    def move(span: Span) -> Span:
        return Span(
            span.line + first - 1,
            span.column + width(span.line),
            span.end_line + first - 1,
            span.end_column + width(span.end_line),
        )

    entries = tuple(
        msgspec.structs.replace(
            entry,
            span=move(entry.span),
            key_span=move(entry.key_span) if entry.key_span else None,
        )
        for entry in facts.entries
    )
    return msgspec.structs.replace(facts, entries=entries)
