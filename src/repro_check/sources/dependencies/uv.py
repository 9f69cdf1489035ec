"""What `[tool.uv]` adds to a project or a script (https://docs.astral.sh/uv/reference/settings/)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from repro_check.sources.dependencies.model import Declared
from repro_check.sources.dependencies.pip import declared_text
from repro_check.sources.dependencies.sources import located
from repro_check.sources.dependencies.tree import Node
from repro_check.sources.requirement_item import normal_name


def with_uv_sources(declared: Iterable[Declared], sources: Node) -> Iterator[Declared]:
    """Those that are declared, with the places that `[tool.uv.sources]` gives them."""
    by_name = {normal_name(name): given for name, given in sources.named()}
    by_name.update(
        {normal_name(str(k)): v for k, v in sources.children.items() if v.kind == "list"}
    )
    for one in declared:
        given = by_name.get(one.name)
        if given is None or one.origin != "index":
            yield one
            continue
        # a list names one place for each platform; where one of them is an index, that is enough
        places = [located(each) for each in given.items()] or [located(given)]
        place = places[0] if all(places) else None
        if place is None:
            yield one
        else:
            yield msgspec.structs.replace(
                one, origin=place.origin, url=place.url, is_pinned=place.is_fixed
            )


def uv_constraints(tool: Node) -> Iterator[Declared]:
    """What `constraint-dependencies` and `override-dependencies` bound."""
    for key in ("constraint-dependencies", "override-dependencies"):
        for each in tool.at(key).strings():
            one = declared_text(each.text, each.span, role="constraint")
            if one is not None:
                yield one


def uv_indexes(tool: Node) -> tuple[str, ...]:
    """The other package indexes that are named."""
    found = [each.at("url").text for each in tool.at("index").items()]
    for table in (tool, tool.at("pip")):
        for key in ("index-url", "extra-index-url", "find-links"):
            found += [each.text for each in table.at(key).strings()]
    return tuple(dict.fromkeys(filter(None, found)))
