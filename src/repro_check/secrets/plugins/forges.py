"""Tokens of code forges, package indexes and registries.

`GitHubTokenDetector` and `GitLabTokenDetector` take the place of detect-secrets' own, which
record only the prefix as the secret (Yelp/detect-secrets#858).
"""

# ruff: noqa: S105 (`secret_type` is the name of a kind, not a secret)
from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector

# A token begins where no word goes on; "\n" written as two characters also ends a word.
_LEFT = r"(?:(?<![A-Za-z0-9_\-])|(?<=\\[nrt]))"
_RIGHT = r"(?![A-Za-z0-9_\-])"


class GitHubTokenDetector(RegexBasedDetector):
    """Scans for GitHub's classic (2021) and fine-grained (2022) tokens."""

    secret_type = "GitHub Token"
    denylist = (
        re.compile(_LEFT + r"gh[pousr]_[A-Za-z0-9]{36,255}" + _RIGHT),
        re.compile(_LEFT + r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}" + _RIGHT),
    )


class GitLabTokenDetector(RegexBasedDetector):
    """Scans for GitLab's personal, deploy, feed, runner, job, trigger and agent tokens."""

    secret_type = "GitLab Token"
    denylist = (
        re.compile(
            _LEFT
            + r"(?:glpat|gldt|glft|glsoat|glrt)-[A-Za-z0-9_\-]{20,300}"
            + r"(?:\.[0-9a-z]{2}\.[0-9a-z]{7,9})?"  # where the token is routed and its checksum
            + _RIGHT
        ),
        re.compile(_LEFT + r"(?:glimt|glptt|glagent|gloas)-[A-Za-z0-9_\-]{25,300}" + _RIGHT),
        re.compile(_LEFT + r"glcbt-(?:[0-9a-fA-F]{2}_)?[A-Za-z0-9_\-]{20,50}" + _RIGHT),
        re.compile(_LEFT + r"GR1348941[A-Za-z0-9_\-]{20,50}" + _RIGHT),
    )


class NpmTokenDetector(RegexBasedDetector):
    """Scans for npm's granular and automation tokens."""

    secret_type = "NPM Token"
    denylist = (re.compile(_LEFT + r"npm_[A-Za-z0-9]{36}" + _RIGHT),)


class OverleafTokenDetector(RegexBasedDetector):
    """Scans for Overleaf's git authentication tokens."""

    secret_type = "Overleaf Git Token"
    denylist = (re.compile(_LEFT + r"olp_[A-Za-z0-9]{36}" + _RIGHT),)


class DockerTokenDetector(RegexBasedDetector):
    """Scans for Docker Hub's personal access tokens."""

    secret_type = "Docker Hub Token"
    denylist = (re.compile(_LEFT + r"dckr_pat_[A-Za-z0-9_\-]{27}" + _RIGHT),)
