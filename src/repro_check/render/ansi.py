"""Colours and hyperlinks, written only where the style asks for them.

Sources: ECMA-48 section 8.3.117 (SGR) and the OSC 8 convention for hyperlinks in terminals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_check.findings import Severity

if TYPE_CHECKING:
    from repro_check.render.style import Style

BOLD = "1"
BLUE = "1;34"
CYAN = "36"
SEVERITY_COLOR = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;34"}


def paint(text: str, color: str, style: Style) -> str:
    """The text in a colour (SGR parameters such as `1;31`)."""
    return f"\x1b[{color}m{text}\x1b[0m" if style.color and text else text


def link(text: str, url: str, style: Style) -> str:
    """The text as a hyperlink; `url` is one that `wording.url_of` has let through."""
    return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if style.links and url else text
