"""Passwords in the URLs of databases and queues.

detect-secrets' own plugin for passwords in URLs wants a user before the colon, which Redis does
without, and none of `!$&*+;=` in the password, which drivers take as they come.
"""

# ruff: noqa: S105 (`secret_type` is the name of a kind, not a secret)
from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector


class DatabasePasswordDetector(RegexBasedDetector):
    """Scans for the password in the URL of a database."""

    secret_type = "Database Password"
    denylist = (
        re.compile(
            r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?|mssql|oracle|clickhouse"
            r"|snowflake|cockroachdb|neo4j)(?:\+[a-z0-9]{1,16})?://"
            r"[^\s:@/\"'`]{0,64}:([^\s:@/\"'`]{5,128})@"
        ),
    )
