"""Apply the edits of fixes to files: whole or not at all, in rounds, never breaking a file.

Edits of different fixes that overlap wait for the next round, since the first may change what the
second meant. A file that would no longer parse after its fixes is left as it was, and said.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from repro_check.atomic import create, write_atomic
from repro_check.errors import ReproCheckError
from repro_check.findings import Edit, Finding, Fix, Safety, Span
from repro_check.sources.kinds import Kind, kind_of
from repro_check.sources.lines import Lines
from repro_check.sources.unreadable import Unreadable

if TYPE_CHECKING:
    from repro_check.sources.json_positions import Node

_MARK = codecs.BOM_UTF8


class Change(msgspec.Struct, frozen=True):
    """New content for one file; `old` is None for one that is not there yet."""

    path: str
    old: bytes | None
    new: bytes
    fixes: int


class Refusal(msgspec.Struct, frozen=True):
    """Fixes of a file that were not applied, and why."""

    path: str
    reason: str


def plan_fixes(
    findings: Iterable[Finding], read: Callable[[str], bytes | None], allowed: frozenset[Safety]
) -> Iterator[Change | Refusal]:
    """The changes that the allowed fixes of these findings make, file by file.

    A fix that edits several files is applied only if none of its edits has to wait. A file that is
    to be made must not be there: `read` has to tell of files that git ignores, too.
    """
    chosen = _compatible([f.fix for f in findings if f.fix and f.fix.safety in allowed])
    edits: dict[str, list[Edit]] = {}
    for fix in chosen:
        for edit in fix.edits:
            edits.setdefault(edit.location.path, []).append(edit)
    for path in sorted(edits):
        old = read(path)
        if any(edit.location.span is None for edit in edits[path]):
            yield _new_file(path, old, edits[path])
            continue
        if old is None:
            yield Refusal(path, "the file can no longer be read")
            continue
        try:
            new = _edited(path, old, edits[path])
        except (Unreadable, ValueError) as error:
            yield Refusal(path, f"the fix cannot be applied: {error}")
            continue
        problem = _why_broken(path, new)
        if problem:
            yield Refusal(path, f"the fix would break the file ({problem}), so it was dropped")
        elif new != old:
            yield Change(path, old, new, len(edits[path]))


def _new_file(path: str, old: bytes | None, edits: list[Edit]) -> Change | Refusal:
    if old is not None or len(edits) > 1:
        return Refusal(path, "there is a file of this name already, so it was left as it is")
    new = edits[0].replacement.encode("utf-8", errors="replace")
    problem = _why_broken(path, new)
    if problem:
        return Refusal(path, f"the new file could not be read ({problem}), so it was not made")
    return Change(path, None, new, 1)


def plan_edits(path: str, old: bytes, edits: Iterable[Edit]) -> Change:
    """The change that edits make to one file, whatever they are for.

    Raises:
        ReproCheckError: the edits do not fit the file, or would break it.
    """
    wanted = list(edits)
    try:
        new = _edited(path, old, wanted)
    except (Unreadable, ValueError) as error:
        raise ReproCheckError(f"the file cannot be edited: {error}", where=path) from error
    problem = _why_broken(path, new)
    if problem:
        raise ReproCheckError(f"the edit would break the file ({problem})", where=path)
    return Change(path, old, new, len(wanted))


def diff(change: Change) -> str:
    """A unified diff of a change, in the form that `git apply` takes."""
    import difflib

    before = change.old or b""
    old, new = (_rows(data.decode("utf-8", errors="replace")) for data in (before, change.new))
    source = "/dev/null" if change.old is None else f"a/{change.path}"
    lines = difflib.unified_diff(old, new, source, f"b/{change.path}")
    mark = "\n\\ No newline at end of file\n"
    return "".join(line if line.endswith("\n") else f"{line}{mark}" for line in lines)


def _rows(text: str) -> list[str]:
    # not str.splitlines: to git, a form feed or a lone carriage return ends no line
    return [row for row in re.split(r"(?<=\n)", text) if row]


def write(change: Change, root: Path) -> None:
    """Replace a file by its new content, whole or not at all, with its mode kept; or make a new one.

    Raises:
        ReproCheckError: the folder cannot be written, and the old file is intact; or the file is not
            any more what the change was made for.
    """
    file = root / change.path
    if change.old is None:
        create(file, change.new)
        return
    try:
        is_as_planned = file.read_bytes() == change.old
    except OSError:
        is_as_planned = False
    if not is_as_planned:
        raise ReproCheckError(
            "the file was changed meanwhile, so it was left as it is",
            where=change.path,
            fix="Run it again.",
        )
    write_atomic(file, change.new)


def _compatible(fixes: Iterable[Fix]) -> Iterator[Fix]:
    taken: dict[tuple[str, int | None], list[tuple[tuple[int, int], tuple[int, int]]]] = {}
    seen: set[Fix] = set()
    for fix in fixes:
        if fix in seen:
            continue
        seen.add(fix)
        wanted = [(_key(edit), _range(edit)) for edit in fix.edits]
        if any(_overlap(span, other) for key, span in wanted for other in taken.get(key, ())):
            continue
        for key, span in wanted:
            taken.setdefault(key, []).append(span)
        yield fix


def _key(edit: Edit) -> tuple[str, int | None]:
    return edit.location.path, edit.location.cell


def _range(edit: Edit) -> tuple[tuple[int, int], tuple[int, int]]:
    span = edit.location.span
    if span is None:
        return (0, 0), (0, 0)
    return (span.line, span.column), (span.end_line, span.end_column)


def _overlap(
    first: tuple[tuple[int, int], tuple[int, int]], second: tuple[tuple[int, int], tuple[int, int]]
) -> bool:
    if first == second:
        return True
    return first[0] < second[1] and second[0] < first[1]


def _edited(path: str, old: bytes, edits: list[Edit]) -> bytes:
    if kind_of(path) is Kind.NOTEBOOK:
        return _edited_notebook(old, edits)
    has_mark = old.startswith(_MARK)
    text = old.decode("utf-8-sig")
    new = _edited_text(text, edits)
    return (_MARK if has_mark else b"") + new.encode("utf-8")


def _edited_text(text: str, edits: list[Edit]) -> str:
    starts = Lines(text).starts
    newline = "\r\n" if "\r\n" in text else "\n"
    for edit in sorted(edits, key=_range, reverse=True):
        (line, column), (end_line, end_column) = _range(edit)
        if end_line > len(starts):
            raise ValueError("the file is shorter than it was")
        begin, end = starts[line - 1] + column - 1, starts[end_line - 1] + end_column - 1
        text = text[:begin] + edit.replacement.replace("\n", newline) + text[end:]
    return text


def _edited_notebook(old: bytes, edits: list[Edit]) -> bytes:
    """Edit cells in place: only the JSON strings of the changed sources are written anew."""
    from repro_check.sources import json_positions
    from repro_check.sources.notebook import cells_of, load, source_of

    has_mark = old.startswith(_MARK)
    text = old.decode("utf-8-sig")
    node = json_positions.parse(text)
    cells = cells_of(load(old))
    lines = Lines(text)
    by_cell: dict[int, list[Edit]] = {}
    for edit in edits:
        if edit.location.cell is None:
            raise ValueError("an edit of a notebook needs a cell")
        by_cell.setdefault(edit.location.cell, []).append(edit)
    for number in sorted(by_cell, reverse=True):
        source = node.find(("cells", number - 1, "source"))
        if source is None:
            raise ValueError(f"there is no cell {number}")
        new = _edited_text(source_of(cells[number - 1]), by_cell[number])
        text = _with_source(text, lines, source, new)
    return (_MARK if has_mark else b"") + text.encode("utf-8")


def _with_source(text: str, lines: Lines, source: Node, new: str) -> str:
    """The JSON text with another cell source; strings of unchanged lines stay as they are written."""
    from difflib import SequenceMatcher

    def write(value: str) -> str:
        return json.dumps(value, ensure_ascii=text.isascii())

    def place(span: Span) -> tuple[int, int]:
        begin, end = lines.starts[span.line - 1], lines.starts[span.end_line - 1]
        return begin + span.column - 1, end + span.end_column - 1

    if source.kind != "array" or not source.children:
        begin, end = place(source.span)
        return text[:begin] + write(new) + text[end:]
    places = [place(child.span) for child in source.children]
    between = text[places[0][1] : places[1][0]] if len(places) > 1 else ", "
    old_items = [child.value for child in source.children]
    new_items = new.splitlines(keepends=True) or [""]
    matcher = SequenceMatcher(None, old_items, new_items, autojunk=False)
    for tag, first, last, new_first, new_last in reversed(matcher.get_opcodes()):
        written = [write(item) for item in new_items[new_first:new_last]]
        if tag == "equal":
            continue
        if tag == "replace":
            begin, end = places[first][0], places[last - 1][1]
        elif first:  # what is put in or taken out has its comma in front
            begin, end = places[first - 1][1], places[last - 1][1]
            written = ["", *written] if written else []
        else:
            begin, end = places[0][0], places[last][0]
            written = [*written, ""] if written else []
        text = text[:begin] + between.join(written) + text[end:]
    return text


def _why_broken(path: str, new: bytes) -> str:
    """Why a file cannot be read any more; "" when it can, or when it is of no readable kind."""
    from repro_check.engine.readers import BY_KIND

    reader = BY_KIND.get(kind_of(path))
    if reader is None:
        return ""
    try:
        reader.read(path, new)
    except Unreadable as error:
        return error.reason
    return ""
