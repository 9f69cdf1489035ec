"""The secrets of a history as a JSON document; see docs/json-format.md."""

from __future__ import annotations

from typing import Any

from repro_check import __version__
from repro_check.render.json_document import dump
from repro_check.render.secrets_advice import steps
from repro_check.render.visible import encodable
from repro_check.secrets.history import History, HistorySecret
from repro_check.secrets.scrub import scrub


def history_document(root: str, history: History) -> str:
    """The document, without its last newline; no secret stands in it whole."""
    document: dict[str, Any] = {
        "version": 1,
        "tool": {"name": "repro-check", "version": __version__},
        "root": encodable(root),
        "secrets": [_secret(secret) for secret in history],
        "steps": [
            {"text": step.text, "commands": list(step.commands)}
            for step in (steps(history.secrets) if history.secrets else ())
        ],
        "not_checked": [
            {"path": encodable(item.path), "reason": encodable(item.reason)}
            for item in history.not_checked
        ],
        "submodules": [encodable(path) for path in history.submodules],
        "summary": {
            "secrets": len(history),
            "file_versions": history.blobs,
            "read": history.read,
        },
    }
    return dump(document).rstrip("\n")


def _secret(secret: HistorySecret) -> dict[str, Any]:
    what = secret.secret
    return {
        "kind": what.kind,
        "redacted": encodable(what.redacted),
        "fingerprint": what.fingerprint,
        "reason": encodable(scrub(what.reason)),
        "path": encodable(scrub(secret.path)),
        "cell": secret.cell,
        "line": None if secret.is_output else what.line,
        "column": None if secret.is_output else what.column,
        "blob": secret.blob,
        "blobs": list(secret.blobs),
        "commits": list(secret.commits),
        "removed": list(secret.removed),
        "since": secret.since or None,
        "paths": [encodable(scrub(path)) for path in secret.paths],
        "in_head": secret.in_head,
        "is_local": secret.is_local,
        "is_of_tests": secret.is_of_tests,
    }
