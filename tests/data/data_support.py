"""What the tests of `data` share: reading a configuration's text, applying edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_check.sources.json_positions import json_facts
from repro_check.sources.lines import Lines
from repro_check.sources.toml_positions import toml_facts
from repro_check.sources.yaml_positions import yaml_facts

if TYPE_CHECKING:
    from repro_check.findings import Edit
    from repro_check.sources.config import ConfigFacts

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 9\n"
ANNEX = b"/annex/objects/SHA256E-s9--abc.csv\n"
READERS = {"yaml": yaml_facts, "json": json_facts, "toml": toml_facts}


def facts_of(text: str, form: str = "yaml") -> ConfigFacts:
    return READERS[form](text)


def apply(text: str, edits: tuple[Edit, ...]) -> str:
    lines = Lines(text)
    for edit in reversed(edits):
        span = edit.location.span
        start = lines.starts[span.line - 1] + span.column - 1
        end = lines.starts[span.end_line - 1] + span.end_column - 1
        text = text[:start] + edit.replacement + text[end:]
    return text
