"""Facts of a Jupyter notebook: its cells, and its code as one module in document order.

Follows nbformat 4 (https://nbformat.readthedocs.io/en/latest/format_description.html); older formats
with worksheets are read too. Raw JSON is never searched by patterns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Location, Span
from repro_check.sources.decoding import encodable
from repro_check.sources.magics import plain_python
from repro_check.sources.python import ModuleFacts
from repro_check.sources.unreadable import Unreadable

if TYPE_CHECKING:
    from repro_check.sources.json_positions import Node

_LARGEST_COUNT = 2**31


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """One cell.

    Attributes:
        kind: "code", "markdown" or "raw".
        execution_count: as saved; None when the cell was never run or was cleaned.
        first_line: the line of the joined code at which this cell's source begins; 0 if its source
            is not part of the joined code.
        lines: how many lines the source has.
        is_empty: whether the source is blank.
        tags: the tags in its metadata.
        outputs: how many outputs are saved.
        error: the exception's name when a saved output is an error; else "".
    """

    kind: str
    execution_count: int | None
    first_line: int
    lines: int
    is_empty: bool
    tags: tuple[str, ...]
    outputs: int
    error: str


class SkippedCell(msgspec.Struct, frozen=True, array_like=True):
    """A code cell whose source could not be read as Python, and why."""

    cell: int
    reason: str


class NotebookFacts(msgspec.Struct, frozen=True, array_like=True):
    """What one notebook says; `code` is in the coordinates of the joined code cells."""

    language: str
    cells: tuple[Cell, ...]
    code: ModuleFacts
    skipped: tuple[SkippedCell, ...] = ()

    @property
    def not_read(self) -> str:
        """Which cells could not be read, and why the first could not; "" when all were."""
        if not self.skipped:
            return ""
        first, more = self.skipped[0], len(self.skipped) - 1
        place = f"cell {first.cell}: " if first.cell else ""
        return f"{place}{first.reason}" + (f" (and {more} more cells)" if more else "")

    def place(self, span: Span) -> tuple[int, Span]:
        """The 1-based cell, and the span inside it, of a span of the joined code."""
        number = 0
        for index, cell in enumerate(self.cells, start=1):
            if cell.first_line and cell.first_line <= span.line:
                number = index
        shift = self.cells[number - 1].first_line - 1
        inside = Span(span.line - shift, span.column, span.end_line - shift, span.end_column)
        return number, inside


def read_notebook(data: bytes) -> NotebookFacts:
    """Facts of a notebook, from its bytes alone.

    Raises:
        Unreadable: no JSON, or no notebook.
    """
    from repro_check.sources.python_walk import walk_text

    document = load(data)
    raw_cells = cells_of(document)
    metadata = _mapping(document.get("metadata"))
    language = _language(metadata)
    cells: list[Cell] = []
    skipped: list[SkippedCell] = []
    joined: list[str] = []
    line = 1
    for number, raw in enumerate(raw_cells, start=1):
        source = source_of(raw)
        first_line = 0
        if raw.get("cell_type") == "code" and language == "python":
            code = plain_python(source)
            if code is not None:
                reason = _why_unreadable(code)
                if reason:
                    skipped.append(SkippedCell(number, reason))
                    code = "\n" * code.count("\n")
                first_line = line
                joined.append(code)
                line += code.count("\n") + 1
        cells.append(_cell(raw, source, first_line))
    text = "\n".join(joined)
    try:
        facts = walk_text(text)
    except Unreadable as error:
        skipped.append(SkippedCell(0, error.reason))
        facts = walk_text("")
    return NotebookFacts(language, tuple(cells), facts, tuple(skipped))


def load(data: bytes) -> dict[str, object]:
    """The notebook's JSON document.

    Raises:
        Unreadable: with the line at which the JSON breaks.
    """
    import json

    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 (byte {error.start})") from error
    except json.JSONDecodeError as error:
        raise Unreadable(f"line {error.lineno}: is not a JSON document ({error.msg})") from error
    except ValueError as error:  # an integer of more digits than the interpreter reads
        raise Unreadable("holds a number that is too long to be read") from error
    except RecursionError as error:
        raise Unreadable("is nested too deeply to be read") from error
    if not isinstance(document, dict):
        raise Unreadable("is JSON, but not a notebook (no cells)")
    return document


def cells_of(document: dict[str, object]) -> list[dict[str, object]]:
    """The raw cells, of nbformat 4 or of the worksheets of nbformat 3.

    Raises:
        Unreadable: there are none.
    """
    cells = document.get("cells")
    worksheets = document.get("worksheets")
    if cells is None and isinstance(worksheets, list):
        cells = [c for sheet in worksheets for c in _list(_mapping(sheet).get("cells"))]
    if not isinstance(cells, list):
        raise Unreadable("is JSON, but not a notebook (no cells)")
    return [_mapping(cell) for cell in cells]


def source_of(raw: dict[str, object]) -> str:
    """A cell's source as one text (nbformat allows a list of lines)."""
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        return "".join(item for item in source if isinstance(item, str))
    return source if isinstance(source, str) else ""


