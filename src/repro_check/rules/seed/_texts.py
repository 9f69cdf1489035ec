"""Whether values are text or numbers, as far as one file tells.

Only text matters for the order of a set: "the `__hash__()` values of str and bytes objects are salted
with an unpredictable random value" (docs.python.org/3/reference/datamodel.html#object.__hash__), while
the hash of an integer is the integer.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable

from repro_check.project.files import PythonFile
from repro_check.rules.seed._order_sites import Sites
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Collection,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
    Subscript,
)
from repro_check.sources.python import Call
from repro_check.text import pattern

_DEEPEST = 6
_TEXT_LISTS = frozenset(
    "split rsplit splitlines readlines read_lines listdir glob iglob namelist getnames "
    "word_tokenize sent_tokenize".split()
)
_TEXT_VALUES = frozenset(
    "str repr lower upper strip lstrip rstrip replace join format read read_text decode title "
    "capitalize basename dirname removesuffix removeprefix input".split()
)
_NUMBER_LISTS = frozenset("range arange nonzero argsort randint randperm permutation".split())
_NUMBER_VALUES = frozenset("int float len round abs ord id".split())
_ITEMS_KEPT = frozenset("list tuple set frozenset sorted reversed iter chain tqdm unique".split())
_TEXT_NAME = pattern(
    r"(^|_)(words?|tokens?|chars?|characters?|vocab|vocabulary|names?|filenames?|filepaths?|"
    r"sentences?|smiles|texts?|symbols?|strings?|columns?|genes?|species|corpus)$",
    re.IGNORECASE,
)
_NUMBER_NAME = pattern(
    r"(^|_)(i|j|k|n|x|ids?|idx|idxs|index|indices|num|nums|ints?|numbers?|token_ids|nodes?|edges?|"
    r"neighbou?rs|seeds|years|epochs|sizes|steps|lengths?|positions?)$"
)


class Kind(enum.Enum):
    """What values are."""

    TEXT = "text"
    LIKELY = "likely text"
    NUMBER = "number"
    UNKNOWN = "unknown"


class Texts:
    """Answers for one file.

    Args:
        file: the file.
        sites: its places.
    """

    def __init__(self, file: PythonFile, sites: Sites) -> None:
        self._file = file
        self._facts = file.facts
        self._sites = sites

    def items(self, value: Expression, block: int, depth: int = 0) -> Kind:
        """What the items of an iterable are."""
        if depth > _DEEPEST:
            return Kind.UNKNOWN
        match value:
            case Collection(items=items, kind=kind, keys=keys):
                listed = [key for key in keys if key is not None] if kind == "dict" else items
                return _joined(self.value(item, block, depth + 1) for item in listed)
            case Operation(operator="*", operands=(inner,)):
                return self.items(inner, block, depth + 1)
            case Operation(operator="+" | "|" | "-" | "&" | "^" | "or", operands=operands):
                return _joined(self.items(one, block, depth + 1) for one in operands)
            case Opaque(span=span):
                made = self._sites.comprehension(span)
                first = made.made[0] if made and made.made else None
                return Kind.UNKNOWN if first is None else self.value(first, made.block, depth + 1)  # type: ignore[union-attr]
            case CallRef(index=index):
                return self._items_of_call(self._facts.calls[index], block, depth)
            case Name(name=name):
                return self._items_of_name(name, block, depth)
            case _:
                return Kind.UNKNOWN

    def value(self, value: Expression, block: int, depth: int = 0) -> Kind:
        """What a single value is."""
        if depth > _DEEPEST:
            return Kind.UNKNOWN
        match value:
            case Literal(value=str()) | Operation(operator="f-string"):
                return Kind.TEXT
            case Literal(value=int() | float()):
                return Kind.NUMBER
            case Collection(kind="tuple", items=items):
                kinds = [self.value(item, block, depth + 1) for item in items]
                return next((kind for kind in Kind if kind in kinds), Kind.UNKNOWN)
            case Operation(operator="+", operands=operands):
                return _joined(self.value(one, block, depth + 1) for one in operands)
            case Operation(operator="-" | "*" | "/" | "//" | "%", operands=(left, *_)):
                is_format = self.value(left, block, depth + 1) is Kind.TEXT
                return Kind.TEXT if is_format else Kind.NUMBER
            case CallRef(index=index):
                last = self._facts.calls[index].name.rpartition(".")[2]
                if last in _TEXT_VALUES:
                    return Kind.TEXT
                return Kind.NUMBER if last in _NUMBER_VALUES else Kind.UNKNOWN
            case Subscript(base=base):
                return self.items(base, block, depth + 1)
            case Name(name=name):
                return self._value_of_name(name, block, depth)
            case Attribute(name=name):
                return _by_name(name)
            case _:
                return Kind.UNKNOWN

    def _items_of_call(self, call: Call, block: int, depth: int) -> Kind:
        last = call.name.rpartition(".")[2]
        if last == "keys":
            return Kind.LIKELY
        if last in _TEXT_LISTS or last in _TEXT_VALUES:
            return Kind.TEXT
        if last in _NUMBER_LISTS:
            return Kind.NUMBER
        if last == "map" and call.args and isinstance(call.args[0], Name):
            name = call.args[0].name.rpartition(".")[2]
            if name in _TEXT_VALUES:
                return Kind.TEXT
            return Kind.NUMBER if name in _NUMBER_VALUES else Kind.UNKNOWN
        if last in _ITEMS_KEPT and call.args:
            return _joined(self.items(one, block, depth + 1) for one in call.args)
        return Kind.UNKNOWN

    def _items_of_name(self, name: str, block: int, depth: int) -> Kind:
        if name.endswith(".columns"):
            return Kind.TEXT
        binding = self._file.constants.binding(name, block) if "." not in name else None
        if binding is not None and binding.value is not None:
            found = self.items(binding.value, binding.block, depth + 1)
            if found is not Kind.UNKNOWN:
                return found
            value = self.value(binding.value, binding.block, depth + 1)
            if value in {Kind.TEXT, Kind.LIKELY}:  # the characters of a text
                return value
        added = self._added(name, block, depth)
        return added if added is not Kind.UNKNOWN else _by_name(name)

    def _added(self, name: str, block: int, depth: int) -> Kind:
        """What is put into a set or a list that begins empty."""
        scope = self._file.scopes.binding(name.partition(".")[0], block)
        kinds = []
        for call in self._sites.methods(name):
            if (
                not call.args
                or self._file.scopes.binding(name.partition(".")[0], call.block) != scope
            ):
                continue
            last = call.name.rpartition(".")[2]
            if last in {"add", "append"}:
                kinds.append(self.value(call.args[0], call.block, depth + 1))
            elif last in {"update", "extend"}:
                kinds.append(self.items(call.args[0], call.block, depth + 1))
        return _joined(kinds)

    def _value_of_name(self, name: str, block: int, depth: int) -> Kind:
        scope = self._file.scopes.binding(name, block)
        bound = [
            item
            for item in self._sites.bindings(name)
            if self._file.scopes.binding(name, item.block) == scope and item.value is not None
        ]
        if "." not in name and len(bound) == 1 and isinstance(bound[0].targets[0], Name):
            item = bound[0]
            assert item.value is not None
            ask = self.items if item.kind == "for" else self.value
            found = ask(item.value, item.block, depth + 1)
            if found is not Kind.UNKNOWN:
                return found
        return _by_name(name)


def _by_name(name: str) -> Kind:
    last = name.rpartition(".")[2]
    if _NUMBER_NAME.search(last):
        return Kind.NUMBER
    return Kind.LIKELY if _TEXT_NAME.search(last) else Kind.UNKNOWN


def _joined(kinds: Iterable[Kind]) -> Kind:
    """What several values are together: one number among them leaves it open."""
    known = set(kinds)
    if Kind.NUMBER in known:
        return Kind.NUMBER if known <= {Kind.NUMBER, Kind.UNKNOWN} else Kind.UNKNOWN
    return next((kind for kind in (Kind.TEXT, Kind.LIKELY) if kind in known), Kind.UNKNOWN)
