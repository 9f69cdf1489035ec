"""What config modules written in Python assign, as plain values; nothing is run.

Known are literals, lists and maps (also `dict(...)` and `ConfigDict()`), names bound before, calls of
`L(Class)(...)` as Detectron2's lazy configs write them, and assignments to parts (`cfg.train.lr = 1`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from repro_check.project.experiments.effective import Key, Keys, Origin, Scalar, Value
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
)
from repro_check.sources.python import Assignment, Call
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile

_MAPS = pattern(
    r"(^|\.)(dict|ConfigDict|CfgNode|CN|EasyDict|edict|OrderedDict|Config|AttrDict|Munch|FrozenConfigDict)$"
)
_CHANGES = frozenset(
    "update append extend insert pop remove clear setdefault popitem merge_from_file "
    "merge_from_list merge_from_dict sort reverse".split()
)
_DEEPEST = 60
_STRAIGHT = frozenset({"with"})


class Leaf(msgspec.Struct, frozen=True):
    """A scalar; `is_known` is false for what code decides."""

    value: Scalar
    origin: Origin
    is_known: bool = True


class Map(msgspec.Struct):
    """A map; `is_whole` is false where it may have more keys."""

    children: dict[Key, Node]
    origin: Origin
    is_whole: bool = True


class Items(msgspec.Struct):
    """A list or a tuple."""

    children: list[Node]
    origin: Origin


Node: TypeAlias = "Leaf | Map | Items"


def read_block(file: PythonFile, block: int, names: Map) -> None:
    """Carry out the assignments of a block, in their order, on the names that it has.

    Assignments in branches and loops below it make what they assign unknown.
    """
    changes = (call for call in file.facts.calls if call.name.rpartition(".")[2] in _CHANGES)
    steps: list[Assignment | Call] = [*file.facts.assignments, *changes]
    steps = [step for step in steps if file.scopes.scope(step.block) == block]
    for step in sorted(steps, key=lambda one: (one.span.line, one.span.column)):
        if isinstance(step, Call):
            owner = step.name.rpartition(".")[0]
            if owner:
                _put(names, tuple(owner.split(".")), _unknown(file, step))
            continue
        is_plain = step.kind in {"=", ":"} and _is_straight(file, step.block, block)
        if step.value is None and step.kind == ":":
            continue
        made = _node(file, step.value, names, 0) if is_plain and step.value else None
        for target in step.targets:
            keys = _keys_of(target)
            if keys is not None:
                # one object under several names, as in Python
                _put(names, keys, _unknown(file, target) if made is None else made)


def flat(node: Node, keys: Keys = ()) -> Iterator[Value]:
    """The leaves of a tree, and its empty maps and lists."""
    if isinstance(node, Leaf) or len(keys) > _DEEPEST:
        value, known = (node.value, node.is_known) if isinstance(node, Leaf) else (None, False)
        yield Value(keys, "scalar", value, node.origin, is_known=known)
        return
    if not node.children and keys:
        yield Value(keys, "map" if isinstance(node, Map) else "list", None, node.origin)
    pairs = node.children.items() if isinstance(node, Map) else enumerate(node.children)
    for key, child in pairs:
        yield from flat(child, (*keys, key))


def is_whole(node: Node, depth: int = 0) -> bool:
    """Whether all its maps have just the keys that they show."""
    if isinstance(node, Leaf):
        return True
    if depth > _DEEPEST:
        return False
    children = node.children.values() if isinstance(node, Map) else node.children
    return getattr(node, "is_whole", True) and all(is_whole(child, depth + 1) for child in children)


def _is_straight(file: PythonFile, block: int, scope: int) -> bool:
    while block != scope:
        if file.facts.blocks[block].kind not in _STRAIGHT:
            return False
        block = file.facts.blocks[block].parent
    return True


def _keys_of(target: Expression) -> Keys | None:
    match target:
        case Name(name=name):
            return tuple(name.split("."))
        case Attribute(base=base, name=name):
            outer = _keys_of(base)
            return None if outer is None else (*outer, name)
        case Subscript(base=base, index=Literal(value=str() | int() as key)):
            outer = _keys_of(base)
            return None if outer is None else (*outer, key)
        case _:
            return None


def _put(names: Map, keys: Keys, node: Node) -> None:
    here: Node = names
    for key in keys[:-1]:
        following = _child(here, key)
        if following is None or isinstance(following, Leaf):
            return
        here = following
    if node is here or _holds(node, here):
        return
    if isinstance(here, Map):
        here.children[keys[-1]] = node
    elif isinstance(here, Items) and _child(here, keys[-1]) is not None:
        here.children[int(keys[-1])] = node


def _holds(node: Node, wanted: Node) -> bool:
    """Whether a tree has a branch, which it may then not be put into."""
    if isinstance(node, Leaf):
        return False
    children = node.children.values() if isinstance(node, Map) else node.children
    return any(child is wanted or _holds(child, wanted) for child in children)


def _child(node: Node, key: Key) -> Node | None:
    if isinstance(node, Map):
        return node.children.get(key)
    if (
        isinstance(node, Items)
        and isinstance(key, int)
        and -len(node.children) <= key < len(node.children)
    ):
        return node.children[key]
    return None


def _node(file: PythonFile, expression: Expression, names: Map, depth: int) -> Node:
    if depth > _DEEPEST:
        return _unknown(file, expression)
    match expression:
        case Literal(value=value):
            return Leaf(value, Origin(file.path, expression.span))
        case Name() | Attribute() | Subscript():
            return _looked_up(file, expression, names)
        case Collection(kind="dict", items=items, keys=keys):
            made = Map({}, Origin(file.path, expression.span))
            for key, item in zip(keys, items, strict=True):
                _fill(file, made, key, item, names, depth)
            return made
        case Collection(kind="list" | "tuple", items=items):
            if any(isinstance(item, Operation) and item.operator == "*" for item in items):
                return _unknown(file, expression)
            return Items(
                [_node(file, item, names, depth + 1) for item in items],
                Origin(file.path, expression.span),
            )
        case CallRef(index=index):
            return _called(file, file.facts.calls[index], names, depth)
        case _:
            return _unknown(file, expression)


def _fill(  # noqa: PLR0917 - one step of a walk with its state
    file: PythonFile, made: Map, key: Expression | None, item: Expression, names: Map, depth: int
) -> None:
    if key is None:
        inner = _node(file, item, names, depth + 1)
        if isinstance(inner, Map):
            made.children.update(inner.children)
            made.is_whole = made.is_whole and inner.is_whole
        else:
            made.is_whole = False
    elif isinstance(key, Literal) and isinstance(key.value, str | int):
        made.children[key.value] = _node(file, item, names, depth + 1)
    else:
        made.is_whole = False


def _called(file: PythonFile, call: Call, names: Map, depth: int) -> Node:
    made = Map({}, Origin(file.path, call.span))
    returned = names.children.get(returned_name(call))
    if returned is not None and call.receiver is None:
        return copied(returned)
    if isinstance(call.receiver, CallRef) and not call.name:
        lazy = file.facts.calls[call.receiver.index]  # `L(Class)(width=3)`
        if lazy.name in {"L", "LazyCall", "LazyConfig.L"} and lazy.args:
            name = getattr(lazy.args[0], "name", None)
            made.children["_target_"] = Leaf(name, made.origin, name is not None)
        else:
            return _unknown(file, call)
    elif not _MAPS.search(call.name) or call.receiver is not None:
        return _unknown(file, call)
    for item in call.args:
        _fill(file, made, None, item, names, depth)
    for keyword in call.keywords:
        if keyword.name:
            made.children[keyword.name] = _node(file, keyword.value, names, depth + 1)
        else:
            _fill(file, made, None, keyword.value, names, depth)
    return made


def _looked_up(file: PythonFile, expression: Expression, names: Map) -> Node:
    keys = _keys_of(expression)
    node: Node | None = names
    for key in keys or ():
        node = None if node is None else _child(node, key)
    if keys is None or node is None or node is names:
        return _unknown(file, expression)
    return node


def copied(node: Node) -> Node:
    """The same tree, of which parts may be changed."""
    if isinstance(node, Leaf):
        return node
    if isinstance(node, Items):
        return Items([copied(child) for child in node.children], node.origin)
    return Map({k: copied(v) for k, v in node.children.items()}, node.origin, node.is_whole)


def returned_name(call: Call) -> str:
    """Under which name that no code can have a block holds what a called function returns."""
    return f"{call.name}()"


def _unknown(file: PythonFile, place: Expression | Call) -> Leaf:
    return Leaf(None, Origin(file.path, place.span), is_known=False)
