"""Keeping one more part of a training's state: in the dict that is saved, and where it is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from repro_check.findings import Edit, Fix, Safety, Span
from repro_check.project.callers import Unseen
from repro_check.project.calls import Node
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.appending import append_items
from repro_check.rules.ckpt._resume import Place, Resumption
from repro_check.rules.insertion import indent_of, insert_below, source_of
from repro_check.sources.expressions import (
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Subscript,
)
from repro_check.sources.python import Call

_DEEPEST = 5
# of a longer display not all items are known
_MOST_ITEMS = 199


class Display(msgspec.Struct, frozen=True):
    """The dict display from which all checkpoints of a program are made."""

    file: PythonFile
    block: int
    value: Collection

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys, in order."""
        literals = (key.value for key in self.value.keys if isinstance(key, Literal))
        return tuple(key for key in literals if isinstance(key, str))


class Restore(msgspec.Struct, frozen=True):
    """Where the state of the model is loaded from a checkpoint.

    Attributes:
        file: the file.
        block: where the checkpoint is read and the model's state is loaded.
        load: the call of `torch.load`.
        below: the statement that loads the model's state.
        variable: the name of the checkpoint.
        quote: the quotation mark with which its keys are written.
    """

    file: PythonFile
    block: int
    load: Call
    below: Span
    variable: str
    quote: str

    def item(self, key: str) -> str:
        """An item of the checkpoint, as it is written there."""
        return f"{self.variable}[{self.quote}{key}{self.quote}]"


class Part(msgspec.Struct, frozen=True):
    """What is added: the key, the value that is saved, and the statement that restores it."""

    key: str
    saved: str
    restored: str


def find_display(project: Project, found: Resumption) -> Display | None:
    """The one display that all checkpoints are made from; None if there are several, or others."""
    displays = [_display(project, place) for place in found.saves]
    first = displays[0]
    if first is None or any(
        each is None or each.file is not first.file or each.value != first.value
        for each in displays
    ):
        return None
    is_plain = len(first.keys) == len(first.value.items) <= _MOST_ITEMS
    return first if first.keys and is_plain and first.file.notebook is None else None


def find_restore(project: Project, found: Resumption, display: Display) -> Restore | None:
    """Where the model is loaded from what the display has saved; None if that is not certain."""
    file, call = found.loaded.file, found.loaded.call
    text = _text(project, file)
    if text is None or len(found.loads) != 1 or call.use != "assigned":
        return None
    item = file.facts.assignments[call.user]
    target = item.target
    is_whole = isinstance(item.value, CallRef) and file.facts.calls[item.value.index] is call
    if not is_whole or len(item.targets) != 1 or not isinstance(target, Name) or "." in target.name:
        return None
    below = [
        each
        for each in file.facts.calls
        if each.block == item.block
        and each.name.endswith(".load_state_dict")
        and each.use == "dropped"
        and each.span.line > item.span.end_line
        and _key(each, target.name) in display.keys
    ]
    if not below or _reads_other_file(found):
        return None
    last = max(below, key=lambda each: each.span.line)
    index = getattr(last.args[0], "index", None)
    quote = source_of(text, index.span)[:1] if isinstance(index, Literal) else ""
    scope = file.scopes.binding(target.name, item.block)
    is_rebound = any(
        item.span.line < other.assignment.span.line <= last.span.line
        for other in project.classes.bindings(file).of(target.name, scope)
    )
    if is_rebound or quote not in {"'", '"'} or indent_of(text, last.span) is None:
        return None
    return Restore(file, item.block, call, last.span, target.name, quote)


def runs_on(project: Project, found: Resumption, wanted: re.Pattern[str]) -> bool:
    """Whether any file that a program runs imports something of such a name."""
    paths = {node.path for node in project.calls.reachable(*found.entry.nodes)}
    return any(
        wanted.search(f"{item.module}.{item.name}")
        for path in paths
        for item in project.python[path].facts.imports
    )


