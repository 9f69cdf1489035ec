"""Changes to a program that change nothing of what it does."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
HELPER = "moved_helpers"
_SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def in_a_function(source: str) -> str:
    """The same program with its statements in `main`, if it has no functions or classes yet."""
    tree = ast.parse(source)
    heads = [node for node in tree.body if _is_import(node)]
    body = [node for node in tree.body if not _is_import(node)]
    is_plain = not any(isinstance(node, (Function, ast.ClassDef)) for node in body)
    has_star = any(alias.name == "*" for node in heads for alias in node.names)  # type: ignore[attr-defined]
    if not body or not is_plain or has_star or "__name__" in source:
        return source
    lines = ["def main():", *(f"    {line}" for line in _unparsed(body).split("\n"))]
    lines += ["", 'if __name__ == "__main__":', "    main()"]
    return "\n".join([_unparsed(heads), "", *lines, ""])


def renamed(source: str, *, keeps_words: bool) -> tuple[str, dict[str, str]]:
    """The program with its local variables renamed, and the old name for each new one.

    Args:
        source: the program.
        keeps_words: name `best` `base_best`; else `local0`, from which nobody can learn anything.
    """
    tree = ast.parse(source)
    old: dict[str, str] = {}
    for function in _outermost_functions(tree):
        taken = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for name in sorted(_local_names(function)):
            new = f"base_{name}" if keeps_words else f"local{len(old)}"
            assert new not in taken
            old[new] = name
            for node in ast.walk(function):
                if isinstance(node, ast.Name) and node.id == name:
                    node.id = new
    return ast.unparse(tree) + "\n", old


def named_back(text: str, old: dict[str, str]) -> str:
    """A text in which the new names are the old ones again."""
    return re.sub(r"\b\w+\b", lambda found: old.get(found[0], found[0]), text)


def moved(files: dict[str, str]) -> Iterator[dict[str, str]]:
    """The program with one function moved into another module, for each that can be moved."""
    for path, source in files.items():
        tree = ast.parse(source)
        imports = [node for node in tree.body if _is_import(node)]
        known = {
            (alias.asname or alias.name).partition(".")[0] for node in imports for alias in node.names  # type: ignore[attr-defined]
        } | set(dir(builtins))
        folder = path.rpartition("/")[0]
        helper = f"{folder}/{HELPER}.py".lstrip("/")
        for index, node in enumerate(tree.body):
            if isinstance(node, Function) and _free_names(node) <= known:
                importing = ast.parse(f"from {HELPER} import {node.name}").body
                body = [*tree.body[:index], *tree.body[index + 1 :]]
                gone = [
                    item for item in imports if _is_used(item, [node]) and not _is_used(item, body)
                ]
                body = [item for item in body if item not in gone]
                last = max((at for at, item in enumerate(body) if _is_import(item)), default=-1)
                rest = _unparsed([*body[: last + 1], *importing, *body[last + 1 :]])
                helped = _unparsed([*(item for item in imports if _is_used(item, [node])), node])
                yield {**files, path: rest + "\n", helper: helped + "\n"}


def _is_used(statement: ast.stmt, body: list[ast.stmt]) -> bool:
    """Whether what an import binds is read in these statements, or may be."""
    bound = {
        (alias.asname or alias.name).partition(".")[0] for alias in statement.names  # type: ignore[attr-defined]
    }
    read = {node.id for item in body for node in ast.walk(item) if isinstance(node, ast.Name)}
    return bool(bound & (read | {"*"}))


def _unparsed(body: list[ast.stmt]) -> str:
    return ast.unparse(ast.Module(body=body, type_ignores=[]))


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _outermost_functions(tree: ast.Module) -> Iterator[Function]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if isinstance(child, Function):
                yield child
            else:
                waiting.append(child)


def _local_names(function: Function) -> set[str]:
    """The names that a function binds itself, and that no scope inside of it binds anew."""
    names: set[str] = set()
    settled = {
        argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)
    }
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            settled.update(node.names)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            settled.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            settled.add(node.name)
        if isinstance(node, _SCOPES):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    settled.add(inner.id)
                elif isinstance(inner, ast.arg):
                    settled.add(inner.arg)
                elif isinstance(inner, Function | ast.ClassDef):
                    settled.add(inner.name)
        else:
            waiting.extend(ast.iter_child_nodes(node))
    return names - settled


def _free_names(function: Function) -> set[str]:
    """The names that a function reads and that nothing in it binds."""
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    bound.update(node.arg for node in ast.walk(function) if isinstance(node, ast.arg))
    bound.update(
        node.name for node in ast.walk(function) if isinstance(node, Function | ast.ClassDef)
    )
    bound.update(
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    )
    return {node.id for node in names} - bound
