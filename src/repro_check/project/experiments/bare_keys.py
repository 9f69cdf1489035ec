"""Keys that are no texts to YAML: numbers and truth values (`30: 0.1`)."""

from __future__ import annotations

import re

from repro_check.sources.config import Entry
from repro_check.text import pattern

_NO_TEXT = pattern(
    r"[-+]?\.?[0-9][\w.+-]*|[-+]?\.(inf|nan)|~|true|false|yes|no|on|off|null", re.IGNORECASE
)


class BareKey(str):
    """A key of a tree that is no text; it equals the text that is written."""

    __slots__ = ()


def is_bare(entry: Entry) -> bool:
    """Whether a key is written without quotes and looks like no text."""
    key, span = entry.keys[-1] if entry.keys else "", entry.key_span
    if span is None or not isinstance(key, str) or not _NO_TEXT.fullmatch(key):
        return False
    return span.line == span.end_line and span.end_column - span.column == len(key)
