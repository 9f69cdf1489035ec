"""Reports as documents: one format a file, each a function of the report and the style.

A document is plain text; nothing is printed here. Every renderer takes the repository for
hostile: whatever comes from it is shown escaped, never sent raw to a terminal, a workflow log or
a web page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_check.errors import UsageError
from repro_check.render.style import Physical, Renderer, Style, own_span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_check.findings import Report

__all__ = ["FORMATS", "Physical", "Renderer", "Style", "own_span", "render"]


def _lazy(module: str) -> Renderer:
    """A renderer whose module is imported when it is first called: start-up stays short."""

    def call(report: Report, style: Style, physical: Physical) -> str:
        from importlib import import_module

        document: str = import_module(f"{__name__}.{module}").render(report, style, physical)
        return document

    return call


FORMATS: Mapping[str, Renderer] = {
    "full": _lazy("full"),
    "concise": _lazy("concise"),
    "json": _lazy("json_document"),
    "github": _lazy("github"),
    "sarif": _lazy("sarif"),
    "junit": _lazy("junit"),
    "markdown": _lazy("markdown"),
}


def render(report: Report, format_name: str, style: Style, *, physical: Physical = own_span) -> str:
    """The report as a document.

    Args:
        report: the outcome of a run.
        format_name: a key of `FORMATS`.
        style: colour, links, width and extras; formats for machines ignore it.
        physical: maps a place to its span in the stored file; needed only for notebooks, whose
            places count inside a cell while GitHub and SARIF count lines of the JSON text.

    Returns:
        text that encodes as UTF-8 and ends with a newline, or "" where there is nothing to say.

    Raises:
        UsageError: there is no such format.
    """
    if format_name not in FORMATS:
        raise UsageError(
            f"there is no output format `{format_name}`",
            fix=f"write one of: {', '.join(FORMATS)}",
        )
    return FORMATS[format_name](report, style, physical)
