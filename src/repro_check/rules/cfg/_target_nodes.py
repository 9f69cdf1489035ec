"""The nodes of a config that name what is called with them: `_target_`, or `class_path`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.project.experiments.effective import Keys, Origin, Value

if TYPE_CHECKING:
    from repro_check.project.project import Project

TARGET = "_target_"
CLASS_PATH = "class_path"
_OWN = frozenset({TARGET, "_partial_", "_args_", "_recursive_", "_convert_"})
_INIT = "init_args"
_LEGAL = frozenset({CLASS_PATH, _INIT, "dict_kwargs"})


class TargetNode(msgspec.Struct, frozen=True):
    """A node that is called, as Hydra's `instantiate` or jsonargparse reads it.

    Attributes:
        keys: the way to it.
        target: the leaf that names what is called.
        given: of each keyword the first leaf at or below it.
        depth: how many keys of such a leaf lead to the keyword.
        is_partial: whether other arguments may follow later.
        positional: how many arguments `_args_` gives; -1 where that cannot be told.
        is_recursive: whether the nodes inside it are called, too.
    """

    keys: Keys
    target: Value
    given: Mapping[str, Value]
    depth: int
    is_partial: bool = False
    positional: int = 0
    is_recursive: bool = True

    @property
    def name(self) -> str:
        """What is called, dotted."""
        return str(self.target.value)

    @property
    def dotted(self) -> str:
        """The node as a person names it; the whole config is ""."""
        return ".".join(map(str, self.keys))

    def keyword(self, name: str) -> str:
        """The dotted name of one of its keywords."""
        return ".".join(map(str, self.given[name].keys[: self.depth]))


def target_nodes(values: Mapping[Keys, Value]) -> Iterator[TargetNode]:
    """The nodes for `hydra.utils.instantiate` (hydra.cc/docs/1.3/advanced/instantiate_objects/overview)."""
    for value, leaves in _targets(values, TARGET):
        keys = value.keys[:-1]
        depth = len(keys) + 1
        given: dict[str, Value] = {}
        flags: dict[str, list[Value]] = {}
        for leaf in leaves:
            name = str(leaf.keys[depth - 1])
            if name in _OWN:
                flags.setdefault(name, []).append(leaf)
            else:
                given.setdefault(name, leaf)
        yield TargetNode(
            keys,
            value,
            given,
            depth,
            is_partial=_flag(flags, "_partial_") is not False,
            positional=_count(flags.get("_args_", []), depth),
            is_recursive="_recursive_" not in flags or _flag(flags, "_recursive_") is True,
        )


def class_nodes(values: Mapping[Keys, Value]) -> Iterator[TargetNode]:
    """The nodes for jsonargparse (jsonargparse.readthedocs.io, "Class type and sub-classes")."""
    for value, leaves in _targets(values, CLASS_PATH):
        keys = value.keys[:-1]
        depth = len(keys) + 2
        if any(leaf.keys[depth - 2] not in _LEGAL for leaf in leaves):
            continue
        given: dict[str, Value] = {}
        for leaf in leaves:
            if leaf.keys[depth - 2] == _INIT and len(leaf.keys) >= depth:
                given.setdefault(str(leaf.keys[depth - 1]), leaf)
        yield TargetNode(keys, value, given, depth, is_partial=True)


def keyword_span(project: Project, node: TargetNode, name: str) -> Span | None:
    """The place of a keyword's key in the file that gives it; None where no file has it."""
    leaf = node.given[name]
    config = project.configs.get(leaf.origin.path)
    above = len(leaf.keys) - node.depth
    for entry in config.facts.entries if config is not None else ():
        if entry.span == leaf.origin.span and len(entry.keys) > above:
            keys = entry.keys[: len(entry.keys) - above]
            found = config.facts.get(*keys) if config is not None else None
            if keys[-1] == name and found is not None:
                return found.key_span
    return None


def origin_of(node: TargetNode, name: str) -> Origin:
    """Where a keyword is given."""
    return node.given[name].origin


def _targets(values: Mapping[Keys, Value], key: str) -> Iterator[tuple[Value, list[Value]]]:
    """The leaves that name something to call, with all leaves of their nodes."""
    inside: dict[Keys, list[Value]] = {keys[:-1]: [] for keys in values if keys[-1:] == (key,)}
    for keys, value in values.items():
        for depth in range(len(keys) if inside else 0):
            if keys[:depth] in inside:
                inside[keys[:depth]].append(value)
    for keys, leaves in inside.items():
        named = values.get((*keys, key))
        if named is not None and named.is_known and "." in str(named.value):
            yield named, leaves


def _flag(flags: Mapping[str, list[Value]], name: str) -> object:
    """True or False as it is written; False where it is not; None where that cannot be told."""
    found = flags.get(name)
    if not found:
        return False
    value = found[0]
    return value.value if value.is_known and isinstance(value.value, bool) else None


def _count(leaves: list[Value], depth: int) -> int:
    """How many items a list has, of which these are the leaves."""
    if any(leaf.kind == "scalar" and len(leaf.keys) == depth for leaf in leaves):
        return -1  # an interpolation
    return len({leaf.keys[depth] for leaf in leaves if len(leaf.keys) > depth})
