"""Passwords where only passwords stand: .netrc entries, sshpass, Slurm's accounting."""

# ruff: noqa: S105 (`secret_type` is the name of a kind, not a secret)
from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector


class NetrcPasswordDetector(RegexBasedDetector):
    """Scans for the password of a .netrc entry written on one line."""

    secret_type = "Netrc Password"
    denylist = (re.compile(r"\bmachine\s+\S+\s+login\s+\S+\s+password\s+(\S{6,256})"),)


class CommandPasswordDetector(RegexBasedDetector):
    """Scans for passwords that batch scripts hand to sshpass."""

    secret_type = "Password on Command Line"
    denylist = (re.compile(r"\bsshpass\s+-p\s*[\"']?([^\s\"'\\]{6,128})"),)


class SlurmPasswordDetector(RegexBasedDetector):
    """Scans for the database password in slurm.conf and slurmdbd.conf.

    With Munge the same field names a socket instead, which is a path.
    """

    secret_type = "Slurm Password"
    denylist = (re.compile(r"(?i:storagepass)\s{0,4}=\s{0,4}[\"']?([^\s\"'#]{6,128})"),)
