"""Calls that write a checkpoint, what they write, and where to."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.walking import calls_in, names_in
from repro_check.sources.expressions import CallRef, Expression, Literal, Name, parts
from repro_check.sources.python import Call
from repro_check.text import pattern

_SAVERS = {
    "torch.save": ("obj", "f"),
    "safetensors.torch.save_file": ("tensors", "filename"),
    "safetensors.torch.save_model": ("model", "filename"),
}

_STATE = pattern(
    r"(^|_)(state|model|net|ckpt|checkpoint|snapshot|weights|params|agent|policy)(_|$|s$)",
    re.IGNORECASE,
)


class Save(msgspec.Struct, frozen=True):
    """A call that writes a checkpoint: what is written, and the path."""

    call: Call
    target: str
    saved: Expression | None
    path: Expression | None


def saves(file: PythonFile, project: Project) -> Iterator[Save]:
    """The calls of a file that write what PyTorch can load, also through names of other modules."""
    for call in file.facts.calls:
        if not call.name.rpartition(".")[2].startswith("save") or call.receiver is not None:
            continue
        target = call.target
        if target not in _SAVERS:
            symbol = project.modules.resolve(file, call.name, call.block)
            target = symbol.name if symbol is not None and symbol.kind == "external" else ""
        if target in _SAVERS:
            saved, path = _SAVERS[target]
            yield Save(call, target, call.argument(0, saved), call.argument(1, path))


def is_state(file: PythonFile, saved: Expression) -> bool:
    """Whether weights are saved, by the calls and the names in what is saved."""
    if any(call.name.endswith("state_dict") for call in calls_in(file.facts, saved)):
        return True
    return any(_STATE.search(name.name.rpartition(".")[2]) for name in names_in(file.facts, saved))


def is_temporary(file: PythonFile, path: Expression, block: int) -> bool:
    """Whether a path leads to a temporary folder, a buffer, or is no path at all."""
    facts = file.facts
    words = [name.name for name in names_in(facts, path)]
    words += [
        part.value
        for part in parts(path)
        if isinstance(part, Literal) and isinstance(part.value, str)
    ]
    if any(word in text.lower() for text in words for word in ("tmp", "temp", "buffer", "bytesio")):
        return True
    if isinstance(path, Name):
        binding = file.constants.binding(path.name, block)
        value = binding.value if binding is not None else None
        if isinstance(value, CallRef):
            made = facts.calls[value.index].target
            return made.startswith(("io.", "tempfile."))
    return any(call.target.startswith(("io.", "tempfile.")) for call in calls_in(facts, path))
