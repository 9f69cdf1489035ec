"""What became of the data that configs declare, as a JSON document; see docs/json-format.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from repro_check import __version__
from repro_check.data import DataDeclaration
from repro_check.data.repository import Checked
from repro_check.findings import NotChecked
from repro_check.render.json_document import dump
from repro_check.render.visible import encodable
from repro_check.runtime.changes import Change


def document(
    found: Sequence[Checked],
    not_declared: Sequence[tuple[str, DataDeclaration]] = (),
    *,
    unread: Sequence[NotChecked] = (),
) -> str:
    """All verdicts, data without a digest and damaged configs, without the last newline."""
    return dump(
        {
            "version": 1,
            "tool": {"name": "repro-check", "version": __version__},
            "data": [_verdict(item) for item in found],
            "not_declared": [
                {"config": encodable(config), **_declaration(one)} for config, one in not_declared
            ],
            "not_read": [
                {"config": encodable(note.path), "reason": encodable(note.reason)}
                for note in unread
            ],
        }
    ).rstrip("\n")


def _declaration(declared: DataDeclaration) -> dict[str, Any]:
    span = declared.path_entry.span
    text = declared.path_text
    return {
        "name": encodable(declared.name),
        "path": None if text is None else encodable(text),
        "line": span.line,
        "column": span.column,
    }


def _verdict(item: Checked) -> dict[str, Any]:
    verdict = item.verdict
    return {
        "config": encodable(item.config),
        **_declaration(verdict.declaration),
        "state": verdict.state.value,
        "algorithm": verdict.declaration.algorithm.value,
        "recorded": encodable(verdict.recorded),
        "actual": verdict.actual,
        "files": verdict.file_count,
        "bytes": verdict.size,
        "reason": encodable(verdict.reason),
        "changes": verdict.changes,
        "changed": [_change(change) for change in verdict.changed],
        "causes": [encodable(cause) for cause in verdict.causes],
        "pointers": [encodable(name) for name in verdict.files],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "path": encodable(change.path),
        "kind": change.kind,
        "old_size": change.old_size,
        "new_size": change.new_size,
    }
