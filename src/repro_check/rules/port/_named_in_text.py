"""Accounts, queues and hosts that configs and shell scripts name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Span
from repro_check.project.files import ConfigFile, ShellFile
from repro_check.rules.port._private_names import (
    Owner,
    PrivateName,
    is_private_name,
    is_private_queue,
    private_host,
)
from repro_check.sources.config import Entry
from repro_check.text import pattern

_TRACKER = pattern(r"wandb|comet|logger|logging|tracker", re.IGNORECASE)
_SCHEDULER = pattern(r"slurm|sbatch|submitit|launcher|cluster|scheduler", re.IGNORECASE)
_HOST_KEY = pattern(
    r"(^|_)(host|hostname|server|addr|address|url|uri|endpoint|ip|init_method)$", re.IGNORECASE
)
# sbatch(1) and qsub(1): account or project, partition or queue
_DIRECTIVE = pattern(
    r"\s*#(?:SBATCH|PBS|\$|BSUB)\s+(?:.*\s)?(?:--(?:account|partition)[= ]\s*|-[ApqP]\s*)(?P<name>[\w.@-]+)"
)
_SUBMIT = pattern(
    r"\b(?:sbatch|srun|salloc)\b[^|;&#]*?\s(?:--(?:account|partition)[= ]|-[Ap] ?)(?P<name>[\w.@-]+)"
)
_LOGIN = pattern(
    r"\b(?:ssh|scp|rsync|sftp)\b[^|;&#]*?[\s\"'](?P<name>[\w.-]+@[A-Za-z][\w-]*(?:\.[\w-]+)*)\b"
)
_PUBLIC_LOGIN = pattern(
    r"(^git|anonymous|user(name)?|your\w*)@|@(github|gitlab|hf|example)\.", re.IGNORECASE
)
_LONGEST_LINE = 2_000


def names_in_config(file: ConfigFile) -> Iterator[PrivateName]:
    """The accounts, queues and hosts that a config names, in order."""
    for entry in file.facts.entries:
        if entry.kind == "scalar" and entry.tag == "str" and entry.keys:
            yield from _in_entry(entry)


def _in_entry(entry: Entry) -> Iterator[PrivateName]:
    key = str(entry.keys[-1]).lower()
    around = " ".join(str(each) for each in entry.keys[:-1])
    if key == "wandb_entity" or (key in {"entity", "workspace"} and _TRACKER.search(around)):
        if is_private_name(entry.text):
            yield PrivateName(Owner.TRACKER, entry.text, entry.span)
    elif key in {"slurm_account", "slurm_partition"} or (
        key in {"account", "partition"} and _SCHEDULER.search(around)
    ):
        if is_private_queue(entry.text):
            yield PrivateName(Owner.CLUSTER, entry.text, entry.span)
    elif _HOST_KEY.search(key):
        host = private_host(entry.text)
        if host is not None:
            yield PrivateName(Owner.NETWORK, host, entry.span)


def names_in_shell(file: ShellFile) -> Iterator[PrivateName]:
    """The accounts, queues and logins that a shell script names, in order."""
    for number, line in enumerate(file.text.splitlines(), start=1):
        if len(line) > _LONGEST_LINE:
            continue
        directive = _DIRECTIVE.match(line)
        if directive is None and line.lstrip().startswith("#"):
            continue
        queue = directive or _SUBMIT.search(line)
        if queue is not None and is_private_queue(queue["name"]):
            yield PrivateName(Owner.CLUSTER, queue["name"], _span(number, queue))
        login = _LOGIN.search(line)
        if login is not None and not _PUBLIC_LOGIN.search(login["name"]):
            yield PrivateName(Owner.NETWORK, login["name"], _span(number, login))


def _span(line: int, found: re.Match[str]) -> Span:
    return Span(line, found.start("name") + 1, line, found.end("name") + 1)
