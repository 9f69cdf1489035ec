"""The JSON Schema (2020-12) of the settings, for editors and other tools.

It is generated from the model; `settings.schema.json` beside this file is its committed copy,
and a test says so when the copy is out of date.
"""

from __future__ import annotations

from typing import Any

import msgspec

from repro_check.settings.model import Settings

SCHEMA_URI = "https://json-schema.org/draft/2020-12/schema"


def settings_schema() -> dict[str, Any]:
    """The schema of `[tool.repro-check]`, which is also that of `repro-check.toml`."""
    schema = msgspec.json.schema(Settings)
    for definition in schema["$defs"].values():
        summary = definition["description"].split("\n\n")[0]
        definition["description"] = " ".join(summary.split())
        for described in definition["properties"].values():
            _drop_null(described)
    smoke = schema["$defs"]["Settings"]["properties"]["smoke"]
    smoke["anyOf"] = [smoke.pop("items"), {"type": smoke.pop("type"), "items": {"type": "object"}}]
    schema["$defs"]["DeclaredRule"] |= _one_condition()
    return {"$schema": SCHEMA_URI, "title": "Settings of repro-check", **schema}


def schema_text() -> str:
    """The schema as the committed file holds it."""
    import json

    return json.dumps(settings_schema(), indent=2) + "\n"


def _drop_null(described: dict[str, Any]) -> None:
    """TOML has no null: a key that may be absent is simply absent."""
    if "anyOf" in described:
        described |= next(kind for kind in described.pop("anyOf") if kind["type"] != "null")
        del described["default"]


def _one_condition() -> dict[str, Any]:
    """What `DeclaredRule` checks beyond types."""
    return {
        "oneOf": [
            {"required": ["file-exists"]},
            {"required": ["key-present", "file"]},
            {"required": ["pattern-absent"]},
        ],
        "dependentRequired": {"file": ["key-present"], "files": ["pattern-absent"]},
    }
