from __future__ import annotations

import symtable
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from python_sources import EVERY_KIND, only_call, read, sample, standard_library, targets

from repro_check.sources.python import Import, ModuleFacts, read_python
from repro_check.sources.scopes import Scopes, bound_names, imported_name
from repro_check.sources.unreadable import Unreadable


def scopes_of(facts: ModuleFacts) -> Scopes:
    return Scopes(
        blocks=facts.blocks,
        functions=facts.functions,
        classes=facts.classes,
        imports=facts.imports,
        assignments=facts.assignments,
        declared=facts.declared,
    )


# -- imports -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "call", "target"),
    [
        ("import numpy", "numpy.random.seed()", "numpy.random.seed"),
        ("import numpy as np", "np.random.seed()", "numpy.random.seed"),
        ("import numpy.random", "numpy.random.seed()", "numpy.random.seed"),
        ("import numpy.random", "numpy.array()", "numpy.array"),
        ("import numpy.random as r", "r.seed()", "numpy.random.seed"),
        ("import numpy.random as numpy", "numpy.seed()", "numpy.random.seed"),
        ("import a.b.c as a", "a.f()", "a.b.c.f"),
        ("import a as a", "a.f()", "a.f"),
        ("from numpy import random", "random.seed()", "numpy.random.seed"),
        ("from numpy.random import seed", "seed()", "numpy.random.seed"),
        ("from numpy.random import seed as s", "s()", "numpy.random.seed"),
        ("from . import utils", "utils.f()", ".utils.f"),
        ("from .utils import f", "f()", ".utils.f"),
        ("from .. import utils as u", "u.f()", "..utils.f"),
        ("from ...a.b import c", "c.d()", "...a.b.c.d"),
        ("import os, sys as system", "system.exit()", "sys.exit"),
        ("if x:\n  import a.b as c", "c.d()", "a.b.d"),
        ("try:\n  import a as c\nexcept ImportError:\n  import b as c", "c.d()", "a.d"),
        ("try:\n  import a\nexcept ImportError:\n  a = None", "a.d()", "a.d"),
        ("with x:\n  import a", "a.d()", "a.d"),
        ("from a import *", "b()", ""),
        ("from a import *", "print()", "builtins.print"),
        ("import a", "(a).b()", "a.b"),
        ("import a", "a().b()", ""),
        ("import a", "a[0].b()", ""),
        ("import a", "x.a.b()", ""),
    ],
)
def test_an_import_decides_what_a_called_name_stands_for(
    statement: str, call: str, target: str
) -> None:
    facts = read_python(f"{statement}\n{call}\n".encode())
    assert [item.target for item in facts.calls if item.use == "dropped"] == [target]


def test_a_star_import_is_remembered() -> None:
    assert scopes_of(read("from a import *")).has_star
    assert not scopes_of(read("from a import b")).has_star


@pytest.mark.parametrize(
    ("module", "name", "alias", "dotted"),
    [
        ("a.b", "", "a", "a"),
        ("a.b", "", "c", "a.b"),
        ("a", "b", "b", "a.b"),
        (".", "b", "b", ".b"),
        ("..", "b", "c", "..b"),
        (".a", "b", "b", ".a.b"),
    ],
)
def test_the_dotted_name_of_an_import(module: str, name: str, alias: str, dotted: str) -> None:
    facts = read("import x")
    assert imported_name(Import(facts.imports[0].at, module, name, alias, 0)) == dotted


# -- shadowing -----------------------------------------------------------------------------------