def physical_span(data: bytes, location: Location) -> Span | None:
    """Where a place inside a cell stands in the lines of the notebook's JSON file.

    The span covers the JSON string of the source line, or of the whole cell where the source is one
    string. None when the file no longer has that cell or line.
    """
    from repro_check.sources import json_positions

    try:
        node = json_positions.parse(data.decode("utf-8-sig"))
    except (Unreadable, UnicodeDecodeError):
        return None
    if location.cell is None:
        return None
    cells = list(_cell_nodes(node))
    cell = cells[location.cell - 1] if 0 < location.cell <= len(cells) else None
    source = None if cell is None else cell.find(("source",)) or cell.find(("input",))
    if source is None:
        return None
    line = location.span.line if location.span else 1
    first = 1
    for item in source.children:
        # an item may hold several lines, or part of one: writers also cut at form feeds and U+2028
        last = first + item.value.removesuffix("\n").count("\n")
        if item.value and line <= last:
            return item.span
        first = last + item.value.endswith("\n")
    return source.span


def _cell_nodes(node: Node) -> Iterator[Node]:
    """The cells of nbformat 4, or of the worksheets of nbformat 3."""
    sheets = node.find(("worksheets",))
    for holder in (node, *(() if sheets is None else sheets.children)):
        cells = holder.find(("cells",))
        if cells is not None and cells.kind == "array":
            yield from cells.children


def _cell(raw: dict[str, object], source: str, first_line: int) -> Cell:
    count = raw.get("execution_count", raw.get("prompt_number"))
    outputs = [_mapping(output) for output in _list(raw.get("outputs"))]
    tags = _list(_mapping(raw.get("metadata")).get("tags"))
    return Cell(
        kind=encodable(str(raw.get("cell_type", ""))),
        execution_count=_count(count),
        first_line=first_line,
        lines=source.count("\n") + 1,
        is_empty=not source.strip(),
        tags=tuple(encodable(tag) for tag in tags if isinstance(tag, str)),
        outputs=len(outputs),
        error=_error(outputs),
    )


def _count(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < _LARGEST_COUNT else None


def _error(outputs: list[dict[str, object]]) -> str:
    for output in outputs:  # what is untrusted may be unhashable, so it is looked up in a tuple
        if output.get("output_type") in ("error", "pyerr"):
            return encodable(str(output.get("ename", ""))) or "error"
    return ""


def _language(metadata: dict[str, object]) -> str:
    info = _mapping(metadata.get("language_info"))
    kernel = _mapping(metadata.get("kernelspec"))
    named = str(info.get("name") or kernel.get("language") or "python").lower()
    return "python" if named in {"python", "python3", "ipython"} else encodable(named)


def _why_unreadable(code: str) -> str:
    from repro_check.sources.python_text import parse

    try:
        parse(code)
    except Unreadable as error:
        return error.reason
    return ""


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
