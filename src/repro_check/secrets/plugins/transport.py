"""Tokens on the wire: in URLs and in headers."""

# ruff: noqa: S105 (`secret_type` is the name of a kind, not a secret)
from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector


class UrlTokenDetector(RegexBasedDetector):
    """Scans for tokens in a URL's query, such as the one Jupyter prints when it starts."""

    secret_type = "Token in URL"
    denylist = (
        re.compile(
            r"[?&](?:token|access_token|(?i:[a-z0-9_\-]{0,32}api_?key)|key)=([A-Za-z0-9_\-.%]{20,512})"
        ),
        # Azure's shared access signatures: the signature is the base64 of 32 bytes.
        re.compile(r"[?&]s[vepr]=[^\s\"']{0,600}[?&]sig=([A-Za-z0-9%+/]{40,80}(?:=|%3[dD]))"),
    )


class BearerTokenDetector(RegexBasedDetector):
    """Scans for the token of an `Authorization: Bearer` header."""

    secret_type = "Bearer Token"
    denylist = (re.compile(r"\b[Bb]earer\s+([A-Za-z0-9._~+/\-]{20,1024}={0,2})(?![\w(\[])"),)
