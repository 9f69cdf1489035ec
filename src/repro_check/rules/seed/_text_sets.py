"""Sets of text, and the places where such a set is given an order."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.findings import Span
from repro_check.project.files import PythonFile
from repro_check.rules.seed._order_loops import Carried
from repro_check.rules.seed._order_sites import Site, Sites, position
from repro_check.rules.seed._order_variables import uses
from repro_check.rules.seed._texts import Kind, Texts
from repro_check.sources.expressions import (
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
    parts,
)
from repro_check.sources.python import Call
from repro_check.text import pattern

_MAKERS = frozenset({"builtins.set", "builtins.frozenset"})
_CATEGORY = pattern(
    r"label|class|categor|tags?$|types?$|answer|entit|relation|users?$|items?$|names?$|word|char|vocab|"
    r"token|species|element|lang|attr|genes?$|symbol|smiles|string|intent|slot|topic|author",
    re.IGNORECASE,
)
_ALGEBRA = frozenset({"-", "|", "&", "^"})


class TextSet(msgspec.Struct, frozen=True):
    """Where a set of text is used.

    Attributes:
        used: the place that may give it an order.
        made: where the set is made.
        name: how the set is called in messages.
        is_alone: whether `sorted(...)` can be put around the place.
        taker: the index of the call whose argument it is, or -1.
        kind: how sure it is that it holds text.
        is_category: whether names speak of labels, words and the like, which are numbered because
            they are no numbers.
    """

    used: Span
    made: Span
    name: str
    is_alone: bool
    taker: int
    kind: Kind
    is_category: bool


def text_sets(file: PythonFile, sites: Sites) -> Iterator[TextSet]:
    """The uses of all sets of a file, but for those of numbers."""
    texts = Texts(file, sites)
    for value, block in _sets(file):
        site = sites.at(value.span)
        kind = _kind(file, texts, site, value, block) if site is not None else Kind.UNKNOWN
        if site is None or kind is Kind.NUMBER:
            continue
        variable = _variable(file, site)
        if variable is None:
            yield _used(site, value.span, "a set", kind, _speaks(file, value, ""))
            continue
        category = _speaks(file, value, variable)
        for use in uses(sites, Carried(variable, block, position(value.span))):
            if isinstance(use, Site):
                yield _used(use, value.span, f"`{variable}`", kind, category)


def _used(site: Site, made: Span, name: str, kind: Kind, is_category: bool) -> TextSet:
    """The place of a set, or of what set algebra makes of it and others."""
    used, around = site.expression.span, list(site.parents)
    while around and isinstance(around[0], Operation) and around[0].operator in _ALGEBRA:
        used = around.pop(0).span
    is_alone = site.role in {"argument", "iterated"} and not around
    taker = site.user if is_alone and site.role == "argument" else -1
    return TextSet(used, made, name, is_alone, taker, kind, is_category)


def _speaks(file: PythonFile, value: Expression, variable: str) -> bool:
    names = [variable]
    if isinstance(value, CallRef):
        for argument in file.facts.calls[value.index].args:
            for part in parts(argument):
                text = part.value if isinstance(part, Literal) else getattr(part, "name", "")
                names.append(str(text))
    return any(_CATEGORY.search(name) for name in names)


def _sets(file: PythonFile) -> Iterator[tuple[Expression, int]]:
    facts = file.facts
    for index, call in enumerate(facts.calls):
        if call.target in _MAKERS:
            yield CallRef(call.at, index), call.block
    for made in facts.comprehensions:
        if made.kind == "set":
            yield Opaque(made.at), facts.blocks[made.block].parent
    for item in facts.assignments:
        if isinstance(item.value, Collection) and item.value.kind == "set":
            yield item.value, item.block


def _kind(file: PythonFile, texts: Texts, site: Site, value: Expression, block: int) -> Kind:
    if isinstance(value, CallRef):
        call: Call = file.facts.calls[value.index]
        if call.args:
            return texts.items(call.args[0], block)
        variable = _variable(file, site)
        return Kind.UNKNOWN if variable is None else texts.items(Name(value.at, variable), block)
    return texts.items(value, block)


def _variable(file: PythonFile, site: Site) -> str | None:
    """The variable that holds the set itself."""
    if site.role != "assigned" or site.parents:
        return None
    item = file.facts.assignments[site.user]
    target = item.targets[0] if item.kind in {"=", ":"} and len(item.targets) == 1 else None
    return target.name if isinstance(target, Name) else None
