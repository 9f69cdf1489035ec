"""Accounts, queues and hosts that Python code names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.project.files import PythonFile
from repro_check.rules.port._environment import environment_settings
from repro_check.rules.port._private_names import (
    Owner,
    PrivateName,
    is_private_name,
    is_private_queue,
    private_host,
)
from repro_check.sources.expressions import Expression, Literal, Name
from repro_check.sources.python import Call
from repro_check.text import pattern

_TRACKERS = pattern(
    r"(^|\.)(wandb\.(init|sweep|agent|controller)|Wandb\w*|comet_ml\.\w+|comet_ml\.\w+\.\w+|CometLogger)$"
)
_TRACKER_KEYWORDS = frozenset({"entity", "workspace"})
_JOB_QUEUES = pattern(r"(^|\.)(SLURM|PBS|LSF|SGE|OAR|Moab|HTCondor)Cluster$")
_QUEUE_KEYWORDS = frozenset({"queue", "account", "project"})
_SLURM = pattern(r"slurm_(account|partition)", re.IGNORECASE)
_TRACKER_NAME = pattern(r"wandb_(entity|team)|comet_workspace", re.IGNORECASE)
_HOST_NAME = pattern(
    r"(^|_)(host|hostname|server|addr|address|url|uri|endpoint|ip|init_method)$", re.IGNORECASE
)
_OPTION = pattern(r"(^|\.)(add_argument|option|DEFINE_string)$")
_VARIABLES = {
    "WANDB_ENTITY": Owner.TRACKER,
    "COMET_WORKSPACE": Owner.TRACKER,
    "MASTER_ADDR": Owner.NETWORK,
    "MLFLOW_TRACKING_URI": Owner.NETWORK,
    "WANDB_BASE_URL": Owner.NETWORK,
}


def names_in_python(file: PythonFile) -> Iterator[PrivateName]:
    """The accounts, queues and hosts that a file names, in no order."""
    facts = file.facts
    for call in facts.calls:
        yield from _in_call(file, call)
    for item in facts.assignments:
        for target in item.targets:
            label = target.name.rpartition(".")[2] if isinstance(target, Name) else ""
            yield from _in_value(file, label, item.value, item.block)
    for function in facts.functions:
        for parameter in function.parameters:
            yield from _in_value(file, parameter.name, parameter.default, function.block)
    for variable, owner in _VARIABLES.items():
        for setting in environment_settings(file, variable):
            yield from _named(file, owner, setting.value, setting.block)
    for literal in facts.path_literals:
        host = private_host(literal.value) if "://" in literal.value else None
        if host is not None and not literal.is_tail:
            yield PrivateName(Owner.NETWORK, host, literal.span)


def _in_call(file: PythonFile, call: Call) -> Iterator[PrivateName]:
    is_tracker = is_cluster = False
    if call.keywords:
        name = call.target or call.name
        is_tracker = bool(_TRACKERS.search(name))
        is_cluster = bool(_JOB_QUEUES.search(name))
    for keyword in call.keywords:
        if is_tracker and keyword.name in _TRACKER_KEYWORDS:
            yield from _named(file, Owner.TRACKER, keyword.value, call.block)
        elif is_cluster and keyword.name in _QUEUE_KEYWORDS:
            yield from _named(file, Owner.CLUSTER, keyword.value, call.block)
        elif keyword.name == "default" and call.args and _OPTION.search(call.name):
            for option in call.args:
                if isinstance(option, Literal) and isinstance(option.value, str):
                    label = option.value.lstrip("-").replace("-", "_")
                    yield from _in_value(file, label, keyword.value, call.block)
        else:
            yield from _in_value(file, keyword.name, keyword.value, call.block)


def _in_value(
    file: PythonFile, label: str, value: Expression | None, block: int
) -> Iterator[PrivateName]:
    """What a variable, a parameter or an option of this name is set to."""
    if not isinstance(value, Literal) or not isinstance(value.value, str):
        return
    if _TRACKER_NAME.fullmatch(label):
        yield from _named(file, Owner.TRACKER, value, block)
    elif _SLURM.fullmatch(label):
        yield from _named(file, Owner.CLUSTER, value, block)
    elif _HOST_NAME.search(label):
        yield from _named(file, Owner.NETWORK, value, block)


def _named(
    file: PythonFile, owner: Owner, value: Expression | None, block: int
) -> Iterator[PrivateName]:
    literal = file.constants.literal(value, block)
    if literal is None or not isinstance(literal.value, str):
        return
    text: str | None = literal.value
    if owner is Owner.NETWORK:
        text = private_host(literal.value)
    elif not (is_private_queue if owner is Owner.CLUSTER else is_private_name)(literal.value):
        text = None
    if text is not None:
        yield PrivateName(owner, text, literal.span)
