"""From a TOML table to `Settings`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import msgspec

from repro_check.errors import SettingsError
from repro_check.settings.model import Settings
from repro_check.settings.source import Source


def decode(table: Any, source: Source) -> Settings:
    """The settings that a table declares; what it does not name has its default.

    Raises:
        SettingsError: an unknown key, a value of the wrong type or out of range.
    """
    if not isinstance(table, Mapping):
        raise SettingsError(
            "`tool.repro-check` is not a table",
            where=source.where(),
            fix="write `[tool.repro-check]` and the keys below it",
        )
    smoke = table.get("smoke", [])
    document = {**table, "smoke": [smoke] if isinstance(smoke, Mapping) else smoke}
    try:
        settings = msgspec.convert(document, Settings)
    except msgspec.ValidationError as error:
        from repro_check.settings.explain import explained

        raise explained(str(error), document, source) from error
    _refuse_outside_baseline(settings.baseline, source)
    return settings


def _refuse_outside_baseline(baseline: str, source: Source) -> None:
    """The baseline is written to, so the settings of a stranger must not choose where."""
    windows, posix = PureWindowsPath(baseline), PurePosixPath(baseline)
    if posix.is_absolute() or windows.anchor or ".." in windows.parts:
        raise SettingsError(
            "`baseline` leads out of the repository",
            where=source.where("baseline"),
            fix='write a path inside it, such as `baseline = "repro-check-baseline.txt"`',
        )
