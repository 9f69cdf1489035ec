"""Files that are written for another version of Python: told from files that are broken."""

from __future__ import annotations

import ast
import sys

import pytest
from hypothesis import given, settings
from python_sources import LATER_KINDS, python_like, sample

from repro_check.sources.f_strings import f_strings, without_f_strings
from repro_check.sources.python import read_python
from repro_check.sources.python_later import later_version
from repro_check.sources.unreadable import Unreadable

RUNNING = sys.version_info[:2]
LATER = [
    ((3, 11), "try:\n    f()\nexcept* E:\n    g()\n"),
    ((3, 11), "x[*a]\n"),
    ((3, 11), "x[1, *a]\n"),
    ((3, 11), "def f(*args: *Ts): pass\n"),
    ((3, 12), "type X = int\n"),
    ((3, 12), "x = 1\nif x:\n    type Pair[T: (int, str)] = tuple[T, T]\n"),
    ((3, 12), "def f[T](x: T): pass\n"),
    ((3, 12), "async def f[*Ts, **P](*a): pass\n"),
    ((3, 12), "class C[T](Base):\n    pass\n"),
    ((3, 12), "class C[\n    T: int,\n](Base):\n    pass\n"),
    ((3, 12), 'f"{x["a"]}"\n'),
    ((3, 12), "f'{d['a']!r:>{w['n']}} {{}}'\n"),
    ((3, 12), 'f"{f"{f"{x}"}"}"\n'),
    ((3, 12), "f\"{'\\n'.join(x)}\"\n"),
    ((3, 12), 'f"{x # what\n}"\n'),
    ((3, 12), 'f"{\n    x\n}"\n'),
    ((3, 12), 'f"{y["b"]=}"\n'),
    ((3, 12), "print('it' 's', f\"{x[\"a\"]}\")\n"),
    ((3, 12), 'return_ = 1 if x in"abc" else f"{x["a"]}"\n'),
    ((3, 12), 'type X = int\ny = f"{x["a"]}"\ntry:\n    f()\nexcept* E:\n    g()\n'),
    ((3, 13), "class C[T = int]: pass\n"),
    ((3, 13), "type X[T = int] = list[T]\n"),
    ((3, 14), "t'hello {name}'\n"),
    ((3, 14), "rt'hello {name}'\n"),
    ((3, 14), "try:\n    f()\nexcept A, B:\n    g()\n"),
    ((3, 14), "try:\n    f()\nexcept a.A, b.B, C:\n    g()\n"),
    ((3, 14), 'type X = int\nt"{x}"\n'),
    ((3, 15), "lazy import numpy\n"),
    ((3, 15), "lazy from a import b\n"),
    ((3, 15), "[*x for x in y]\n"),
    ((3, 15), "{**x for x in y}\n"),
]
BROKEN = [
    *("type X int", "class C[T: pass", "def f[](): pass", "class C[T](B: pass", "def f[T] x: pass"),
    *(
        'f"{x y}"',
        'f"{x["a"]"',
        'f"{}"',
        'f"{x["a" + ]}"',
        'f"{x["a"]}" +',
        'f"{x[}"',
        "f'{'",
        "t'{'",
    ),
    *(
        "x = (",
        "if x\n  y",
        "x = 1 +",
        "except* = 1",
        "try:\n  f()\nexcept* :\n  g()",
        "lazy = import x",
    ),
    *(
        "[*x for x in]",
        "'<>' '`a`' 1L2 =",
        'x = "a <> b" +',
        "# `a`\nx = = 1",
        "x[*]",
        "type = 5\ntype X",
    ),
    *("type X = int\nx = (", 'def f[T](x): pass\nf"{x y}"', "match x:\n  case"),
]
PYTHON_2 = [
    *("print 'x'", "print x", "print x,", "x = 1; print x", "exec 'x'", "exec code in names"),
    *(
        "raise E, 'x'",
        "raise a.E, x, y",
        "if x <> y: pass",
        "x = `y`",
        "x = 10L",
        "x = 0xFFL",
        "ur'x'",
    ),
    *("print '%s' % x", "print >>f, 'x' % y, 'z' 1L", "def f(a, (b, c)): pass", "lambda (a, b): a"),
]


def reason(source: str) -> str:
    with pytest.raises(Unreadable) as raised:
        read_python(source.encode())
    return raised.value.reason


@pytest.mark.parametrize(("version", "source"), LATER)
def test_syntax_of_a_later_version_is_named_with_that_version(
    version: tuple[int, int], source: str
) -> None:
    if version <= RUNNING:
        read_python(source.encode())
        return
    wanted = f"needs Python {version[0]}.{version[1]} or later (read as Python {RUNNING[0]}.{RUNNING[1]})"
    assert wanted in reason(source)
    assert reason(source).startswith("line ")


@pytest.mark.parametrize("name", LATER_KINDS)
def test_each_later_kind_is_read_or_named(name: str) -> None:
    version, source = LATER_KINDS[name]
    if version <= RUNNING:
        read_python(source.encode())
    else:
        assert f"needs Python {version[0]}.{version[1]} or later" in reason(source)


@pytest.mark.parametrize("source", BROKEN)
def test_a_plain_mistake_is_not_taken_for_another_version(source: str) -> None:
    try:
        ast.parse(source)
    except SyntaxError:
        pass
    else:
        pytest.skip("this version reads it")
    found = reason(source)
    assert "needs Python" not in found
    assert "Python 2" not in found


@pytest.mark.parametrize("source", PYTHON_2)
def test_python_2_is_named(source: str) -> None:
    if RUNNING < (3, 11) and source.startswith(("def f(a, (", "lambda (")):
        pytest.skip("its parser says no more than invalid syntax")
    found = reason(source)
    assert "is written for Python 2" in found


def test_a_comma_in_except_is_python_2_or_later_than_3_13() -> None:
    if RUNNING >= (3, 14):
        pytest.skip("this version reads it")
    assert "for Python 2, or for 3.14" in reason(
        "try:\n    f()\nexcept socket.error, e:\n    g()\n"
    )


def test_the_line_is_that_of_the_first_new_syntax() -> None:
    if RUNNING >= (3, 14):
        pytest.skip("this version reads it")
    assert reason("x = 1\n\n\ny = t'{x}'\n").startswith("line 4: needs Python 3.14")


@given(python_like)
@settings(max_examples=300, deadline=None)
def test_telling_the_version_never_fails(text: str) -> None:
    later_version(text)
    assert all(text[each.start : each.end].strip() for each in f_strings(text))


@pytest.mark.parametrize("path", sample(60, largest=60_000), ids=lambda path: path.name)
def test_putting_f_strings_aside_leaves_sound_code(path: object) -> None:
    text = path.read_text("utf-8")  # type: ignore[attr-defined]
    older = without_f_strings(text)
    ast.parse(older)
    strings = [node for node in ast.walk(ast.parse(older)) if isinstance(node, ast.JoinedStr)]
    assert strings == []


def test_f_strings_are_found_with_their_expressions() -> None:
    text = "x = f'{a!r:>{b}}' + 'f\"{no}\"' # f'{no}'\ny = rF\"\"\"{c['d']}\n{{no}} {e=}\"\"\"\n"
    found = [(text[each.start : each.end], each.expressions) for each in f_strings(text)]
    assert found == [
        ("f'{a!r:>{b}}'", ("a", "b")),
        ('rF"""{c[\'d\']}\n{{no}} {e=}"""', ("c['d']", "e=")),
    ]
