"""Keys of the clouds, clusters, trackers and data hubs that experiments run on.

`AWSKeyDetector` and `StripeDetector` take the place of detect-secrets' own, which find access keys
inside base64 images and know the old length of Stripe's keys alone.
"""

# ruff: noqa: S105 (`secret_type` is the name of a kind, not a secret)
from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector

_LEFT = r"(?:(?<![A-Za-z0-9_+\-])|(?<=\\[nrt]))"
_RIGHT = r"(?![A-Za-z0-9_\-])"


class AWSKeyDetector(RegexBasedDetector):
    """Scans for AWS access key identifiers, and for secret keys beside the name.

    A presigned URL, such as that of a release download, names the identifier of its maker's key.
    """

    secret_type = "AWS Access Key"
    denylist = (
        re.compile(
            r"(?<!AWSAccessKeyId=)(?<!-Credential=)"
            + _LEFT
            + r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}(?![\w+/=])"
        ),
        re.compile(
            r"(?i:aws|s3).{0,20}?(?i:key|pwd|password|token)[^\w\n]{1,12}"
            r"([0-9a-zA-Z/+]{40})(?![\w+/=])"
        ),
    )


class GoogleKeyDetector(RegexBasedDetector):
    """Scans for Google API keys, OAuth client secrets and OAuth access tokens."""

    secret_type = "Google API Key"
    denylist = (
        re.compile(_LEFT + r"AIza[0-9A-Za-z_\-]{35}" + _RIGHT),
        re.compile(_LEFT + r"GOCSPX-[A-Za-z0-9_\-]{28}" + _RIGHT),
        re.compile(_LEFT + r"ya29\.[A-Za-z0-9_\-]{60,500}" + _RIGHT),
    )


class DatabricksTokenDetector(RegexBasedDetector):
    """Scans for Databricks' personal access tokens."""

    secret_type = "Databricks Token"
    denylist = (re.compile(_LEFT + r"dapi[0-9a-f]{32}(?:-[0-9])?" + _RIGHT),)


class ModalTokenDetector(RegexBasedDetector):
    """Scans for Modal's token identifiers and secrets.

    Two kinds of letters are demanded and a digit or two capitals in a row, or "as-" and a long
    word would do.
    """

    secret_type = "Modal Token"
    denylist = (
        re.compile(
            _LEFT
            + r"a[ks]-(?=[A-Za-z]*(?:[0-9]|[A-Z]{2}))(?=\w*[A-Z])(?=\w*[a-z])[A-Za-z0-9]{22}"
            + _RIGHT
        ),
    )


class RunPodKeyDetector(RegexBasedDetector):
    """Scans for RunPod's keys."""

    secret_type = "RunPod API Key"
    denylist = (re.compile(_LEFT + r"rpa_[A-Z0-9]{36,48}[a-z0-9]{0,8}" + _RIGHT),)


class DigitalOceanTokenDetector(RegexBasedDetector):
    """Scans for DigitalOcean's personal access tokens."""

    secret_type = "DigitalOcean Token"
    denylist = (re.compile(_LEFT + r"dop_v1_[0-9a-f]{64}" + _RIGHT),)


class PrefectKeyDetector(RegexBasedDetector):
    """Scans for Prefect Cloud's keys."""

    secret_type = "Prefect API Key"
    denylist = (re.compile(_LEFT + r"pnu_[A-Za-z0-9]{36}" + _RIGHT),)


class KaggleTokenDetector(RegexBasedDetector):
    """Scans for Kaggle's current tokens; the old keys need their name beside them."""

    secret_type = "Kaggle Token"
    denylist = (re.compile(_LEFT + r"KGAT_[0-9a-f]{32}" + _RIGHT),)


class WandbKeyDetector(RegexBasedDetector):
    """Scans for the W&B keys that have a prefix: `wandb_v1_` and a local server's `local-`."""

    secret_type = "W&B API Key"
    denylist = (
        re.compile(_LEFT + r"wandb_v1_[A-Za-z0-9_]{60,90}" + _RIGHT),
        re.compile(_LEFT + r"local-[0-9a-f]{40}" + _RIGHT),
    )


class NeptuneTokenDetector(RegexBasedDetector):
    """Scans for Neptune's tokens: base64 of a JSON object that opens with "api_address"."""

    secret_type = "Neptune API Token"
    denylist = (re.compile(_LEFT + r"eyJhcGlfYWRkcmVzcyI6[A-Za-z0-9+/_\-]{40,400}={0,2}"),)


class StripeDetector(RegexBasedDetector):
    """Scans for Stripe's live keys, which have grown past the length detect-secrets knows."""

    secret_type = "Stripe Access Key"
    denylist = (re.compile(_LEFT + r"[sr]k_live_[0-9a-zA-Z]{24,250}" + _RIGHT),)
