"""Small repositories, opened as projects, and questions to them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from repro_check.engine import Session
from repro_check.project.calls import Node
from repro_check.project.modules import Symbol
from repro_check.project.project import Project
from repro_check.settings import Settings
from repro_check.sources.discovery import discover
from repro_check.sources.python import MODULE, ModuleFacts, read_python


def project(root: Path, files: Mapping[str, str], **settings: object) -> Project:
    """Write files into a folder and open it."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(dedent(text).lstrip("\n").encode())
    chosen = Settings(cache=False, **settings)  # type: ignore[arg-type]
    return Session(discover(root), chosen).project


def meaning(opened: Project, path: str, name: str, inside: str = "") -> Symbol | None:
    """What a name stands for at the top level of a file, or inside a function of it."""
    file = opened.python[path]
    block = MODULE if not inside else block_of(opened, path, inside)
    return opened.modules.resolve(file, name, block)


def where(opened: Project, path: str, name: str, inside: str = "") -> str:
    """The same as `path:name` or, for what is not ours, as `external name`."""
    symbol = meaning(opened, path, name, inside)
    if symbol is None:
        return "unknown"
    if symbol.kind == "external":
        return f"external {symbol.name}"
    return f"{symbol.kind} {symbol.path}:{symbol.name}".rstrip(":")


def block_of(opened: Project, path: str, qualname: str) -> int:
    """The block of a function; "" is the module itself."""
    if not qualname:
        return MODULE
    functions = opened.python[path].facts.functions
    return next(item.block for item in functions if item.qualname == qualname)


def node(opened: Project, path: str, qualname: str = "") -> Node:
    """The node of a function, or of a module's top level."""
    return Node(path, block_of(opened, path, qualname))


def name_of(opened: Project, item: Node) -> str:
    """A node as `path:qualname`, `path:<lambda>` or `path`."""
    for function in opened.python[item.path].facts.functions:
        if function.block == item.block:
            return f"{item.path}:{function.qualname or '<lambda>'}"
    return item.path


def edges(opened: Project, path: str, qualname: str = "") -> dict[str, bool]:
    """Where a function leads directly, and whether that is sure."""
    found = opened.calls.edges(node(opened, path, qualname)).items()
    return {name_of(opened, item): is_sure for item, is_sure in found}


def reached(opened: Project, path: str, qualname: str = "", *, surely: bool = False) -> set[str]:
    """All that may run, or surely runs, when a function runs."""
    found = opened.calls.reachable(node(opened, path, qualname), surely=surely)
    return {name_of(opened, item) for item in found}


def read_facts(source: str) -> ModuleFacts:
    """Facts of a source text."""
    return read_python(dedent(source).encode())
