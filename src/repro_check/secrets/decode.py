"""Bytes to text, and notebooks to the texts that people wrote or saw."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

import msgspec

from repro_check.text import pattern

_SNIFFED = 8000  # bytes; git looks as far to tell binary from text (buffer_is_binary)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ANSI = pattern(r"\x1b\[[0-9;]*[A-Za-z]")


class CellText(msgspec.Struct, frozen=True):
    """A text in a notebook: a cell's source, or one of its text outputs.

    Attributes:
        cell: the cell, counted from 1 over all cells.
        output: the output, counted from 1 in its cell, or None for the source.
        text: the decoded text.
    """

    cell: int
    output: int | None
    text: str


def decode_text(data: bytes) -> str | None:
    """`data` as text, or None when it is binary.

    A byte order mark decides; UTF-16 without one is known by its zero bytes; all else is UTF-8,
    with a replacement character for each byte that is not.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    head = data[:_SNIFFED]
    if b"\0" not in head:
        return data.decode("utf-8", errors="replace")
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(head) >= 4 and min(even, odd) == 0 and max(even, odd) * 4 > len(head):
        return data.decode("utf-16-be" if even else "utf-16-le", errors="replace")
    return None


def file_texts(text: str, *, path: str) -> Iterator[CellText | str]:
    """The texts to search in a file: the cells of a notebook, else the whole.

    A notebook that cannot be read as one is searched whole, rather than not at all.
    """
    if path.endswith(".ipynb"):
        try:
            yield from list(notebook_texts(text))
        except ValueError:
            yield text
    else:
        yield text


def notebook_texts(text: str) -> Iterator[CellText]:
    """Source and text outputs of each cell: streams, text/plain and tracebacks, never images.

    Args:
        text: the JSON of a notebook, format 3 or 4.

    Raises:
        ValueError: it is not the JSON of a notebook.
    """
    try:
        notebook = msgspec.json.decode(text, type=_Notebook)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    cells = notebook.cells or [cell for sheet in notebook.worksheets for cell in sheet.cells]
    for number, cell in enumerate(cells, start=1):
        yield CellText(number, None, _joined(cell.source or cell.input))
        for output_number, output in enumerate(cell.outputs, start=1):
            shown = _joined(output.text) + _joined(output.data.get("text/plain", ""))
            shown += _ANSI.sub("", _joined(output.traceback, between="\n"))
            if shown:
                yield CellText(number, output_number, shown)


class _Output(msgspec.Struct):
    text: object = ""
    traceback: object = ""
    data: dict[str, object] = {}


class _Cell(msgspec.Struct):
    source: object = ""
    input: object = ""
    outputs: list[_Output] = []


class _Sheet(msgspec.Struct):
    cells: list[_Cell] = []


class _Notebook(msgspec.Struct):
    cells: list[_Cell] = []
    worksheets: list[_Sheet] = []


def _joined(lines: object, *, between: str = "") -> str:
    if isinstance(lines, str):
        return lines
    if isinstance(lines, list):
        return between.join(line for line in lines if isinstance(line, str))
    return ""
