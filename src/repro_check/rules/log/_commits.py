"""Whether a run records which commit of the code it is of."""

from __future__ import annotations

import re

from repro_check.project.calls import OutsideCall
from repro_check.project.configs import instantiated_names
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.log._trackers import COMMIT_RECORDERS
from repro_check.rules.walking import texts_in, values_of
from repro_check.sources.python import Call
from repro_check.text import pattern

_GIT = pattern(
    r"(^|[\s;&|(\"'/])git($|\s+(-\S+\s+(\S+\s+)?)?(rev-parse|describe|log|diff|show|status))"
)
_VARIABLE = pattern(
    r"(GIT|CI|CODE|SOURCE|BUILD|DRONE|TRAVIS|CIRCLE|VCS)_?(\w+_)?(SHA1?|COMMIT|HASH|REV(ISION)?|VERSION)"
    r"|COMMIT_?(SHA|HASH|ID)?|GITHUB_SHA"
)
_NAME = pattern(
    r"(^|[._])(git|commit|code)_?(\w*_)?(sha|hash|rev|revision|commit|version|info|state|diff|status|id)"
    r"($|_)|get_sha|(^|\.)write_run_manifest$|(^|_)sha($|_)|code_?state|save_code|log_code|copy_?code|"
    r"backup_code|save_source|snapshot_code|save_scripts|copytree$",
    re.IGNORECASE,
)
_TRACKING_NAMES = pattern(r"wandb|mlflow|comet|neptune|clearml|aim|dvclive|swanlab", re.IGNORECASE)
_DYNAMIC = pattern(r"^(importlib\.import_module|builtins\.(__import__|exec)|runpy\.\w+)$")
# these hand their logs to every tracker that is installed, or that an option names
_REPORTING = frozenset({"Transformers Trainer", "Composer"})


def may_record_commit(project: Project, entry: Entry) -> bool:
    """Whether anything that an entry point may run tells the commit, or cannot be seen."""
    own = project.python[entry.path]
    if _file_tells(own) or any(_tells(own, call) for call in own.facts.calls):
        return True
    if any(used.name in _REPORTING for used in project.frameworks.reached(entry)):
        return True
    seen = {own.path}
    for node in project.calls.reachable(*entry.nodes):
        file = project.python[node.path]
        if not file.is_known or any(_tells(file, call) for call in project.calls.calls(node)):
            return True
        if node.path not in seen:
            seen.add(node.path)
            if _file_tells(file):
                return True
        if any(_hides(project, outside) for outside in project.calls.outside_calls(node)):
            return True
    return False


def _hides(project: Project, outside: OutsideCall) -> bool:
    """Whether a call runs what cannot be seen, or hands the logs to whatever is configured."""
    if _DYNAMIC.match(outside.target) or outside.call.keyword("log_with") is not None:
        return True
    return outside.target.endswith(".instantiate") and any(
        _TRACKING_NAMES.search(name) for name in instantiated_names(project.configs)
    )


def _file_tells(file: PythonFile) -> bool:
    """Whether a module imports what records commits, or binds what a variable says of one."""
    return any(
        item.module.partition(".")[0] in COMMIT_RECORDERS
        or item.module.endswith("_version")
        or _TRACKING_NAMES.search(item.name)
        for item in file.facts.imports
    ) or any(
        item.value is not None
        and any(_VARIABLE.fullmatch(text) for text in texts_in(file.facts, item.value))
        for item in file.facts.assignments
    )


def _tells(file: PythonFile, call: Call) -> bool:
    """Whether a call asks git, or speaks of the commit by its name or in what it is given."""
    return bool(_NAME.search(call.name)) or any(
        _GIT.search(text) or _VARIABLE.fullmatch(text)
        for value in values_of(call)
        for text in texts_in(file.facts, value)
    )
