"""Facts of an Apptainer (Singularity) definition.

Follows https://apptainer.org/docs/user/main/definition_files.html: headers of `Key: value` before the
first section of each stage, then sections that begin with `%name`.
"""

from __future__ import annotations

from typing import NamedTuple

from repro_check.sources.containers.model import (
    BuildCommand,
    ContainerFacts,
    Copy,
    Image,
    Setting,
)
from repro_check.sources.decoding import LIMITS, Limits, decode
from repro_check.sources.lines import Lines
from repro_check.sources.shell_places import placed_commands
from repro_check.text import pattern

_HEADER = pattern(r"[ \t]*([A-Za-z]\w*)[ \t]*:[ \t]*(\S.*?)[ \t]*(?:[ \t]#.*)?")
_SECTION = pattern(r"[ \t]*%(\w+)(?:[ \t]+(.*))?")
_TEMPLATE = pattern(r"\{\{\s*(\w+)\s*\}\}")
_ARGUMENT = pattern(r"[ \t]*([A-Za-z_]\w*)=(.*?)[ \t]*")
_VARIABLE = pattern(r"[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=(.*?)[ \t]*")
_FROM_STAGE = pattern(r"from[ \t]+(\S+)")
_RUN = frozenset({"post", "setup", "pre", "appinstall"})


class _Header(NamedTuple):
    """A value of the header, with its offsets."""

    value: str
    start: int
    end: int


def read_apptainer(data: bytes, *, limits: Limits = LIMITS) -> ContainerFacts:
    """Facts of a definition; other files of the same name have no header and say nothing.

    Raises:
        Unreadable: not text, or over one of the limits.
    """
    text = decode(data, limits)
    reader = _Definition(text)
    reader.run()
    if not reader.images:
        return ContainerFacts(tool="apptainer")
    return ContainerFacts(
        tool="apptainer",
        images=tuple(reader.images),
        settings=tuple(reader.settings),
        copies=tuple(reader.copies),
        commands=tuple(reader.commands),
    )


class _Definition:
    """One pass over the lines."""

    def __init__(self, text: str) -> None:
        self.images: list[Image] = []
        self.settings: list[Setting] = []
        self.copies: list[Copy] = []
        self.commands: list[BuildCommand] = []
        self._text = text
        self._lines = Lines(text)
        self._header: dict[str, _Header] = {}
        self._arguments: dict[str, str | None] = {}

    def run(self) -> None:
        """Read the headers and sections in their order."""
        rows, starts = self._lines.rows(), self._lines.starts
        self._collect_arguments(rows)
        section, first, origin = "", 0, ""
        for number, row in enumerate([*rows, "%end"]):
            found = _SECTION.fullmatch(row)
            header = None if found else _HEADER.fullmatch(row)
            is_stage = header is not None and header[1].lower() == "bootstrap"
            if found or (is_stage and (section or "bootstrap" in self._header)):
                end = starts[number] if number < len(rows) else len(self._text)
                self._section(section, first, end, origin)
                self._close_header()
                section, origin = (found[1].lower(), found[2] or "") if found else ("", "")
                first = starts[number + 1] if number + 1 < len(starts) else len(self._text)
            if header and not section:
                at = starts[number]
                value = _Header(header[2], at + header.start(2), at + header.end(2))
                self._header[header[1].lower()] = value

    def _collect_arguments(self, rows: list[str]) -> None:
        """The defaults in `%arguments`, which may stand behind the header that uses them."""
        is_inside = False
        for row in rows:
            section = _SECTION.fullmatch(row)
            if section:
                is_inside = section[1].lower() == "arguments"
            elif is_inside and (found := _ARGUMENT.fullmatch(row)):
                self._arguments[found[1]] = found[2].strip("\"'")

    def _close_header(self) -> None:
        """Make the image of a stage, if its header is complete."""
        header, self._header = self._header, {}
        agent = header.get("bootstrap")
        if agent is None:
            return
        source = agent.value.lower()
        origin = header.get("from") or (agent if source == "scratch" else header.get("mirrorurl"))
        if origin is None:
            return
        written = origin.value
        values = {name: self._arguments.get(name) for name in _TEMPLATE.findall(written)}
        is_known = all(value is not None for value in values.values())
        name = _TEMPLATE.sub(lambda found: values[found[1]] or "", written) if is_known else ""
        alias = header["stage"].value if "stage" in header else ""
        image = Image(
            written=written,
            name=name,
            span=self._lines.span(origin.start, origin.end),
            source=source,
            alias=alias,
            variables=tuple(values),
        )
        self.images.append(image)

    def _section(self, name: str, first: int, end: int, origin: str) -> None:
        stage = len(self.images) - 1
        body = self._text[first:end]
        if name in _RUN:
            for command in placed_commands(
                body, lambda a, b: self._lines.span(first + a, first + b)
            ):
                self.commands.append(BuildCommand(command, max(stage, 0)))
            return
        at = first
        for row in body.splitlines(keepends=True):
            self._row(name, row, at, origin, stage)
            at += len(row)

    def _row(self, name: str, row: str, at: int, origin: str, stage: int) -> None:
        plain = row.rstrip()
        span = self._lines.span(at + len(plain) - len(plain.lstrip()), at + len(plain))
        if not plain.strip() or plain.lstrip().startswith("#"):
            return
        if name == "files":
            from_stage = _FROM_STAGE.fullmatch(origin.strip())
            words = plain.split()
            target = words[-1] if len(words) > 1 else words[0]
            source = from_stage[1] if from_stage else ""
            self.copies.append(Copy(tuple(words[:-1] or words), target, source, stage, span))
        elif name == "environment" and (found := _VARIABLE.fullmatch(plain)):
            self.settings.append(Setting("env", found[1], found[2].strip("\"'"), stage, span))
        elif name == "arguments" and (found := _ARGUMENT.fullmatch(plain)):
            self.settings.append(Setting("arg", found[1], found[2].strip("\"'"), stage, span))
