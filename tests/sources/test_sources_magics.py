from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_sources import EVERY_KIND, python_like, sample

from repro_check.sources.magics import plain_python


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("%matplotlib inline", "pass"),
        ("%load_ext autoreload", "pass"),
        ("%time model.fit(x)", "pass"),
        ("  %cd data", "  pass"),
        ("\t!ls", "\tpass"),
        ("!pip install -q torch", "pass"),
        ("!!ls", "pass"),
        ("?model", "pass"),
        ("??model.fit", "pass"),
        ("model?", "pass"),
        ("model.fit??  ", "pass"),
        ("np.*load*?", "pass"),
        ("%timeit?", "pass"),
        ("pip install torch", "pass"),
        ("conda install -y numpy", "pass"),
        ("cd ../data", "pass"),
        ("mkdir -p x", "mkdir -p x"),
        ("files = !ls", "files = None"),
        ("a, b = !ls", "a, b = None"),
        ("x['k'] = !ls", "x['k'] = None"),
        ("self.x=%who_ls", "self.x = None"),
        ("    t = %timeit -o f()", "    t = None"),
        ("x = 1  # %time", "x = 1  # %time"),
        ("# !ls", "# !ls"),
        ("x = a % b", "x = a % b"),
        ("x %= 2", "x %= 2"),
        ("a != b", "a != b"),
        ("print('%d' % x)", "print('%d' % x)"),
        ("'acc=%f' % x", "'acc=%f' % x"),
        ("x['a=%s'] = 1", "x['a=%s'] = 1"),
        ("f(x='why?')", "f(x='why?')"),
        ("s = 'really?'", "s = 'really?'"),
        ("pip = 3", "pip = 3"),
        ("ls", "ls"),
        ("cat.size()", "cat.size()"),
        ("", ""),
        ("   ", "   "),
    ],
)
def test_only_what_is_no_python_is_taken_out_of_a_line(line: str, plain: str) -> None:
    assert plain_python(line) == plain


UNTOUCHED = {
    "a black-formatted format": 'print(\n    "%s of %d"\n    % (a, b)\n)',
    "a keyword of a call": "plt.title(\n    'acc=%.3f' % x,\n    label='y=%d' % 2,\n)",
    "a text": 'x = """\n%d items\n!important\nreally?\nfiles = !ls\n"""',
    "a text in other quotes": "x = '''\n%d\"\"\"\n!\n'''",
    "a docstring": 'def f():\n    """Ask?\n\n    % of what?\n    """',
    "a continued line": "x = a \\\n    % b",
    "a continued string": "x = 'a\\\n%b'",
    "brackets in strings": "x = '('\ny = \"[\"\nz = f'{d[\"k\"]}'",
    "brackets in comments": "x = 1  # (\ny = (2,  # )\n  % z)",
    "quotes in comments": "x = 1  # don't\ny = 2",
    "escaped quotes": "x = 'don\\'t ('\ny = \"\\\\\"\nz = 1",
    "a list": "x = [\n  1,\n  2\n  % y,\n]",
    "a dictionary": "x = {\n  'a'\n  % b: 1,\n}",
}


@pytest.mark.parametrize("kind", UNTOUCHED)
def test_a_percent_sign_inside_a_statement_is_pythons(kind: str) -> None:
    assert plain_python(UNTOUCHED[kind]) == UNTOUCHED[kind]


@pytest.mark.parametrize("kind", UNTOUCHED)
def test_magic_behind_such_a_statement_is_still_taken_out(kind: str) -> None:
    assert plain_python(f"{UNTOUCHED[kind]}\n!ls") == f"{UNTOUCHED[kind]}\npass"


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("!pip install a \\\n  b \\\n  c\nx = 1", "pass\n\n\nx = 1"),
        ("files = !ls \\\n  -l\nx = 1", "files = None\n\nx = 1"),
        ("if a:\n    !ls\nelse:\n    %cd x", "if a:\n    pass\nelse:\n    pass"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n\n%%timeit -n 3 setup()\nx = 1\n!ls", "\n\n\nx = 1\npass"),
        ("%%capture out\n%matplotlib inline\nx", "\npass\nx"),
        ("x = 1\r\n!ls\r\ny = 2", "x = 1\npass\ny = 2"),
        ("x = 1\ry = 2", "x = 1\ny = 2"),
        ("!ls \\", "pass"),
    ],
)
def test_magics_over_several_lines_keep_the_lines_below_in_place(source: str, plain: str) -> None:
    assert plain_python(source) == plain


@pytest.mark.parametrize(
    "first",
    [
        "%%bash",
        "%%html",
        "%%writefile model.py",
        "%%R -i x",
        "%%sql",
        "%%",
        "%%javascript",
        "%%file x",
        "\n  \n%%sh",
    ],
)
def test_a_cell_in_another_language_holds_no_python(first: str) -> None:
    assert plain_python(f"{first}\nx = 1") is None


@given(
    st.one_of(
        python_like,
        st.lists(
            st.sampled_from([*UNTOUCHED.values(), "!ls\n", "%x \\\n", "a?\n", "'", '"""', "("])
        ).map("".join),
    )
)
def test_no_line_is_won_or_lost(source: str) -> None:
    plain = plain_python(source)
    if plain is not None:
        lines = source.replace("\r\n", "\n").replace("\r", "\n").count("\n")
        assert plain.count("\n") == lines


@given(python_like)
def test_what_parses_already_keeps_its_meaning(source: str) -> None:
    try:
        tree = ast.dump(ast.parse(source))
    except (SyntaxError, ValueError):
        return
    assert ast.dump(ast.parse(plain_python(source) or "")) == tree


@pytest.mark.parametrize("path", sample(60, largest=80_000), ids=lambda path: path.name)
def test_real_modules_hold_no_magic(path: Path) -> None:
    source = path.read_text("utf-8")
    assert plain_python(source) == source


def test_a_program_of_every_kind_holds_no_magic() -> None:
    assert plain_python(EVERY_KIND) == EVERY_KIND


def test_a_long_line_is_no_trap() -> None:
    for line in (
        "a," * 100_000,
        "x" * 200_000,
        "a" + " " * 200_000 + "b",
        "?" * 100_000,
        "[" * 100_000,
    ):
        assert plain_python(line) is not None
