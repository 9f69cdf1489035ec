"""Remainders of `hash(text)`, by which things are put into buckets and splits."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.project.files import PythonFile
from repro_check.rules.seed._order_sites import Site, Sites
from repro_check.rules.seed._texts import Kind, Texts
from repro_check.sources.expressions import Name, Operation
from repro_check.sources.python import Call


def hash_remainders(file: PythonFile, sites: Sites) -> Iterator[Call]:
    """The calls `hash(text)` whose remainder decides something."""
    texts = Texts(file, sites)
    for call in file.facts.calls:
        if call.target == "builtins.hash" and len(call.args) == 1:
            function = file.facts.function_of(call.block)
            if function is not None and function.qualname.rpartition(".")[2] == "__hash__":
                continue
            if _is_divided(file, sites, call) and _is_text(file, texts, call):
                yield call


def _is_divided(file: PythonFile, sites: Sites, call: Call) -> bool:
    site = sites.at(call.span)
    if site is not None and site.role == "argument" and "seed" in file.facts.calls[site.user].name:
        return False  # a seed that is never the same is a matter of its own (SEED005)
    if site is not None and not site.parents and site.role == "argument":
        user = file.facts.calls[site.user]
        site = sites.at(user.span) if user.target == "builtins.abs" else None
    return site is not None and _is_left_of_percent(site)


def _is_left_of_percent(site: Site) -> bool:
    parent = site.parents[0] if site.parents else None
    return (
        isinstance(parent, Operation)
        and parent.operator == "%"
        and parent.operands[0].span == site.expression.span
    )


def _is_text(file: PythonFile, texts: Texts, call: Call) -> bool:
    value = call.args[0]
    if texts.value(value, call.block) in {Kind.TEXT, Kind.LIKELY}:
        return True
    function = file.facts.function_of(call.block)
    return function is not None and any(
        isinstance(value, Name)
        and parameter.name == value.name
        and parameter.annotation in {"str", "bytes"}
        for parameter in function.parameters
    )
