"""What one line of Markdown is: a fence, a list item, a row of a table."""

from __future__ import annotations

import msgspec

from repro_check.text import pattern

_LIST = pattern(r"(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)")
_FENCE = pattern(r"(`{3,}|~{3,})(.*)")
_WORD = pattern(r"[A-Za-z0-9_+#-]+")
_BREAK = pattern(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_RULE_CELL = pattern(r":?-+:?")
_PIPE = pattern(r"(?<!\\)\|")


class Opening(msgspec.Struct, frozen=True):
    """The first line of a fenced block; `column` is the 0-based place of the fence."""

    mark: str
    length: int
    language: str
    column: int
    is_quoted: bool


def fence_at(line: str) -> Opening | None:
    """The fence that this line opens, also in list items and quotations, however deep."""
    at = 0
    while True:
        at = len(line) - len(line[at:].lstrip(" \t>"))
        item = _LIST.match(line, at)
        if item is None:
            break
        at = item.end()
    found = _FENCE.match(line, at)
    if found is None or (found[1][0] == "`" and "`" in found[2]):
        return None
    word = _WORD.search(found[2])
    return Opening(
        mark=found[1][0],
        length=len(found[1]),
        language=word[0].lower() if word else "",
        column=at,
        is_quoted=">" in line[:at],
    )


def is_closing(line: str, opening: Opening) -> bool:
    """Whether the line ends the block that `opening` began."""
    bare = line.strip(" \t>" if opening.is_quoted else " \t")
    return len(bare) >= opening.length and not bare.strip(opening.mark)


def is_list_item(line: str) -> bool:
    """Whether the line begins an item of a list (and is no thematic break)."""
    return bool(_LIST.match(line.lstrip())) and not is_break(line)


def is_break(line: str) -> bool:
    """Whether the line is a thematic break (`---`, `* * *`)."""
    return bool(_BREAK.fullmatch(line))


def cells(line: str) -> tuple[str, ...]:
    """The cells of a table row; none if the line has no bar."""
    bare = line.strip().removeprefix("|")
    if bare.endswith("|") and not bare.endswith("\\|"):
        bare = bare[:-1]
    elif "|" not in line:
        return ()
    return tuple(cell.strip().replace("\\|", "|") for cell in _PIPE.split(bare))


def is_table_rule(line: str, width: int) -> bool:
    """Whether the line is the rule below a table's header of so many cells."""
    parts = cells(line)
    return len(parts) == width and all(_RULE_CELL.fullmatch(part) for part in parts)
