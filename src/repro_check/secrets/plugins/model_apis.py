"""Keys of services that serve, host or search with models, known by their prefixes."""

# ruff: noqa: S105 (`secret_type` is the name of a kind, not a secret)
from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector

_LEFT = r"(?:(?<![A-Za-z0-9_\-])|(?<=\\[nrt]))"
_RIGHT = r"(?![A-Za-z0-9_\-])"


class HuggingFaceTokenDetector(RegexBasedDetector):
    """Scans for Hugging Face user and organisation tokens."""

    secret_type = "Hugging Face Token"
    denylist = (
        re.compile(
            _LEFT
            + r"(?:hf|api_org)_(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{34}"
            + _RIGHT
        ),
    )


class OpenAIKeyDetector(RegexBasedDetector):
    """Scans for OpenAI's keys, scoped and legacy, and for gateways that copy their shape.

    The digit keeps the class names of scikit-learn's HTML (`sk-toggleable...`) out.
    """

    secret_type = "OpenAI API Key"
    denylist = (
        re.compile(_LEFT + r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_\-]{40,250}" + _RIGHT),
        re.compile(_LEFT + r"sk-(?=[A-Za-z]*[0-9])[A-Za-z0-9]{32,64}" + _RIGHT),
    )


class OpenRouterKeyDetector(RegexBasedDetector):
    """Scans for OpenRouter's keys."""

    secret_type = "OpenRouter API Key"
    denylist = (re.compile(_LEFT + r"sk-or-v1-[0-9a-f]{64}" + _RIGHT),)


class AnthropicKeyDetector(RegexBasedDetector):
    """Scans for Anthropic's API, admin and OAuth keys."""

    secret_type = "Anthropic API Key"
    denylist = (re.compile(_LEFT + r"sk-ant-(?:[a-z]+[0-9]{2}-)?[A-Za-z0-9_\-]{60,200}" + _RIGHT),)


class ReplicateTokenDetector(RegexBasedDetector):
    """Scans for Replicate's tokens."""

    secret_type = "Replicate Token"
    denylist = (re.compile(_LEFT + r"r8_[A-Za-z0-9]{37}" + _RIGHT),)


class GroqKeyDetector(RegexBasedDetector):
    """Scans for Groq's keys."""

    secret_type = "Groq API Key"
    denylist = (re.compile(_LEFT + r"gsk_[A-Za-z0-9]{48,56}" + _RIGHT),)


class XaiKeyDetector(RegexBasedDetector):
    """Scans for xAI's keys."""

    secret_type = "xAI API Key"
    denylist = (re.compile(_LEFT + r"xai-[A-Za-z0-9]{70,90}" + _RIGHT),)


class NvidiaKeyDetector(RegexBasedDetector):
    """Scans for the keys of NVIDIA's API catalogue."""

    secret_type = "NVIDIA API Key"
    denylist = (re.compile(_LEFT + r"nvapi-[A-Za-z0-9_\-]{60,70}" + _RIGHT),)


class PerplexityKeyDetector(RegexBasedDetector):
    """Scans for Perplexity's keys."""

    secret_type = "Perplexity API Key"
    denylist = (re.compile(_LEFT + r"pplx-[A-Za-z0-9]{48}" + _RIGHT),)


class VoyageKeyDetector(RegexBasedDetector):
    """Scans for Voyage AI's keys; digit and capital keep hyphenated words out."""

    secret_type = "Voyage API Key"
    denylist = (
        re.compile(_LEFT + r"pa-(?=[\w\-]*[0-9])(?=[\w\-]*[A-Z])[A-Za-z0-9_\-]{43}" + _RIGHT),
    )


class TogetherKeyDetector(RegexBasedDetector):
    """Scans for Together AI's current keys; the old ones need their name beside them."""

    secret_type = "Together API Key"
    denylist = (re.compile(_LEFT + r"tgp_v1_[A-Za-z0-9_\-]{40,50}" + _RIGHT),)


class FireworksKeyDetector(RegexBasedDetector):
    """Scans for Fireworks AI's keys."""

    secret_type = "Fireworks API Key"
    denylist = (
        re.compile(_LEFT + r"fw_(?=[a-z]*[0-9A-Z])(?=\w*[0-9])[A-Za-z0-9]{22,24}" + _RIGHT),
    )


class SearchKeyDetector(RegexBasedDetector):
    """Scans for the keys of search and embedding services: Tavily and Jina."""

    secret_type = "Search API Key"
    denylist = (
        re.compile(_LEFT + r"tvly-(?:[a-z]+-)?[A-Za-z0-9]{32}" + _RIGHT),
        re.compile(_LEFT + r"jina_[0-9a-f]{32}[A-Za-z0-9_\-]{28}" + _RIGHT),
    )


class PineconeKeyDetector(RegexBasedDetector):
    """Scans for Pinecone's current keys."""

    secret_type = "Pinecone API Key"
    denylist = (re.compile(_LEFT + r"pcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{50,80}" + _RIGHT),)


class LangSmithKeyDetector(RegexBasedDetector):
    """Scans for LangSmith's personal and service keys, current and old."""

    secret_type = "LangSmith API Key"
    denylist = (
        re.compile(_LEFT + r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}" + _RIGHT),
        re.compile(_LEFT + r"ls__[0-9a-f]{32}" + _RIGHT),
    )
