"""Private keys written on one line, as in the JSON of a service account.

`PrivateKeyDetector` takes the place of detect-secrets' own, which records the header alone as the
secret (Yelp/detect-secrets#858). Keys over several lines are seen by `repro_check.secrets.keys`.
"""

# ruff: noqa: S105 (`secret_type` is the name of a kind, not a secret)
from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector


class PrivateKeyDetector(RegexBasedDetector):
    """Scans for private keys whose line breaks are written as two characters."""

    secret_type = "Private Key"
    denylist = (
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\+[nr])+"
            r"([A-Za-z0-9+/=]{32,}(?:\\+[nr][A-Za-z0-9+/=]+)*)"
        ),
    )
