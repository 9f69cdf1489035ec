"""A commented settings table: every key is explained and shows its default."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from repro_check.errors import ReproCheckError, SettingsError
from repro_check.settings import Settings, parse_toml

PYPROJECT = "pyproject.toml"

_STARTER_KEYS = (
    "profile",
    "extend_select",
    "ignore",
    "per_file_ignores",
    "exclude",
    "fail_on",
    "entry_points",
    "seeders",
    "notebook_folders",
)


def settings_file() -> str:
    """The text of a new `repro-check.toml`."""
    return "\n".join(_commented_keys()) + "\n"


def add_settings_table(pyproject: str) -> str:
    """The text of a pyproject.toml with our table at its end; unchanged if it has one.

    Raises:
        ReproCheckError: the text is not TOML, or cannot take a table at its end.
    """
    if has_settings_table(pyproject):
        return pyproject
    newline = "\r\n" if "\r\n" in pyproject else "\n"
    is_ended = not pyproject.strip("\ufeff") or pyproject.endswith("\n")
    body = pyproject if is_ended else pyproject + newline
    blank = "" if not body.strip("\ufeff") or body.endswith(newline * 2) else newline
    added = body + blank + newline.join(["[tool.repro-check]", *_commented_keys(), ""])
    try:
        is_added = has_settings_table(added)
    except SettingsError:
        is_added = False
    if not is_added:
        raise ReproCheckError(
            "the `tool` table cannot take another table at the end of the file",
            where=PYPROJECT,
            fix="create an empty repro-check.toml for the settings, and run this again",
        )
    return added


def has_settings_table(pyproject: str) -> bool:
    """Whether the text of a pyproject.toml holds `[tool.repro-check]`.

    Raises:
        SettingsError: the text is not TOML.
    """
    tool = parse_toml(pyproject.removeprefix("\ufeff"), PYPROJECT).get("tool")
    return isinstance(tool, dict) and "repro-check" in tool


def _commented_keys() -> list[str]:
    lines = ["# Each key is shown with its default; take away the `#` before it to change it."]
    fields = {field.name: field for field in msgspec.structs.fields(Settings)}
    for name in _STARTER_KEYS:
        field = fields[name]
        # For strings, lists of strings and empty tables JSON and TOML are written alike.
        value = json.dumps(_default(field))
        lines += ["", f"# {field.type.__metadata__[0].description}"]
        lines.append(f"#{field.encode_name} = {value}")
    return lines


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