SHADOWED = {
    "a parameter": "def f(np):\n    np.g()",
    "a keyword-only parameter": "def f(*, np):\n    np.g()",
    "a starred parameter": "def f(*np, **kw):\n    np.g()",
    "a double-starred parameter": "def f(**np):\n    np.g()",
    "a local": "def f():\n    np = 1\n    np.g()",
    "a local bound below": "def f():\n    np.g()\n    np = 1",
    "an annotated local": "def f():\n    np: int\n    np.g()",
    "an augmented local": "def f():\n    np += 1\n    np.g()",
    "an unpacked local": "def f():\n    a, (*np, b) = c\n    np.g()",
    "a loop variable": "def f():\n    for np in x:\n        np.g()",
    "a context variable": "def f():\n    with x as np:\n        np.g()",
    "an exception": "def f():\n    try: pass\n    except E as np:\n        np.g()",
    "a deleted name": "def f():\n    del np\n    np.g()",
    "a capture": "def f():\n    match x:\n        case np: np.g()",
    "a mapping capture": "def f():\n    match x:\n        case {'k': 1, **np}: np.g()",
    "a star capture": "def f():\n    match x:\n        case [1, *np]: np.g()",
    "an as capture": "def f():\n    match x:\n        case [1] as np: np.g()",
    "a nested function": "def f():\n    def np(): pass\n    np.g()",
    "a nested class": "def f():\n    class np: pass\n    np.g()",
    "a named expression": "def f():\n    (np := 1)\n    np.g()",
    "a named expression in a comprehension": "def f():\n    [np := y for y in z]\n    np.g()",
    "a comprehension variable": "x = [np.g() for np in y]",
    "an inner comprehension variable": "x = [np.g() for a in y for np in a]",
    "a generator's condition": "x = (1 for np in y if np.g())",
    "a dictionary comprehension": "x = {np.g(): 1 for np in y}",
    "a lambda's parameter": "x = lambda np: np.g()",
    "the function around": "def f(np):\n    def h():\n        np.g()",
    "the function around a class": "def f(np):\n    class A:\n        def m(self):\n            np.g()",
    "the function around a lambda": "def f(np):\n    return lambda: np.g()",
    "a class attribute": "class A:\n    np = 1\n    np.g()",
}  # fmt: skip


@pytest.mark.parametrize("kind", SHADOWED)
def test_a_name_bound_nearer_shadows_the_import(kind: str) -> None:
    assert targets(f"import numpy as np\n{SHADOWED[kind]}")["np.g"] == ""


SEEN = {
    "after a function with such a parameter": "def f(np): pass\nnp.g()",
    "in a default": "def f(np=np.g()): pass",
    "in a decorator": "@np.g()\ndef f(np): pass",
    "in an annotation": "def f(np: np.g()): pass",
    "in the first iterable": "x = [np for np in np.g()]",
    "in a lambda's default": "x = lambda np=np.g(): 1",
    "in a method below a class attribute": "class A:\n    np = 1\n    def m(self):\n        np.g()",
    "in a comprehension in a class": "class A:\n    np = 1\n    x = [np.g() for y in z]",
    "in a method": "class A:\n    def m(self):\n        np.g()",
    "in a global function": "def f():\n    global np\n    np = 1\n    np.g()",
    "in a global class": "class A:\n    global np\n    np.g()",
    "past a local of the function around": (
        "def f(np):\n    def h():\n        global np\n        np.g()"
    ),
    "in a sibling": "def f():\n    np = 1\ndef h():\n    np.g()",
    "behind an attribute of that name": "x.np = 1\nnp.g()",
    "behind an item of that name": "def f():\n    np['k'] = 1\n    np.g()",
    "behind an iterable in a comprehension": "def f():\n    x = [np for np in y]\n    np.g()",
}


@pytest.mark.parametrize("kind", SEEN)
def test_an_import_is_seen(kind: str) -> None:
    assert targets(f"import numpy as np\n{SEEN[kind]}")["np.g"] == "numpy.g"


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("def f():\n    import numpy as np\n    np.g()", "numpy.g"),
        ("def f():\n    import numpy as np\ndef h():\n    np.g()", ""),
        ("def f():\n    global np\n    import numpy as np\nnp.g()", "numpy.g"),
        ("def f():\n    import numpy as np\n    def h():\n        np.g()", "numpy.g"),
        ("def f():\n    import numpy as np\n    def h():\n        nonlocal np\n        np.g()", "numpy.g"),
        ("def f(np):\n    def h():\n        nonlocal np\n        import numpy as np\n    np.g()", "numpy.g"),
        ("def f(a):\n    def h():\n        def k():\n            nonlocal a\n            import numpy as a\n        a.g()", "numpy.g"),
        ("class A:\n    import numpy as np\n    np.g()", "numpy.g"),
        ("class A:\n    import numpy as np\n    def m(self):\n        np.g()", ""),
        ("global np\nimport numpy as np\nnp.g()", "numpy.g"),
        ("nonlocal np\nimport numpy as np\nnp.g()", "numpy.g"),
        ("import numpy as np\nnp += 1\nnp.g()", "numpy.g"),
    ],
)  # fmt: skip
def test_imports_bind_in_the_scope_in_which_they_stand(source: str, target: str) -> None:
    facts = read_python(source.encode())
    (call,) = [item for item in facts.calls if item.name.endswith(".g")]
    assert call.target == target


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("open('x')", "builtins.open"),
        ("print()", "builtins.print"),
        ("str.join()", "builtins.str.join"),
        ("class A:\n    def open(self):\n        open()", "builtins.open"),
        ("def open(): pass\nopen()", ""),
        ("def f(open):\n    open()", ""),
        ("class open: pass\nopen()", ""),
        ("open = 1\nopen()", ""),
        ("from io import open\nopen()", "io.open"),
        ("for open in x: open()", ""),
        ("try: pass\nexcept E as open: open()", ""),
        ("undefined()", ""),
    ],
)
def test_builtins_are_known_unless_they_are_bound(source: str, target: str) -> None:
    assert read_python(source.encode()).calls[-1].target == target


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
@pytest.mark.parametrize(
    "source",
    ["def f[open]():\n    open()", "class A[open]:\n    x = open()", "type open = int\nopen()"],
)
def test_type_parameters_and_aliases_bind_names(source: str) -> None:
    assert read_python(source.encode()).calls[-1].target == ""


