"""Opaque values bound to a name that promises a credential."""

# ruff: noqa: S105 (`secret_type` is the name of a kind, not a secret)
from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector

_NAME = (
    r"(?i:api[_\-]?key|access[_\-]?key|secret[_\-]?key|private[_\-]?key|account[_\-]?key"
    r"|auth[_\-]?key|client[_\-]?key|subscription[_\-]?key|license[_\-]?key|service[_\-]?key"
    r"|storage[_\-]?key|master[_\-]?key|signing[_\-]?key|encryption[_\-]?key|sshpass"
    r"|passw(?:or)?d|passphrase|pwd|secret|credential|token|_pass|(?<![A-Za-z])pat|apikey)\w{0,24}"
)
_JOINT = (
    r"(?:\\?[\"'])?[\])]{0,2}(?:\s{0,4}:\s{0,4}[A-Za-z_][\w.\[\]|]*(?=\s{0,4}=))?"
    r"\s{0,8}(?:=>|:=|[=!]==?|=|:|\(|,|\s)\s{0,8}\(?"
)


class NamedSecretDetector(RegexBasedDetector):
    """Scans for values, quoted or bare, right after a credential's name.

    Unlike detect-secrets' KeywordDetector it knows tokens, keeps to values without spaces, and
    finds every one on a line. Used alone it wants a filter for placeholders.
    """

    secret_type = "Named Secret"
    denylist = (
        re.compile(_NAME + _JOINT + r"[rbfu]?\\?[\"'`]([^\s\"'`\\]{6,512})\\?[\"'`]"),
        re.compile(_NAME + _JOINT + r"([A-Za-z0-9_+/=.~!@%^\-]{6,512})(?![\w(\[{<$/])"),
    )
