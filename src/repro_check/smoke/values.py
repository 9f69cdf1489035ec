"""Reads an output: JSON, a NumPy array, or else text. Nothing is unpickled or evaluated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from repro_check.smoke.npy import parse_npy

if TYPE_CHECKING:
    from pathlib import Path

# What an output may hold, in bytes.
RESULT_LIMIT = 256 << 20


class UnreadableError(ValueError):
    """An output that is missing, too large, or not of the kind that its name promises."""


def read_value(path: Path) -> object:
    """The content of `path`: nested lists, dictionaries, numbers and text.

    Args:
        path: `.json` and `.npy` are read as such, anything else as text.

    Raises:
        UnreadableError: there is no such file, or it cannot be read.
    """
    if not path.is_file():
        raise UnreadableError(f"the file {path.name} was not written")
    if path.stat().st_size > RESULT_LIMIT:
        raise UnreadableError(f"{path.name} is larger than {RESULT_LIMIT >> 20} MB; write a part")
    if path.suffix == ".npy":
        try:
            return parse_npy(path.read_bytes())
        except ValueError as error:
            raise UnreadableError(f"{path.name} cannot be read: {error}") from error
    text = path.read_text(encoding="utf-8", errors="replace")
    return parse_text(text, suffix=path.suffix, name=path.name)


def parse_text(text: str, *, suffix: str, name: str) -> object:
    """`text` as JSON if `suffix` says so, or as it is; NaN and Infinity are numbers, as in Python.

    Raises:
        UnreadableError: it is not JSON, or is to be compared with an array.
    """
    if suffix == ".npy":
        raise UnreadableError(f"{name} is text, but the expected output is an array (.npy)")
    if suffix != ".json":
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{name} is not JSON: {error}") from error
