"""How names and strings are written in a syntax tree."""

from __future__ import annotations

import ast


def dotted(node: ast.expr | None) -> str | None:
    """The dotted name of `a` or `a.b.c`; None for anything else."""
    if type(node) is ast.Name:
        return node.id
    if type(node) is not ast.Attribute:
        return None
    owner = dotted(node.value)
    return None if owner is None else f"{owner}.{node.attr}"


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


def is_encodable(value: str) -> bool:
    """Whether a string can be written as UTF-8 (a lone surrogate cannot)."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