def test_only_names_bound_inside_a_function_are_local() -> None:
    facts = read("a = 1\ndef f(b):\n    c = 2\n    g(lambda d: h())")
    scopes = scopes_of(facts)
    block = only_call(facts, "h").block
    local = {name: scopes.is_local(f"{name}.x", block) for name in ("a", "b", "c", "d", "e")}
    assert local == {"a": False, "b": True, "c": True, "d": True, "e": False}


def test_the_names_of_a_target_are_the_plain_ones() -> None:
    facts = read("a, (b, *c), d.e, f[0], [g] = x")
    assert list(bound_names(facts.assignments[0].targets[0])) == ["a", "b", "c", "g"]


# -- the interpreter's own symbol table as the oracle --------------------------------------------

FUNCTIONS = {"function", "lambda", "comprehension"}


def tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from tables(child)


def key_of(table: symtable.SymbolTable) -> tuple[int, str]:
    return table.get_lineno(), table.get_name()


def names_by_scope(source: str) -> dict[tuple[int, str], symtable.SymbolTable | None]:
    """Tables of scopes by line and name; None where a line holds several of one name."""
    found: dict[tuple[int, str], symtable.SymbolTable | None] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        top = symtable.symtable(source, "<source>", "exec")
    for table in tables(top):
        if str(table.get_type()).rpartition(".")[2].lower() in {"function", "class"}:
            found[key_of(table)] = None if key_of(table) in found else table
    return found


def agrees_with_the_interpreter(source: str) -> int:
    """Compare every called plain name; returns how many were compared."""
    facts = read_python(source.encode())
    scopes = scopes_of(facts)
    known = names_by_scope(source)
    names: dict[int, tuple[int, str]] = {}
    for function in facts.functions:
        place = (function.span.line, function.qualname.rpartition(".")[2] or "lambda")
        names[function.block] = place
    for item in facts.classes:
        names[item.block] = (item.span.line, item.qualname.rpartition(".")[2])
    compared = 0
    for call in facts.calls:
        root = call.name.partition(".")[0]
        scope = scopes.scope(call.block)
        table = known.get(names.get(scope, (0, "")))
        # private names are mangled in classes
        if call.receiver is not None or table is None or root.startswith("__"):
            continue
        try:
            symbol = table.lookup(root)
        except KeyError:
            continue
        compared += 1
        is_local = symbol.is_local() or symbol.is_free()
        assert scopes.is_local(root, call.block) == is_local, (call, table)
    return compared


def test_scopes_agree_with_the_interpreter_on_every_kind_of_statement() -> None:
    assert agrees_with_the_interpreter(EVERY_KIND) > 5


@pytest.mark.parametrize("path", sample(60, largest=60_000), ids=lambda path: path.name)
def test_scopes_agree_with_the_interpreter(path: Path) -> None:
    agrees_with_the_interpreter(path.read_text("utf-8"))


@pytest.mark.slow
def test_scopes_agree_with_the_interpreter_on_the_standard_library() -> None:
    compared = 0
    for path in standard_library():
        with suppress(SyntaxError, ValueError, Unreadable):
            compared += agrees_with_the_interpreter(path.read_text("utf-8"))
    assert compared > 50_000
