"""From places to text and back: the line at a finding, and spans in the files on disk."""

from __future__ import annotations

from collections.abc import Callable

from repro_check.findings import Location, Span
from repro_check.sources.discovery import SourceFile
from repro_check.sources.kinds import Kind
from repro_check.sources.unreadable import Unreadable

_LONGEST = 1_000


class Places:
    """Looks up source lines.

    Args:
        find: the file of a path, or None.
        content: its bytes, or None.
    """

    def __init__(
        self,
        find: Callable[[str], SourceFile | None],
        content: Callable[[SourceFile], bytes | None],
    ) -> None:
        self._find = find
        self._content = content
        self._lines: dict[tuple[str, int | None], list[str]] = {}

    def line(self, location: Location) -> str:
        """The text of the first line at a place, cut at 1,000 characters; "" if there is none."""
        if location.span is None:
            return ""
        key = (location.path, location.cell)
        if key not in self._lines:
            self._lines[key] = self._read(location)
        lines = self._lines[key]
        number = location.span.line
        return lines[number - 1][:_LONGEST] if number <= len(lines) else ""

    def physical(self, location: Location) -> Span | None:
        """The span in the file on disk: of a notebook in the lines of its JSON."""
        file = self._find(location.path)
        if file is None or file.kind is not Kind.NOTEBOOK or location.cell is None:
            return location.span
        data = self._content(file)
        if data is None:
            return None
        from repro_check.sources.notebook import physical_span

        return physical_span(data, location)

    def _read(self, location: Location) -> list[str]:
        from repro_check.sources.decoding import decode
        from repro_check.sources.notebook import cells_of, load, source_of

        file = self._find(location.path)
        data = None if file is None else self._content(file)
        if data is None:
            return []
        try:
            if location.cell is not None:
                cells = cells_of(load(data))
                if location.cell > len(cells):
                    return []
                return source_of(cells[location.cell - 1]).split("\n")
            text = decode(data)
        except Unreadable:
            return []
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
