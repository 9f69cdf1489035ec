"""Dependency groups (PEP 735), groups that they include in their place."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.sources.dependencies.model import Declared
from repro_check.sources.dependencies.pip import declared_text
from repro_check.sources.dependencies.tree import Node
from repro_check.sources.requirement_item import normal_name

_MOST = 20_000


def group_requirements(groups: Node) -> Iterator[Declared]:
    """The requirements of each group, named as written; one that is included stands in both.

    Groups that include each other in a circle are read as far as they go.
    """
    tables = {normal_name(name): items for name, items in groups.named()}
    left = _MOST
    for name, _ in groups.named():
        for one in _members(tables, normal_name(name)):
            left -= 1
            if left < 0:
                return
            yield msgspec.structs.replace(one, group=name)


def _members(tables: dict[str, Node], name: str) -> Iterator[Declared]:
    seen = {name}
    waiting = [tables[name]]
    while waiting:
        for item in waiting.pop(0).items():
            included = normal_name(item.at("include-group").text)
            if included and included in tables and included not in seen:
                seen.add(included)
                waiting.append(tables[included])
            one = declared_text(item.text, item.span, role="group") if item.text else None
            if one is not None:
                yield one
