"""The values of one config file, as a loader other than Hydra reads them."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import msgspec

from repro_check.project.experiments.bare_keys import is_bare
from repro_check.project.experiments.effective import Keys, Origin, Scalar, Value
from repro_check.project.experiments.hydra.scalars import (
    UnreadableScalarError,
    omegaconf_scalar,
)
from repro_check.project.experiments.loading.loader_kinds import ReadsAs
from repro_check.sources.config import ConfigFacts, Entry

_WITH_FLOATS = frozenset({ReadsAs.OMEGACONF, ReadsAs.JSONARGPARSE, ReadsAs.YAML_1_2})
_LITERAL = 200


def file_values(facts: ConfigFacts, path: str, reads_as: ReadsAs) -> dict[Keys, Value]:
    """The leaves of a file by their keys; of duplicates the last one.

    Args:
        facts: what the file says.
        path: the file.
        reads_as: how its loader reads scalars.
    """
    values: dict[Keys, Value] = {}
    bare: set[Keys] = set()
    for entry in facts.entries:
        if facts.format == "yaml" and is_bare(entry):
            bare.add(entry.keys)
        if entry.kind == "scalar":
            made = scalar_value(entry, path, reads_as)
        else:
            # stands for an empty one until something is in it
            made = Value(entry.keys, entry.kind, None, Origin(path, entry.span))
        if bare:
            depths = (at for at in range(len(entry.keys)) if entry.keys[: at + 1] in bare)
            made = msgspec.structs.replace(made, bare=tuple(depths))
        if entry.keys:
            values[entry.keys] = made
        for depth in range(1, len(entry.keys)):
            values.pop(entry.keys[:depth], None)
    return values


def scalar_value(entry: Entry, path: str, reads_as: ReadsAs) -> Value:
    """A scalar as a loader reads it."""
    origin = Origin(path, entry.span)
    value: Scalar
    try:
        value = _scalar(entry, reads_as)
    except UnreadableScalarError:
        return Value(entry.keys, "scalar", entry.text, origin, is_known=False)
    is_text = isinstance(value, str)
    is_missing = reads_as is ReadsAs.OMEGACONF and value == "???"
    is_open = is_text and "${" in entry.text and reads_as is ReadsAs.OMEGACONF
    return Value(entry.keys, "scalar", value, origin, is_missing, not is_open)


def _scalar(entry: Entry, reads_as: ReadsAs) -> Scalar:
    if reads_as is ReadsAs.TEXT or entry.is_quoted:
        return entry.text if reads_as is not ReadsAs.YACS else _decoded(entry.text)
    if entry.tag == "str" and reads_as not in _WITH_FLOATS:
        return _decoded(entry.text) if reads_as is ReadsAs.YACS else entry.text
    return omegaconf_scalar(entry)


def scalar_text(text: str, reads_as: ReadsAs) -> Scalar:
    """What a word of a command is read as, where its loader reads it like a value of its files."""
    if reads_as is ReadsAs.YACS:
        return {"true": True, "false": False}.get(text.lower(), _decoded(text))
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if text.lower() in {"null", "none"}:
        return None
    return _decoded(text)


def _decoded(text: str) -> Scalar:
    """What yacs makes of a text: the Python literal that it is, if it is one."""
    if len(text) > _LITERAL:
        return text
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return value if isinstance(value, bool | int | float | str | None) else text


def merged(layers: Iterable[dict[Keys, Value]]) -> dict[Keys, Value]:
    """Several configs merged in order: maps deeply, everything else replaced."""
    values: dict[Keys, Value] = {}
    for layer in layers:
        branches = {keys[:depth] for keys in layer for depth in range(len(keys))}
        listed = {
            keys[:depth]
            for keys in layer
            for depth in range(len(keys))
            if isinstance(keys[depth], int)
        }
        listed |= {keys for keys, value in layer.items() if value.kind == "list"}
        empty = {keys for keys, value in layer.items() if value.kind == "map"}
        values = {
            keys: value
            for keys, value in values.items()
            if keys not in branches and not _is_replaced(keys, layer, listed, empty)
        }
        filled = {keys[:depth] for keys in values for depth in range(len(keys))}
        values.update((k, v) for k, v in layer.items() if not (k in empty and k in filled))
    return values


def _is_replaced(keys: Keys, layer: dict[Keys, Value], listed: set[Keys], empty: set[Keys]) -> bool:
    for depth in range(1, len(keys) + 1):
        above = keys[:depth]
        if above in listed or (above in layer and above not in empty):
            return True
    return False
