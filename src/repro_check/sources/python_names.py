"""How names and strings are written in a syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Sequence

_LONGEST_PATH = 400


def dotted(node: ast.expr | None) -> str | None:
    """The dotted name of `a` or `a.b.c`; None for anything else."""
    if type(node) is ast.Name:
        return node.id
    tail = ""
    while type(node) is ast.Attribute:
        tail = f".{node.attr}{tail}"
        node = node.value
    return node.id + tail if type(node) is ast.Name else None


def label_of(target: ast.expr) -> str:
    """What a value bound to this target is called: a variable, an attribute or a key."""
    if isinstance(target, ast.Subscript):
        return text_of(target.slice)
    return (dotted(target) or "").rpartition(".")[2]


def text_of(node: ast.expr | None) -> str:
    """The value of a string constant that can be written down; else ""."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if is_encodable(node.value) else ""
    return ""


def template_of(pieces: Sequence[ast.expr]) -> str:
    """The text of an f-string with `{}` for each of its values; "" if it does not begin like a path."""
    if not pieces or not is_path(text_of(pieces[0])):
        return ""
    return "".join(text_of(item) if isinstance(item, ast.Constant) else "{}" for item in pieces)


def is_path(value: str) -> bool:
    """Whether a text may be a path: one line, not too long, with a separator or a leading tilde."""
    if "/" not in value and "\\" not in value and not value.startswith("~"):
        return False
    return len(value) <= _LONGEST_PATH and "\n" not in value


def is_encodable(value: str) -> bool:
    """Whether a string can be written as UTF-8 (a lone surrogate cannot)."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
