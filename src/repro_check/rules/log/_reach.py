"""What an entry point may run, asked for what it keeps of its numbers."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.project.calls import Node
from repro_check.project.configs import instantiated_names
from repro_check.project.entries import Entry
from repro_check.project.files import PythonFile
from repro_check.project.frameworks import Duty
from repro_check.project.libraries import MAY_TRAIN, is_training
from repro_check.project.project import Project
from repro_check.rules.log._trackers import is_tracker, keeps_numbers
from repro_check.rules.walking import texts_in, values_of
from repro_check.sources.python import Call
from repro_check.text import pattern

_DYNAMIC = pattern(
    r"^(importlib\.import_module|builtins\.(__import__|exec)|runpy\.\w+|importlib\.util\.\w+)$"
)
_REDIRECTS = pattern(r"(?<![<>=-])>>?\s*[\w$\"'./{&]|\|\s*tee\b|\bnohup\b|\bscript\s+-")
# all that trains but `fit` and `train`
_STEPS = MAY_TRAIN - {"fit", "train"}
# SageMaker keeps what a training job prints (docs.aws.amazon.com: logs of training jobs)
_KEPT_BY_PLATFORM = pattern(r"^SM_[A-Z_]+$")


def trains_by_gradient(project: Project, entry: Entry) -> Node | None:
    """The function in which an entry point surely takes gradient steps, or None."""
    use = project.random_use(entry)
    if use.trains is None:
        return None
    reached = project.calls.reachable(*entry.nodes, surely=True)
    return next((node for node in reached if any(_steps(project, node))), None)


def _steps(project: Project, node: Node) -> Iterator[bool]:
    return (is_training(call) for call in project.calls.calls_named(node, _STEPS))


def may_keep_numbers(project: Project, entry: Entry) -> bool:
    """Whether anything that an entry point may run writes numbers, or cannot be seen."""
    own = project.python[entry.path]
    if _imports_tracker(own) or any(_keeps(project, own, call) for call in own.facts.calls):
        return True
    if any(_KEPT_BY_PLATFORM.match(text) for call in own.facts.calls for text in _texts(own, call)):
        return True
    if _is_redirected(project, entry):
        return True
    seen: set[str] = set()
    for node in project.calls.walk(*entry.nodes):
        file = project.python[node.path]
        if not file.is_known:
            return True
        if node.path not in seen:
            seen.add(node.path)
            if _imports_tracker(file):
                return True
        if any(_keeps(project, file, call) for call in project.calls.calls(node)):
            return True
        for outside in project.calls.outside_calls(node):
            if _DYNAMIC.match(outside.target) or outside.target.startswith("hydra."):
                return True
            if outside.target.endswith(".instantiate") and _configures_tracker(project):
                return True
    # the dearest question of all, and seldom still open
    return project.frameworks.takes_over(Duty.LOG, entry)


def _texts(file: PythonFile, call: Call) -> Iterator[str]:
    return (text for value in values_of(call) for text in texts_in(file.facts, value))


def _imports_tracker(file: PythonFile) -> bool:
    return any(is_tracker(f"{item.module}.{item.name}") for item in file.facts.imports)


def _keeps(project: Project, file: PythonFile, call: Call) -> bool:
    symbol = project.modules.resolve(file, call.name, call.block) if not call.receiver else None
    if symbol is not None and symbol.kind != "external":
        return False  # followed, since it is of this project
    return keeps_numbers(file.facts, call, symbol.name if symbol else call.target)


def _configures_tracker(project: Project) -> bool:
    return any(is_tracker(name) for name in instantiated_names(project.configs))


def _is_redirected(project: Project, entry: Entry) -> bool:
    """Whether a documented command keeps what the script prints."""
    return any(
        _REDIRECTS.search(text)
        for command in project.commands
        if command.script == entry.path
        for text in _command_lines(project.text_at(command.path) or "", command.line)
    )


def _command_lines(text: str, line: int) -> Iterator[str]:
    """The lines of a command that begins at a line: each but the last ends with a backslash."""
    rows = text.splitlines()
    for row in rows[line - 1 : line + 40]:
        yield row
        if not row.rstrip().endswith("\\"):
            return
