"""The values of a config as lines of YAML, each with the value that stands on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from repro_check.project.experiments.effective import Key, Value
from repro_check.render.yaml_scalars import scalar, text

_LONGEST_FLOW = 72


class YamlLine(msgspec.Struct, frozen=True):
    """A line of YAML, and what is written on it: one value, several of a short list, or none."""

    text: str
    values: tuple[Value, ...] = ()


_Branch: TypeAlias = "dict[Key, _Branch | Value]"


class _Bare(str):
    """A key that is no text to YAML, and so gets no quotes."""

    __slots__ = ()


def yaml_lines(values: Iterable[Value]) -> Iterator[YamlLine]:
    """A document that a YAML loader reads back as the config.

    Args:
        values: the leaves, each with all its keys.
    """
    top: _Branch = {}
    for value in values:
        branch = top
        keys = _written(value)
        for key in keys[:-1]:
            below = branch.get(key)
            if not isinstance(below, dict):
                below = branch[key] = {}
            branch = below
        branch[keys[-1]] = value
    yield from _block(top, "")


def _written(value: Value) -> Sequence[Key]:
    if not value.bare:
        return value.keys
    return [_Bare(key) if at in value.bare else key for at, key in enumerate(value.keys)]


def _block(branch: _Branch, indent: str) -> Iterator[YamlLine]:
    if _is_list(branch):
        for key in sorted(branch, key=int):
            yield from _item(branch[key], indent)
        return
    for key, child in branch.items():
        head = f"{indent}{key if isinstance(key, _Bare) else text(str(key))}:"
        flow = _flow(child, head)
        if flow is not None:
            yield flow
        elif isinstance(child, dict):
            yield YamlLine(head)
            yield from _block(child, f"{indent}  ")


def _item(child: _Branch | Value, indent: str) -> Iterator[YamlLine]:
    flow = _flow(child, f"{indent}-")
    if flow is not None:
        yield flow
        return
    assert isinstance(child, dict)
    inner = f"{indent}  "
    for number, line in enumerate(_block(child, inner)):
        words = f"{indent}- {line.text[len(inner) :]}" if number == 0 else line.text
        yield YamlLine(words, line.values)


def _flow(child: _Branch | Value, head: str) -> YamlLine | None:
    """A leaf, or a short list of leaves that are written on one line, behind its key."""
    if isinstance(child, Value):
        return YamlLine(f"{head} {scalar(child)}", (child,))
    if not _is_list(child):
        return None
    items = [child[key] for key in sorted(child, key=int)]
    leaves = tuple(item for item in items if isinstance(item, Value))
    places = {(leaf.origin.path, leaf.origin.span.line) for leaf in leaves}
    if len(leaves) != len(items) or len(places) != 1:
        return None
    words = f"{head} [{', '.join(scalar(leaf, in_flow=True) for leaf in leaves)}]"
    return YamlLine(words, leaves) if len(words) <= _LONGEST_FLOW else None


def _is_list(branch: _Branch) -> bool:
    return bool(branch) and all(isinstance(key, int) for key in branch)
