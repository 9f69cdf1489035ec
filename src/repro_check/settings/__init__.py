"""Settings: `[tool.repro-check]` in pyproject.toml, or `repro-check.toml`."""

from __future__ import annotations

from repro_check.settings.declared import DeclaredRule, SeverityName
from repro_check.settings.loading import LoadedSettings, load_settings
from repro_check.settings.model import (
    ConfidenceName,
    DataEntry,
    FailOn,
    Profile,
    Settings,
    SmokeTable,
)
from repro_check.settings.override import override
from repro_check.settings.schema import settings_schema
from repro_check.settings.source import Source
from repro_check.settings.toml import parse_toml

__all__ = [
    "ConfidenceName",
    "DataEntry",
    "DeclaredRule",
    "FailOn",
    "LoadedSettings",
    "Profile",
    "Settings",
    "SeverityName",
    "SmokeTable",
    "Source",
    "load_settings",
    "override",
    "parse_toml",
    "settings_schema",
]
