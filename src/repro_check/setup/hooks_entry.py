"""Our entry in `.pre-commit-config.yaml`, in the layout of the file that takes it."""

from __future__ import annotations

import json

import msgspec

REPOSITORY = "https://github.com/repro-check/repro-check"
INSTALL_KEY = "default_install_hook_types"
INSTALL_TYPES = ("pre-commit", "commit-msg", "pre-push")

_HOOKS = (
    ("repro-check", None),
    ("repro-check-repo", None),
    ("repro-check-data", None),
    ("repro-check-commit-msg", "commit-msg"),
)


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How a configuration indents its lists, in columns.

    Attributes:
        dash: where the dash of a repository stands.
        gap: from a dash to what follows it.
        inner: from `hooks` to the dashes below it.
    """

    dash: int = 2
    gap: int = 2
    inner: int = 2


def block_entry(layout: Layout, version: str) -> list[str]:
    """The lines of our entry in a list of the indented form."""
    dash = "-".ljust(layout.gap)
    outer = " " * layout.dash
    content = outer + " " * layout.gap
    hook = content + " " * layout.inner
    lines = [f"{outer}{dash}repo: {REPOSITORY}", f"{content}rev: v{version}", f"{content}hooks:"]
    for name, stage in _HOOKS:
        lines.append(f"{hook}{dash}id: {name}")
        if stage:
            lines.append(f"{hook}{' ' * layout.gap}stages: [{stage}]")
    return lines


def flow_entry(version: str) -> str:
    """Our entry for a list in brackets, as JSON, which YAML reads too."""
    hooks = [{"id": name} | ({"stages": [stage]} if stage else {}) for name, stage in _HOOKS]
    return json.dumps({"repo": REPOSITORY, "rev": f"v{version}", "hooks": hooks})


def install_line() -> str:
    """The key that makes a plain `pre-commit install` install all three hook types."""
    return f"{INSTALL_KEY}: [{', '.join(INSTALL_TYPES)}]"


def flow_install_pair() -> str:
    """The same key for a mapping in braces."""
    return f"{json.dumps(INSTALL_KEY)}: {json.dumps(list(INSTALL_TYPES))}"