def keep(
    project: Project, display: Display, restore: Restore, parts: Sequence[Part], title: str
) -> Fix | None:
    """Add parts to what is saved, and restore each below the state of the model."""
    there, here = _text(project, display.file), _text(project, restore.file)
    key, last = display.value.keys[-1], display.value.items[-1]
    if there is None or here is None or key is None or not parts:
        return None
    quote = source_of(there, key.span)[:1]
    if quote not in {"'", '"'} or not {part.key for part in parts}.isdisjoint(display.keys):
        return None
    items = [f"{quote}{part.key}{quote}: {part.saved}" for part in parts]
    added = append_items(display.file, there, display.value.span, (key.span, last.span), items)
    if added is None:
        return None
    edits: tuple[Edit, ...] = (
        added,
        insert_below(restore.file, here, restore.below, [part.restored for part in parts]),
    )
    return Fix(Safety.UNSAFE, title, edits)


def _text(project: Project, file: PythonFile) -> str | None:
    return None if file.notebook else project.text_at(file.path)


def _key(call: Call, variable: str) -> str | None:
    """The key of `model.load_state_dict(variable["key"])`."""
    value = call.args[0] if call.args else None
    if not isinstance(value, Subscript) or not isinstance(value.index, Literal):
        return None
    is_item = getattr(value.base, "name", "") == variable and isinstance(value.index.value, str)
    return str(value.index.value) if is_item else None


def _reads_other_file(found: Resumption) -> bool:
    """Whether what is read has another fixed path than all that is written."""
    read = _path(found.loaded, 0)
    written = [_path(place, 1) for place in found.saves]
    return read is not None and None not in written and read not in written


def _path(place: Place, position: int) -> str | None:
    return place.file.constants.text(place.call.argument(position, "f"), place.call.block)


def _display(project: Project, place: Place) -> Display | None:
    """The display that is saved, through a variable, a helper's parameter or a function's result."""
    file, block = place.file, place.call.block
    value = place.call.argument(0, "obj")
    for _ in range(_DEEPEST):
        if isinstance(value, Collection):
            return Display(file, block, value) if value.kind == "dict" else None
        if isinstance(value, Name):
            came = _named(project, file, value, block)
        elif isinstance(value, CallRef):
            came = _returned(project, file, file.facts.calls[value.index])
        else:
            return None
        if came is None:
            return None
        file, value, block = came
    return None


def _named(
    project: Project, file: PythonFile, value: Name, block: int
) -> tuple[PythonFile, Expression, int] | None:
    scope = file.scopes.binding(value.name, block)
    if "." in value.name or scope < 0:
        return None
    bound = project.classes.bindings(file).of(value.name, scope)
    before = [each for each in bound if each.assignment.span.line < value.span.line]
    if before:
        last = max(before, key=lambda each: each.assignment.span.line)
        item = last.assignment
        is_plain = item.kind in {"=", ":"} and item.block in file.facts.ancestors(block)
        return (file, last.value, item.block) if is_plain and last.value is not None else None
    function = file.facts.function_of(scope)
    sites = project.callers.calls_of(Node(file.path, scope))
    if bound or function is None or function.block != scope or len(sites) != 1:
        return None
    given = project.callers.argument(sites[0], function, value.name)
    if given is None or isinstance(given, Unseen):
        return None
    return project.python[sites[0].path], given, sites[0].call.block


def _returned(
    project: Project, file: PythonFile, call: Call
) -> tuple[PythonFile, Expression, int] | None:
    ran = _only(project.callers.callees(file.path, call))
    if ran is None:
        return None
    other = project.python[ran.path]
    function = other.facts.function_of(ran.block)
    if function is None:
        return None
    returns = project.classes.bindings(other).returns(function)
    return (other, returns[0].value, returns[0].block) if len(returns) == 1 else None


def _only(nodes: Iterable[Node]) -> Node | None:
    found = list(nodes)
    return found[0] if len(found) == 1 else None
