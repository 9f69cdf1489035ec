"""Where a table of Poetry, uv, pixi or Pipenv says that a distribution comes from."""

from __future__ import annotations

import re

import msgspec

from repro_check.sources.dependencies.model import Origin
from repro_check.sources.dependencies.tree import Node
from repro_check.sources.requirement_item import is_fixed

_SSH = re.compile(r"(?:[\w.-]+@)?([\w.-]+):(?!//)(.+)")


class Located(msgspec.Struct, frozen=True):
    """A place that is no package index.

    Attributes:
        origin: "url", "vcs" or "path".
        url: in pip's form: `git+https://…@ref`, a URL, or a path as written.
        is_fixed: whether only one content can be meant.
    """

    origin: Origin
    url: str
    is_fixed: bool


def located(table: Node) -> Located | None:
    """The place that a table such as `{git = "…", rev = "…"}` names; None for an index."""
    for system in ("git", "hg", "svn", "bzr"):
        if table.at(system).text:
            return _repository(system, table)
    for key in ("path", "file"):
        text = table.at(key).text
        if text:
            origin: Origin = "url" if "://" in text and not text.startswith("file:") else "path"
            return Located(origin, text, origin == "url" and is_fixed(text))
    url = table.at("url").text
    if url:
        hashed = any(table.at(key).text for key in ("sha256", "hash"))
        return Located("path" if url.startswith("file:") else "url", url, hashed or is_fixed(url))
    return Located("path", "", is_fixed=False) if table.at("workspace").is_true else None


def _repository(system: str, table: Node) -> Located:
    url = table.at(system).text
    ref = next(
        (table.at(key).text for key in ("rev", "ref", "tag", "branch") if table.at(key).text), ""
    )
    short = _SSH.fullmatch(url)
    if short and "://" not in url:
        url = f"ssh://git@{short[1]}/{short[2]}"
    prefix = "" if url.startswith(f"{system}+") else f"{system}+"
    whole = f"{prefix}{url}@{ref}" if ref else f"{prefix}{url}"
    return Located("vcs", whole, is_fixed(f"@{ref}") if ref else is_fixed(url))
