"""Which reader makes the facts of which kind of file. Readers are pure functions of path and bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from repro_check.sources.kinds import Kind


class Reader(msgspec.Struct, frozen=True):
    """How one kind of facts is made.

    Attributes:
        number: its place in the cache's keys; never reused.
        read: from path and bytes to facts; raises `Unreadable`.
        facts: gives the type of the facts, for decoding (imported only when needed).
    """

    number: int
    read: Callable[[str, bytes], Any]
    facts: Callable[[], type[Any]]


def _python(_path: str, data: bytes) -> object:
    from repro_check.sources.python import read_python

    return read_python(data)


def _notebook(_path: str, data: bytes) -> object:
    from repro_check.sources.notebook import read_notebook

    return read_notebook(data)


def _yaml(_path: str, data: bytes) -> object:
    from repro_check.sources.config import read_yaml

    return read_yaml(data)


def _toml(_path: str, data: bytes) -> object:
    from repro_check.sources.config import read_toml

    return read_toml(data)


def _json(_path: str, data: bytes) -> object:
    from repro_check.sources.config import read_json

    return read_json(data)


def _ini(_path: str, data: bytes) -> object:
    from repro_check.sources.ini import read_ini

    return read_ini(data)


def _requirements(_path: str, data: bytes) -> object:
    from repro_check.sources.requirements import read_requirements

    return read_requirements(data)


def _markdown(_path: str, data: bytes) -> object:
    from repro_check.sources.markdown import read_markdown

    return read_markdown(data)


def _secrets(path: str, data: bytes) -> object:
    from repro_check.secrets.facts import read_secrets

    return read_secrets(path, data)


def _module_facts() -> type[Any]:
    from repro_check.sources.python import ModuleFacts

    return ModuleFacts


def _notebook_facts() -> type[Any]:
    from repro_check.sources.notebook import NotebookFacts

    return NotebookFacts


def _config_facts() -> type[Any]:
    from repro_check.sources.config import ConfigFacts

    return ConfigFacts


def _requirement_facts() -> type[Any]:
    from repro_check.sources.requirements import RequirementFacts

    return RequirementFacts


def _markdown_facts() -> type[Any]:
    from repro_check.sources.markdown import MarkdownFacts

    return MarkdownFacts


def _secret_facts() -> type[Any]:
    from repro_check.secrets.subject import SecretFacts

    return SecretFacts


BY_KIND = {
    Kind.PYTHON: Reader(1, _python, _module_facts),
    Kind.NOTEBOOK: Reader(2, _notebook, _notebook_facts),
    Kind.YAML: Reader(3, _yaml, _config_facts),
    Kind.TOML: Reader(4, _toml, _config_facts),
    Kind.JSON: Reader(5, _json, _config_facts),
    Kind.REQUIREMENTS: Reader(6, _requirements, _requirement_facts),
    Kind.MARKDOWN: Reader(7, _markdown, _markdown_facts),
    Kind.INI: Reader(8, _ini, _config_facts),
}
SECRETS = Reader(20, _secrets, _secret_facts)
