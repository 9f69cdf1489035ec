"""Which argument of a call a parameter gets, and which part of it."""

from __future__ import annotations

import msgspec

from repro_check.project.callers import CallSite
from repro_check.project.origins.bindings import Keys
from repro_check.sources.expressions import Collection, Expression
from repro_check.sources.python import Call, Function

_HANDED = {"spawn": 1, "start_processes": 1, "Process": 0, "Thread": 0}
"""Calls that run the function they are given with `args=(...)`, and how many they put before."""


class Given(msgspec.Struct, frozen=True):
    """What a parameter gets.

    Attributes:
        value: the expression; None where it cannot be seen.
        keys: what is asked of it (`**vars(args)` is asked for the parameter's name).
        is_default: whether it is the parameter's own default, or, with no value, nothing at all.
    """

    value: Expression | None
    keys: Keys = ()
    is_default: bool = False


UNSEEN = Given(None)
PLACE = Given(None, (0,))
"""A number that the starter of a process gives: its rank."""


def given_at(site: CallSite, function: Function, name: str, keys: Keys) -> Given:
    """What a parameter gets at a call site, be it a call or the start of a process."""
    if site.given is not None:
        return given_by(site.given, function, name, keys, is_bound=site.is_bound)
    before = _HANDED.get(site.call.name.rpartition(".")[2])
    handed = site.call.keyword("args")
    if handed is None and len(site.call.args) > 1:
        handed = site.call.args[1]
    if before is None or not isinstance(handed, Collection):
        return UNSEEN
    at = [parameter.name for parameter in function.parameters].index(name) - before
    if at < 0:
        return PLACE
    return Given(handed.items[at], keys) if at < len(handed.items) else UNSEEN


def given_by(call: Call, function: Function, name: str, keys: Keys, *, is_bound: bool) -> Given:
    """What a call gives to a parameter.

    Args:
        call: the call.
        function: what it calls.
        name: of the parameter.
        keys: what is asked of the parameter.
        is_bound: whether an object fills the first one.
    """
    parameter = next(item for item in function.parameters if item.name == name)
    unpacked = [keyword.value for keyword in call.keywords if not keyword.name]
    if parameter.kind == "**":
        return _gathered(call, function, keys, unpacked)
    if parameter.kind == "*":
        return UNSEEN
    value = call.keyword(name)
    if value is not None:
        return Given(value, keys)
    positional = [item.name for item in function.parameters if item.kind == ""]
    if name in positional:
        at = positional.index(name) - is_bound
        before = call.args[: at + 1] if at >= 0 else ()
        if any(getattr(item, "operator", "") == "*" for item in before):
            return UNSEEN
        if 0 <= at < len(call.args):
            return Given(call.args[at], keys)
    if len(unpacked) == 1:
        return Given(unpacked[0], (name, *keys))
    return UNSEEN if unpacked else Given(parameter.default, keys, is_default=True)


def _gathered(call: Call, function: Function, keys: Keys, unpacked: list[Expression]) -> Given:
    """What `**kwargs` holds under a key: the keyword arguments that no parameter takes."""
    if not keys or not isinstance(keys[0], str):
        return UNSEEN
    value = call.keyword(keys[0])
    if value is not None:
        return Given(value, keys[1:])
    if len(unpacked) == 1 and keys[0] not in {item.name for item in function.parameters}:
        return Given(unpacked[0], keys)
    return UNSEEN if unpacked else Given(None, (), is_default=True)
