"""Which tool wrote a lock, and what the lock says."""

from __future__ import annotations

from collections.abc import Callable

from repro_check.sources.decoding import LIMITS, Limits, decode
from repro_check.sources.dependencies.model import LockFacts
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

_TOOLS = (
    ("uv", pattern(r"uv\.lock|[\w.-]+\.py\.lock")),
    ("poetry", pattern(r"poetry\.lock")),
    ("pdm", pattern(r"pdm(\.[\w-]+)?\.lock")),
    ("pipenv", pattern(r"Pipfile\.lock")),
    ("pixi", pattern(r"pixi\.lock")),
    ("pylock", pattern(r"pylock(\.[\w-]+)?\.toml")),
    ("conda-lock", pattern(r"[\w.-]*conda-lock[\w.-]*\.ya?ml")),
    (
        "conda",
        pattern(r"[\w.-]*(linux|osx|win)-(64|32|aarch64|arm64|ppc64le|s390x)[\w.-]*\.lock"),
    ),
)


def lock_tool(path: str) -> str:
    """The tool that writes lock files of this name, as in `LockFacts.tool`; "" if it is no lock.

    Frozen requirement files (`requirements.txt`) have no name of their own and are none here.
    """
    name = path.rpartition("/")[2]
    if not name.endswith((".lock", ".toml", ".yml", ".yaml")):
        return ""
    return next((tool for tool, form in _TOOLS if form.fullmatch(name)), "")


def read_lock(path: str, data: bytes, limits: Limits = LIMITS) -> LockFacts:
    """What a lock file says; the path tells its form.

    Raises:
        Unreadable: no text, not the form that the name promises, or over one of the limits.
    """
    tool = lock_tool(path)
    if not tool:
        raise Unreadable("is no lock file")
    text = decode(data, limits)
    if text.count("\n") > limits.entries:
        raise Unreadable(f"has more than {limits.entries:,} lines")
    return _reader(tool)(text)


def _reader(tool: str) -> Callable[[str], LockFacts]:
    """The reader of a tool's locks; only that one is imported."""
    from importlib import import_module

    name = {"conda-lock": "conda_lock", "conda": "explicit"}.get(tool, tool)
    module = import_module(f"repro_check.sources.dependencies.locks.{name}")
    reader: Callable[[str], LockFacts] = getattr(module, f"read_{name}")
    return reader
