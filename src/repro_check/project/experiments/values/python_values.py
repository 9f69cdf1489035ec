"""What config modules written in Python assign, as plain values; nothing is run.

Known are literals, lists and maps (also `dict(...)` and `ConfigDict()`), names bound before, calls of
`L(Class)(...)` as Detectron2's lazy configs write them, and assignments to parts (`cfg.train.lr = 1`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_check.findings import Span
from repro_check.project.experiments.effective import Keys, Origin
from repro_check.project.experiments.values.python_trees import (
    DEEPEST,
    MOST,
    Items,
    Leaf,
    Map,
    Node,
    child,
    copied,
    put,
    size,
)
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

_TOP = Span(1, 1, 1, 1)
_MAPS = pattern(
    r"(^|\.)(dict|ConfigDict|CfgNode|CN|EasyDict|edict|OrderedDict|Config|AttrDict|Munch|FrozenConfigDict)$"
)
_CHANGES = frozenset(
    "update append extend insert pop remove clear setdefault popitem merge_from_file "
    "merge_from_list merge_from_dict sort reverse".split()
)
_STRAIGHT = frozenset({"with"})


class Reading:
    """Carries out the assignments of a module on the names that it has.

    Args:
        file: the module.

    Attributes:
        names: what it assigned so far, and what it was given.
        returned: what a call gives of a function that is known, by its name.
    """

    def __init__(self, file: PythonFile) -> None:
        self.names = Map({}, Origin(file.path, _TOP))
        self.returned: dict[str, Node] = {}
        self._file = file
        self._room = MOST

    def own(self, node: Node) -> Node | None:
        """A copy of what another module has, whose parts may be changed; None if it is too large."""
        return copied(node) if self._has_room(size(node, self._room)) else None

    def read(self, block: int) -> None:
        """Carry out the assignments of a block, in their order.

        Assignments in branches and loops below it make what they assign unknown.
        """
        facts, scopes = self._file.facts, self._file.scopes
        changes = (call for call in facts.calls if call.name.rpartition(".")[2] in _CHANGES)
        steps: list[Assignment | Call] = [*facts.assignments, *changes]
        steps = [step for step in steps if scopes.scope(step.block) == block]
        for step in sorted(steps, key=lambda one: (one.span.line, one.span.column)):
            if isinstance(step, Call):
                owner = step.name.rpartition(".")[0]
                if owner:
                    put(self.names, tuple(owner.split(".")), self._unknown(step))
                continue
            if step.value is None and step.kind == ":":
                continue
            is_plain = step.kind in {"=", ":"} and self._is_straight(step.block, block)
            made = self._node(step.value, 0) if is_plain and step.value else None
            for target in step.targets:
                keys = _keys_of(target)
                if keys is not None:
                    # one object under several names, as in Python
                    put(self.names, keys, self._unknown(target) if made is None else made)

    def _is_straight(self, block: int, scope: int) -> bool:
        while block != scope:
            if self._file.facts.blocks[block].kind not in _STRAIGHT:
                return False
            block = self._file.facts.blocks[block].parent
        return True

    def _node(self, expression: Expression, depth: int) -> Node:
        if depth > DEEPEST or not self._has_room(1):
            return self._unknown(expression)
        match expression:
            case Literal(value=value):
                return Leaf(value, self._origin(expression))
            case Name() | Attribute() | Subscript():
                return self._looked_up(expression)
            case Collection(kind="dict", items=items, keys=keys):
                made = Map({}, self._origin(expression))
                for key, item in zip(keys, items, strict=True):
                    self._fill(made, key, item, depth)
                return made
            case Collection(kind="list" | "tuple", items=items):
                if any(isinstance(item, Operation) and item.operator == "*" for item in items):
                    return self._unknown(expression)
                nodes = [self._node(item, depth + 1) for item in items]
                return Items(nodes, self._origin(expression))
            case CallRef(index=index):
                return self._called(self._file.facts.calls[index], depth)
            case _:
                return self._unknown(expression)

    def _fill(self, made: Map, key: Expression | None, item: Expression, depth: int) -> None:
        if isinstance(key, Literal) and isinstance(key.value, str | int):
            made.children[key.value] = self._node(item, depth + 1)
            return
        inner = self._node(item, depth + 1) if key is None else None
        if isinstance(inner, Map) and self._has_room(len(inner.children)):
            made.children.update(inner.children)
            made.is_whole = made.is_whole and inner.is_whole
        else:
            made.is_whole = False

    def _called(self, call: Call, depth: int) -> Node:
        returned = self.returned.get(call.name)
        if returned is not None and call.receiver is None:
            return self.own(returned) or self._unknown(call)
        made = Map({}, self._origin(call))
        if isinstance(call.receiver, CallRef) and not call.name:
            lazy = self._file.facts.calls[call.receiver.index]  # `L(Class)(width=3)`
            if lazy.name not in {"L", "LazyCall", "LazyConfig.L"} or not lazy.args:
                return self._unknown(call)
            name = getattr(lazy.args[0], "name", None)
            made.children["_target_"] = Leaf(name, made.origin, name is not None)
        elif not _MAPS.search(call.name) or call.receiver is not None:
            return self._unknown(call)
        for item in call.args:
            self._fill(made, None, item, depth)
        for keyword in call.keywords:
            if keyword.name:
                made.children[keyword.name] = self._node(keyword.value, depth + 1)
            else:
                self._fill(made, None, keyword.value, depth)
        return made

    def _looked_up(self, expression: Expression) -> Node:
        keys = _keys_of(expression)
        node: Node | None = self.names
        for key in keys or ():
            node = None if node is None else child(node, key)
        return self._unknown(expression) if not keys or node is None else node

    def _has_room(self, entries: int) -> bool:
        """Take room for entries. Where it ends once, nothing more is read: walks cost time too."""
        self._room = max(self._room - entries, 0)
        if not self._room:
            self.names.is_whole = False
        return self._room > 0

    def _origin(self, place: Expression | Call) -> Origin:
        return Origin(self._file.path, place.span)

    def _unknown(self, place: Expression | Call) -> Leaf:
        return Leaf(None, self._origin(place), is_known=False)


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
