"""What an index or a slice of a list in no settled order takes from it."""

from __future__ import annotations

import re

import msgspec

from repro_check.project.libraries import drawn_by
from repro_check.rules.seed._order_loops import DRAWS, Ends
from repro_check.rules.seed._order_sites import Site, Sites
from repro_check.sources.expressions import (
    CallRef,
    Expression,
    Literal,
    Name,
    Opaque,
    Subscript,
    parts,
)
from repro_check.sources.python import Assignment, Function
from repro_check.text import pattern

_SHOWS = pattern(r"(plot|show|display|grid|preview|print|visuali[sz]e|log)", re.IGNORECASE)
_SHOWERS = pattern(r"_?(show|plot|display|view|visuali[sz]e|draw|preview)", re.IGNORECASE)
_DATA = pattern(
    r"data|set$|ds$|load|image|video|audio|sample|sequence|corpus|pairs|reader|folder",
    re.IGNORECASE,
)
_RUN_NUMBER = pattern(
    r"(\w*_)?(seed|fold|trial|replicate|replication|repetition)(_?(i|id|idx|index|num|number|no))?"
)
_OPTIONS = pattern(r"args|opts?|options|config|cfg|conf|flags|hparams|hp|self", re.IGNORECASE)
_WHOLE = frozenset({"", ":", "::", "::-1"})


class Whole(msgspec.Struct, frozen=True):
    """All of it, in the same order or backwards."""


def taken(
    sites: Sites, site: Site, subscript: Subscript, text: str
) -> Ends | Whole | Assignment | None:
    """What a subscript takes.

    Args:
        sites: of the file.
        site: the list.
        subscript: the list and its index.
        text: how the index is written.

    Returns:
        What depends on the order; or the loop that counts through all positions; or None for what
        may be harmless.
    """
    index = subscript.index
    if isinstance(index, Literal):
        # the first of a listing is mostly the only one
        is_choice = isinstance(index.value, int) and index.value != 0 and not _is_shown(sites, site)
        return Ends("takes one of them by its position", subscript.span) if is_choice else None
    if isinstance(index, Opaque):
        if text.replace(" ", "") in _WHOLE:
            return Whole()
        if _is_shown(sites, site) or _is_counted(sites, site) or _moves(sites, text, site.block):
            return None
        return Ends("takes some of them by their position", subscript.span)
    if _is_drawn(sites, index):
        return Ends(DRAWS, subscript.span)
    function = sites.facts.function_of(site.block)
    if function is not None and _is_item_of_data(sites, function, index):
        return Ends("looks them up by index in `__getitem__`", subscript.span)
    if isinstance(index, Name):
        if _is_run_number(sites, index, site.block) and not _is_shown(sites, site):
            return Ends("takes one of them by its position", subscript.span)
        for item in sites.bindings(index.name):
            if item.kind == "for" and _counts_through(sites, item, site.expression):
                return item
    return None


def _is_run_number(sites: Sites, index: Name, block: int) -> bool:
    """Whether a function, or the command line, is given which run this is: the seed, the fold.

    That number is all that a reader knows of the run, so it has to mean the same file everywhere.
    """
    owner, _, last = index.name.rpartition(".")
    if not _RUN_NUMBER.fullmatch(last):
        return False
    if owner:
        return _OPTIONS.fullmatch(owner.rpartition(".")[2]) is not None
    function = sites.facts.function_of(block)
    is_given = function is not None and any(each.name == last for each in function.parameters)
    return is_given and not list(sites.bindings(last))


def _is_shown(sites: Sites, site: Site) -> bool:
    """Whether items are only looked at: in a function that shows them, or as a plot's argument."""
    function = sites.facts.function_of(site.block)
    if function is not None and _SHOWERS.match(function.qualname.rpartition(".")[2]):
        return True
    return site.role == "argument" and bool(_SHOWS.search(sites.facts.calls[site.user].name))


def _is_counted(sites: Sites, site: Site) -> bool:
    """Whether only the number of items is asked for (`len(files[:-1])`)."""
    return site.role == "argument" and sites.facts.calls[site.user].target == "builtins.len"


def _moves(sites: Sites, text: str, block: int) -> bool:
    """Whether a slice moves along with a loop around it (`files[i : i + size]`)."""
    around = set(sites.facts.ancestors(block))
    return any(
        item.block in around and item.kind in {"for", "+="}
        for word in set(re.findall(r"[A-Za-z_]\w*", text))
        for item in sites.bindings(word)
    )


def _is_drawn(sites: Sites, index: Expression) -> bool:
    return any(
        isinstance(part, CallRef) and bool(drawn_by(sites.facts.calls[part.index].target))
        for part in parts(index)
    )


def _is_item_of_data(sites: Sites, function: Function, index: Expression) -> bool:
    """Whether a data set gives the item that it is asked for, by the names of it and its bases."""
    owner, _, last = function.qualname.rpartition(".")
    if last != "__getitem__":
        return False
    given = {parameter.name for parameter in function.parameters[1:]}
    if given.isdisjoint(part.name for part in parts(index) if isinstance(part, Name)):
        return False
    names = [owner]
    for item in sites.facts.classes:
        if item.qualname == owner:
            names += [getattr(base, "name", "") for base in item.bases]
    return any(_DATA.search(name) for name in names)


def _counts_through(sites: Sites, item: Assignment, over: Expression) -> bool:
    """Whether a loop is `for i in range(len(over))`."""
    if not isinstance(item.value, CallRef) or not isinstance(over, Name):
        return False
    call = sites.facts.calls[item.value.index]
    last = call.args[-1] if call.args else None
    if call.target != "builtins.range" or not isinstance(last, CallRef):
        return False
    inner = sites.facts.calls[last.index]
    return inner.target == "builtins.len" and any(
        isinstance(one, Name) and one.name == over.name for one in inner.args
    )
