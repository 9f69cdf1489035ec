"""Keys without a shape of their own, told by the name of their service on the same line.

A W&B key is forty hexadecimal digits, as is a git commit: only `wandb` and a word such as `key` or
`login` before it tell them apart, with nothing between them that speaks of a commit or a digest.
"""

# ruff: noqa: S105 (`secret_type` is the name of a kind, not a secret)
from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector

_WORD = r"(?i:api[_\- ]?key|key|token|secret|login|password|credential)s?"
_BETWEEN = (
    r"(?:(?!(?i:commit|sha|hash|md5|digest|checksum|revision|version|git\+|run_id))[^\n]){0,48}?"
)
_RIGHT = r"(?![A-Za-z0-9_+/=\-])"


def _beside(service: str, value: str) -> re.Pattern[str]:
    """`service`, a word that promises a credential, at most twelve signs, then `value`."""
    return re.compile(
        rf"(?i:{service}){_BETWEEN}{_WORD}(?:\s?:\s?str\s?(?==))?[^A-Za-z0-9\n]{{1,12}}({value}){_RIGHT}"
    )


def _handed_to(client: str, value: str) -> re.Pattern[str]:
    """`value` as the first argument of `client`."""
    return re.compile(rf"\b(?:{client})\(\s?\\?[\"']({value})\\?[\"']")


class WandbNamedKeyDetector(RegexBasedDetector):
    """Scans for the classic W&B key beside `wandb` or its .netrc host."""

    secret_type = "W&B Classic API Key"
    denylist = (_beside(r"wandb|weights.{0,3}biases", r"[0-9a-f]{40}"),)


class KaggleNamedKeyDetector(RegexBasedDetector):
    """Scans for classic Kaggle keys: beside the name, and in the two fields of a kaggle.json."""

    secret_type = "Kaggle API Key"
    denylist = (
        _beside(r"kaggle", r"[0-9a-f]{32}"),
        re.compile(
            r"\\?[\"']username\\?[\"']\s*:\s*\\?[\"'][^\"'\\]{1,64}\\?[\"']\s*,\s*"
            r"\\?[\"']key\\?[\"']\s*:\s*\\?[\"']([0-9a-f]{32})\\?[\"']"
        ),
    )


class CometKeyDetector(RegexBasedDetector):
    """Scans for Comet keys."""

    secret_type = "Comet API Key"
    denylist = (
        _beside(r"comet(?:_?ml)?|\bExperiment\(", r"[A-Za-z0-9]{25}"),
        _handed_to(
            r"(?:Offline|Existing)?Experiment|comet_ml\.(?:init|login|API)", r"[A-Za-z0-9]{25}"
        ),
    )


class RepositoryTokenDetector(RegexBasedDetector):
    """Scans for the tokens of research archives: Zenodo, Figshare, OSF."""

    secret_type = "Research Archive Token"
    denylist = (
        _beside(r"zenodo", r"[A-Za-z0-9]{60}"),
        _beside(r"figshare", r"[0-9a-f]{128}"),
        _beside(r"\bosf", r"[A-Za-z0-9]{70}"),
    )


class ModelServiceKeyDetector(RegexBasedDetector):
    """Scans for the shapeless keys of model services."""

    secret_type = "Model Service API Key"
    denylist = (
        _beside(r"cohere|\bco_api", r"[A-Za-z0-9]{40}"),
        _handed_to(r"cohere\.(?:Async)?Client(?:V2)?", r"[A-Za-z0-9]{40}"),
        _beside(r"mistral|serpapi|deepseek|azure[_\- ]?openai|openai", r"(?:sk-)?[A-Za-z0-9]{32}"),
        _beside(r"together|serpapi", r"[0-9a-f]{64}"),
        _beside(r"roboflow", r"[A-Za-z0-9]{20}"),
        _beside(r"ncbi|entrez", r"[0-9a-f]{36}"),
        _beside(r"semantic.?scholar|\bs2", r"[A-Za-z0-9]{40}"),
        _beside(r"mp_?rester|materials_?project|matminer", r"[A-Za-z0-9]{16}|[A-Za-z0-9]{32}"),
        _handed_to(r"MPRester|MPDataRetrieval", r"[A-Za-z0-9]{16}|[A-Za-z0-9]{32}"),
        _beside(r"clearml|trains", r"[A-Za-z0-9]{30}|[A-Za-z0-9]{50}|[A-Za-z0-9]{86}"),
        _beside(r"azure", r"[A-Za-z0-9]{84}"),
    )
