"""The floors of the house hold: a room imports itself and what lies below it, never what is above."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SRC = Path(__file__).resolve().parents[1] / "src"
PACKAGE = SRC / "repro_check"

FLOORS = {
    "atomic": 0,
    "bounded": 0,
    "processes": 0,
    "programs": 0,
    "errors": 0,
    "findings": 0,
    "hashes": 0,
    "settings": 0,
    "text": 0,
    "sources": 1,
    "project": 2,
    "data": 3,
    "deps": 3,
    "results": 3,
    "secrets": 3,
    "setup": 3,
    "smoke": 3,
    "rules": 4,
    "engine": 5,
    "release": 6,
    "render": 6,
    "cli": 7,
    "__main__": 8,
}
APART = "runtime"
WHERE_INSTALLED = {"blake3"}  # the runtime imports it when a digest asks for it, and not before


class Use(NamedTuple):
    """One import: where, what, and whether it happens when the module is imported."""

    line: int
    module: str
    is_immediate: bool


def uses(tree: ast.Module) -> Iterator[Use]:
    """The imports of a module, those in functions too; not those for type checkers alone."""
    yield from _uses(tree.body, is_immediate=True)


def _uses(nodes: Iterable[ast.AST], *, is_immediate: bool) -> Iterator[Use]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (Use(node.lineno, alias.name, is_immediate) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            # `from repro_check import x` imports the room x, or a name of the package itself
            names = [f"{module}.{alias.name}" for alias in node.names]
            yield from (
                Use(node.lineno, name, is_immediate)
                for name in (names if module == "repro_check" else [module])
            )
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _uses(node.orelse, is_immediate=is_immediate)
        else:
            is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _uses(
                ast.iter_child_nodes(node), is_immediate=is_immediate and not is_function
            )


def room_of(module: str) -> str:
    """`repro_check.rules.rule` lies in the room `rules`; the package itself is the room ""."""
    parts = module.split(".")
    is_room = len(parts) > 1 and parts[1] in {*FLOORS, APART}
    return parts[1] if is_room else ""


def is_allowed(room: str, used: str) -> bool:
    """Whether a module of one room may import another room (or itself, or a lower floor)."""
    if used in {room, "", APART}:
        return room != APART or used == APART
    if room == APART:
        return False
    is_ground = FLOORS[room] == FLOORS[used] == 0
    return FLOORS[used] < FLOORS[room] or is_ground


def is_ours(module: str) -> bool:
    return module == "repro_check" or module.startswith("repro_check.")


MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def parsed(module: str) -> ast.Module:
    return ast.parse((PACKAGE / module).read_bytes(), module)


def own_room(module: str) -> str:
    return module.partition("/")[0].removesuffix(".py")


def test_every_room_stands_on_a_floor():
    rooms = {own_room(module) for module in MODULES} - {"__init__"}
    assert rooms <= {*FLOORS, APART}


@pytest.mark.parametrize("room", sorted({own_room(module) for module in MODULES}))
def test_a_room_imports_only_itself_and_lower_floors(room: str):
    wrong = [
        f"{module}:{use.line} imports {use.module}"
        for module in MODULES
        if own_room(module) == room and room != "__init__"
        for use in uses(parsed(module))
        if is_ours(use.module) and not is_allowed(room, room_of(use.module))
    ]
    assert wrong == []


def test_nothing_is_imported_by_its_place():
    """Relative imports would hide from the test above, and from readers."""
    wrong = [
        f"{module}:{use.line}"
        for module in MODULES
        for use in uses(parsed(module))
        if use.module.startswith(".")
    ]
    assert wrong == []


def test_the_runtime_needs_nothing_but_the_standard_library():
    wrong = [
        f"{module}:{use.line} imports {use.module}"
        for module in MODULES
        if own_room(module) == APART
        for use in uses(parsed(module))
        if use.module.partition(".")[0] not in sys.stdlib_module_names
        and room_of(use.module) != APART
        and (use.module not in WHERE_INSTALLED or use.is_immediate)
    ]
    assert wrong == []


def test_the_package_itself_imports_nothing():
    assert [use for use in uses(parsed("__init__.py")) if use.module != "__future__"] == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import json", [("json", True)]),
        ("from repro_check.rules.rule import rule", [("repro_check.rules.rule", True)]),
        (
            "from repro_check import cli, __version__",
            [("repro_check.cli", True), ("repro_check.__version__", True)],
        ),
        ("def f():\n    import torch", [("torch", False)]),
        ("class C:\n    def f(self):\n        import torch", [("torch", False)]),
        ("try:\n    import a\nexcept ImportError:\n    import b", [("a", True), ("b", True)]),
        ("match x:\n    case 1:\n        import a", [("a", True)]),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", [("b", True)]),
        ("if typing.TYPE_CHECKING:\n    import a", []),
        ("from .rule import rule", [(".rule", True)]),
        ("async def f():\n    with x:\n        from a import b", [("a", False)]),
    ],
)
def test_no_way_to_write_an_import_is_overlooked(code: str, expected: list[tuple[str, bool]]):
    assert [(use.module, use.is_immediate) for use in uses(ast.parse(code))] == expected


@pytest.mark.parametrize(
    ("room", "used", "expected"),
    [
        ("cli", "engine", True),
        ("engine", "cli", False),
        ("data", "secrets", False),
        ("rules", "data", True),
        ("settings", "findings", True),
        ("render", "release", False),
        ("data", "runtime", True),
        ("runtime", "errors", False),
        ("runtime", "", False),
        ("cli", "", True),
        ("__main__", "cli", True),
    ],
)
def test_what_may_import_what(room: str, used: str, expected: bool):
    assert is_allowed(room, used) is expected
