"""Labels of findings, kept in the format of detect-secrets 1.5.0's baseline.

`is_secret` is true or false there; null, which detect-secrets reads as no label, is "unsure". Who
labelled and when is not written. All that we do not know stays as it is and where it is.
"""

from __future__ import annotations

import enum
import json
from typing import Any

import msgspec

from repro_check.secrets.baseline import BaselineKey, read_baseline
from repro_check.text import pattern

_VERSION = "1.5.0"
_INDENT = pattern(r"\{\s*?\n([ \t]+)\"")

# What plain detect-secrets is told to look for: those of its plug-ins that we use.
_PLUGINS_TEXT = """
    ArtifactoryDetector AzureStorageKeyDetector BasicAuthDetector CloudantDetector
    DiscordBotTokenDetector IbmCosHmacDetector KeywordDetector MailchimpDetector NpmDetector
    OpenAIDetector PypiTokenDetector SendGridDetector SlackDetector SoftlayerDetector
    SquareOAuthDetector TelegramBotTokenDetector TwilioKeyDetector
"""
_FILTERS = ("allowlist.is_line_allowlisted", "heuristic.is_templated_secret")


class Label(enum.Enum):
    """What somebody said of a finding."""

    TRUE = "true"
    FALSE = "false"
    UNSURE = "unsure"


class Labelled(msgspec.Struct, frozen=True):
    """A finding as a baseline names it.

    Attributes:
        path: relative to the root, with forward slashes.
        kind: as detect-secrets' `type`.
        sha1: the digest of the secret.
        line: 1-based line in the file, or None where it has none.
    """

    path: str
    kind: str
    sha1: str
    line: int | None

    @property
    def key(self) -> BaselineKey:
        """What the finding is looked up by."""
        return self.path, self.sha1


_LABELS = {True: Label.TRUE, False: Label.FALSE, None: Label.UNSURE}
_VALUES = {label: value for value, label in _LABELS.items()}


def read_labels(text: str | None) -> dict[BaselineKey, Label]:
    """The labels in a baseline; entries without one are not among them.

    Args:
        text: of the baseline; None if there is none.

    Raises:
        ReproCheckError: `text` is not a baseline.
    """
    if text is None:
        return {}
    read_baseline(text)
    found = {}
    for path, entries in json.loads(text).get("results", {}).items():
        for entry in entries:
            if "is_secret" in entry:
                key = (path.replace("\\", "/"), entry["hashed_secret"])
                found[key] = _LABELS[entry["is_secret"]]
    return found


def with_label(text: str | None, finding: Labelled, label: Label) -> str:
    """The baseline with a finding's label: set where there is an entry, else with a new entry.

    Args:
        text: of the baseline; None if there is none.
        finding: what is labelled.
        label: what is said of it.

    Raises:
        ReproCheckError: `text` is not a baseline.
    """
    if text is not None:
        read_baseline(text)
    document = _new() if text is None else json.loads(text)
    results = document.setdefault("results", {})
    stored = next((path for path in results if path.replace("\\", "/") == finding.path), None)
    if stored is None:
        stored = finding.path
        is_sorted = list(results) == sorted(results)
        results[stored] = []
        if is_sorted:
            document["results"] = results = dict(sorted(results.items()))
    entries = results[stored]
    mine = [entry for entry in entries if entry["hashed_secret"] == finding.sha1]
    if not mine:
        mine = [_entry(stored, finding)]
        entries.extend(mine)
    for entry in mine:
        entry["is_secret"] = _VALUES[label]
    indent = _INDENT.match(text) if text else None
    return json.dumps(document, indent=indent[1] if indent else 2) + "\n"


def _new() -> dict[str, Any]:
    return {
        "version": _VERSION,
        "plugins_used": [{"name": name} for name in _PLUGINS_TEXT.split()],
        "filters_used": [{"path": f"detect_secrets.filters.{name}"} for name in _FILTERS],
        "results": {},
    }


def _entry(path: str, finding: Labelled) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": finding.kind,
        "filename": path,
        "hashed_secret": finding.sha1,
        "is_verified": False,
    }
    if finding.line is not None:
        entry["line_number"] = finding.line
    return entry
