"""A text for each path in code that is equal where two expressions mean the same file.

Names that one assignment settles are followed, so that `path = os.path.join(root, "a.zip")` and the
same call elsewhere agree. What cannot be followed is known by its place or by its name and scope.
"""

from __future__ import annotations

import posixpath

from repro_check.project.constants import Constants
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Expression,
    Literal,
    Name,
    Operation,
    Subscript,
)
from repro_check.text import pattern

_DEEPEST = 8
_SAME_PATH = pattern(
    r"(^|\.)(Path|PurePath|PosixPath|str|fspath|abspath|realpath|expanduser|expandvars|normpath|resolve)$"
)
_JOINED = pattern(r"(^|\.)(path\.join|joinpath|Path|PurePath)$")


def place_of(names: Constants, expression: Expression, block: int, depth: int = 0) -> str:
    """The text of a path that is read in a block; "" if nothing is known of it."""
    if depth > _DEEPEST:
        return ""
    match expression:
        case Literal(value=str() as value):
            return posixpath.normpath(value.replace("\\", "/")) if value else ""
        case Name(name=name):
            return _of_name(names, name, block, depth)
        case Operation(operator="/", operands=operands):
            return _joined([place_of(names, each, block, depth + 1) for each in operands])
        case Operation(operator="+", operands=operands):
            parts = [place_of(names, each, block, depth + 1) for each in operands]
            return "".join(parts) if all(parts) else ""
        case CallRef(index=index):
            return _of_call(names, index, depth)
        case Attribute(base=base, name=name):
            inner = place_of(names, base, block, depth + 1)
            return f"{inner}.{name}" if inner else ""
        case Subscript(base=base, index=key):
            parts = [place_of(names, each, block, depth + 1) for each in (base, key)]
            return f"{parts[0]}[{parts[1]}]" if all(parts) else ""
        case _:
            return f"<{expression.span.line}:{expression.span.column}>"


def owner_of(names: Constants, name: str, receiver: Expression | None, block: int) -> str:
    """The path whose method is called: `path` in `path.open()`."""
    if receiver is not None:
        return place_of(names, receiver, block)
    owner, dot, _ = name.rpartition(".")
    return _of_name(names, owner, block, 0) if dot else ""


def _of_name(names: Constants, name: str, block: int, depth: int) -> str:
    binding = names.binding(name, block)
    if binding is not None and binding.value is not None:
        return place_of(names, binding.value, binding.block, depth + 1)
    root, _, rest = name.partition(".")
    function = names.facts.function_of(block)
    if root in {"self", "cls"} and rest and function is not None:
        return f"<{function.qualname.rpartition('.')[0]}>.{rest}"
    return name_in(names.file.scopes.binding(root, block), name)


def name_in(scope: int, name: str) -> str:
    """What stands for a name that cannot be followed, bound in the scope of a block."""
    return f"<{scope}>{name}"


def _of_call(names: Constants, index: int, depth: int) -> str:
    call = names.facts.calls[index]
    name = call.target or call.name
    if _JOINED.search(name) and call.args:
        parts = [place_of(names, each, call.block, depth + 1) for each in call.args]
        if name.endswith("joinpath"):
            parts.insert(0, owner_of(names, call.name, call.receiver, call.block))
        return _joined(parts)
    if _SAME_PATH.search(name):
        if call.args:
            return place_of(names, call.args[0], call.block, depth + 1)
        return owner_of(names, call.name, call.receiver, call.block)
    return f"<call {index}>"


def _joined(parts: list[str]) -> str:
    return posixpath.normpath("/".join(parts)) if parts and all(parts) else ""
