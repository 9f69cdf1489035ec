"""Keys in the form of a UUID: told by the name of their service and by where they are handed over.

A UUID names runs, cells and files far more often than it opens anything, so nothing but the
service's own words will do.
"""

# ruff: noqa: S105 (`secret_type` is the name of a kind, not a secret)
from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class PineconeOldKeyDetector(RegexBasedDetector):
    """Scans for the keys that Pinecone gave out until 2024."""

    secret_type = "Pinecone Classic API Key"
    denylist = (
        re.compile(
            r"(?i:pinecone)[^\n]{0,48}?(?i:api[_\- ]?key)(?:\s?:\s?str\s?(?==))?[^A-Za-z0-9\n]{1,12}"
            rf"({_UUID})(?![\w\-])"
        ),
    )
