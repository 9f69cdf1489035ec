"""Read TOML (https://toml.io/en/v1.0.0) with errors that name the place."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import Any

from repro_check.errors import SettingsError


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """The document in `text`; `name` is how errors call the file.

    Raises:
        SettingsError: the text is not TOML; it names the line and the column.
    """
    reader = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    fix = "correct the file; https://toml.io describes the format"
    try:
        document: dict[str, Any] = reader.loads(text)
    except RecursionError as error:
        raise SettingsError("its tables are nested too deeply", where=name, fix=fix) from error
    except ValueError as error:  # TOMLDecodeError, and int() on more digits than Python allows
        message = str(error)
        place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
        what = f"not valid TOML: {message[:place.start()] if place else message}"
        where = f"{name}:{_line_and_column(place, text)}" if place else name
        raise SettingsError(what, where=where, fix=fix) from error
    return document


def _line_and_column(place: re.Match[str], text: str) -> str:
    if place[1]:
        return f"{place[1]}:{place[2]}"
    lines = text.split("\n")
    return f"{len(lines)}:{len(lines[-1]) + 1}"
