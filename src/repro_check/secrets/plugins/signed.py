"""Signed statements: JSON Web Tokens (RFC 7519).

`JwtTokenDetector` takes the place of detect-secrets' own, whose pattern stops before the
signature, and so neither hides nor tells apart whole tokens.
"""

# ruff: noqa: S105 (`secret_type` is the name of a kind, not a secret)
from __future__ import annotations

import re

from detect_secrets.plugins import jwt


class JwtTokenDetector(jwt.JwtTokenDetector):
    """Scans for JSON Web Tokens whose header and payload decode to JSON."""

    secret_type = "JSON Web Token"
    denylist = [  # noqa: RUF012 (detect-secrets declares a list)
        re.compile(
            r"(?:(?<![A-Za-z0-9_\-.])|(?<=\\[nrt]))"
            r"eyJ[A-Za-z0-9_=\-]{8,}\.eyJ[A-Za-z0-9_=\-]{4,}(?:\.[A-Za-z0-9_=\-]+)?"
        ),
    ]
