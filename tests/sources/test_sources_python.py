from __future__ import annotations

import ast
import itertools
import sys
from pathlib import Path

import black
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_sources import (
    EVERY_KIND,
    LATER_KINDS,
    at,
    function,
    meaning,
    only_call,
    python_like,
    read,
    sample,
    spans,
    standard_library,
)

from repro_check.findings import Span
from repro_check.sources.expressions import (
    Attribute,
    CallRef,
    Collection,
    Literal,
    Name,
    Opaque,
    Operation,
    Subscript,
    parts,
)
from repro_check.sources.lines import Lines
from repro_check.sources.python import MODULE, Call, ModuleFacts, read_python
from repro_check.sources.spans import packed
from repro_check.sources.unreadable import Unreadable

SOME_MODULES = sample(60, largest=40_000)


def unreadable(data: bytes) -> str:
    with pytest.raises(Unreadable) as error:
        read_python(data)
    return error.value.reason


def the_value(source: str) -> object:
    return read(f"x = {source}").assignments[0].value


def uses(source: str) -> dict[str, tuple[str, int]]:
    return {call.name: (call.use, call.user) for call in read(source).calls}


# -- places --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("f(x)", "f(x)"),
        ("é = f(x)", "f(x)"),
        ("'ü', f('é', x)", "f('é', x)"),
        ("𝒙 = '🎲' + f('🎲')", "f('🎲')"),
        ("if x:\n\tf(\tx)", "f(\tx)"),
        ("a = f(\n  'é',\n  x\n)", "f(\n  'é',\n  x\n)"),
        ("'é' \\\n  + f(x)", "f(x)"),
        ("f'é{f(x)}ü'", "f(x)"),
        ("f'''é\n é {f(x)}'''", "f(x)"),
        ("f'{1:é>{f(x)}}'", "f(x)"),
        ("\x0cé, f(x)", "f(x)"),
        ("@f(x)\ndef g(): ...", "f(x)"),
        ("def g(é=f(x)): ...", "f(x)"),
        ("@f(x)\nclass É: ...", "f(x)"),
        ("é; f(x)  # é", "f(x)"),
    ],
)
def test_a_call_is_found_where_its_characters_stand(source: str, shown: str) -> None:
    facts = read_python(source.encode())
    assert at(source, only_call(facts, "f").span) == shown


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_every_line_end_counts_as_one_line(end: str) -> None:
    facts = read_python(f"a = 1{end}é = '''x{end}y'''{end}f(é){end}".encode())
    assert only_call(facts, "f").span == Span(4, 1, 4, 5)
    assert facts.lines == 5


def test_a_byte_order_mark_does_not_shift_the_first_line() -> None:
    assert only_call(read_python(b"\xef\xbb\xbff(x)"), "f").span == Span(1, 1, 1, 5)


def test_columns_count_characters_from_one_and_end_behind_the_last() -> None:
    (statement,) = read("äöü = 'x'").assignments
    assert statement.span == Span(1, 1, 1, 10)
    assert statement.value == Literal(packed(1, 7, 1, 10), "x")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("def train(): ...", "train"),
        ("async def train(): ...", "train"),
        ("async  def   train (): ...", "train"),
        ("class A:\n    @é\n    def train(self): ...", "train"),
        ("é = 1\nif é: \n\tdef trainé(): ...", "trainé"),
        ("def \\\n  train(): ...", "def"),
    ],
)
def test_the_name_of_a_function_is_pointed_at(source: str, shown: str) -> None:
    (item,) = read_python(source.encode()).functions
    assert at(source, item.name_span) == shown


def test_a_function_reaches_from_its_keyword_to_its_last_statement() -> None:
    source = "@cached\n@other(1)\ndef f(\n  x,\n):\n  'docs'\n  return (\n    x\n  )\n\n# end\n"
    (item,) = read_python(source.encode()).functions
    assert at(source, item.span) == source[source.index("def") : source.index("\n\n#")]


def test_a_body_begins_at_the_decorator_of_its_first_statement() -> None:
    source = "class A:\n    @property\n    def x(self):\n        return 1\n"
    facts = read_python(source.encode())
    body = facts.blocks[facts.classes[0].block].body
    assert at(source, body) == source[source.index("@") : -1]


@pytest.mark.parametrize(
    ("source", "kind", "whole", "body"),
    [
        ("if a:\n b\n c", "if", "if a:\n b\n c", "b\n c"),
        ("if a: b\nelse: c; d", "else", "c; d", "c; d"),
        ("for é in a:\n b", "for", "for é in a:\n b", "b"),
        ("while a: b", "while", "while a: b", "b"),
        ("with a as b:\n c", "with", "with a as b:\n c", "c"),
        ("try:\n a\nfinally:\n b", "try", "try:\n a", "a"),
        ("try:\n a\nfinally:\n b", "finally", "b", "b"),
        ("try: a\nexcept É as e: b", "except", "except É as e: b", "b"),
        ("match a:\n case é: b", "case", "b", "b"),
        ("x = [é for é in a]", "comprehension", "[é for é in a]", "[é for é in a]"),
        ("x = lambda é: é", "lambda", "lambda é: é", "lambda é: é"),
        ("class É: b", "class", "class É: b", "b"),
    ],
)
def test_a_block_knows_its_span_and_its_body(source: str, kind: str, whole: str, body: str) -> None:
    (block,) = [item for item in read_python(source.encode()).blocks if item.kind == kind]
    assert (at(source, block.span), at(source, block.body)) == (whole, body)
    assert block.parent == MODULE


def test_imports_are_pointed_at_one_by_one() -> None:
    source = "from é import (a,\n  b as c)\nimport d.e as f, g"
    shown = [at(source, item.span) for item in read_python(source.encode()).imports]
    assert shown == ["a", "b as c", "d.e as f", "g"]


def test_a_line_of_many_foreign_letters_costs_no_more_than_its_length() -> None:
    row = "x = [" + ", ".join(f"f('é', {number})" for number in range(20_000)) + "]"
    last = read_python(row.encode()).calls[-1]
    assert at(row, last.span) == "f('é', 19999)"


def all_places_are_exact(source: str, facts: ModuleFacts) -> None:
    """Every name and constant stands at its place, apart from what brackets and comments add."""
    lines = Lines(source)
    for expression in expressions(facts):
        text = lines.text_at(expression.span)
        if isinstance(expression, Name):
            assert plain(text) == expression.name, (text, expression)
        elif isinstance(expression, Literal) and not isinstance(expression.value, str):
            assert ast.literal_eval(f"({text})") == expression.value
        elif isinstance(expression, Literal) and len(str(expression.value)) < 1_000:
            assert ast.literal_eval(f"({text}\n)") == expression.value


def expressions(facts: ModuleFacts) -> list[Name | Literal]:
    found: list[object] = []
    for call in facts.calls:
        found.extend((*call.args, *(keyword.value for keyword in call.keywords)))
    for assignment in facts.assignments:
        found.extend((*assignment.targets, assignment.value))
    found.extend(item.value for item in facts.returns)
    found.extend(item.tested for item in facts.truth_tests)
    found.extend(block.test for block in facts.blocks)
    inner = (part for item in found if item is not None for part in parts(item))  # type: ignore[arg-type]
    return [part for part in inner if isinstance(part, Name | Literal)]


def plain(text: str) -> str:
    rows = (row.partition("#")[0] for row in text.split("\n"))
    return "".join("".join(rows).replace("\\", "").split()).translate({40: None, 41: None})


@pytest.mark.parametrize("path", SOME_MODULES[::3], ids=lambda path: path.name)
def test_the_places_of_real_modules_are_exact(path: Path) -> None:
    source = path.read_text("utf-8")
    all_places_are_exact(source, read_python(source.encode()))


ATOMS = st.sampled_from(
    ["é", "x", "f(ü)", "'🎲'", "1", "f'é{x}ß{f(é)}'", "a.ß", "(\n é)", "x[é]", "None"]
)
TREES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" + ".join),
        st.tuples(inner, inner).map(" and ".join),
        st.lists(inner, max_size=3).map(lambda items: f"f({', '.join(items)})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: f"[{', '.join(items)}, 'é']"),
        inner.map(lambda item: f"(lambda é: {item})"),
        inner.map(lambda item: f"[{item} for ß in é if ß]"),
        inner.map(lambda item: f"{{'é': {item}}}"),
    ),
    max_leaves=12,
)


@given(TREES)
def test_the_places_of_any_expression_are_exact(tree: str) -> None:
    source = f"é = {tree}; f('é')"
    try:
        ast.parse(source)
    except SyntaxError:
        return
    all_places_are_exact(source, read_python(source.encode()))


# -- statements and expressions ------------------------------------------------------------------


def test_every_statement_and_expression_is_walked_once() -> None:
    nodes = list(ast.walk(ast.parse(EVERY_KIND)))
    facts = read_python(EVERY_KIND.encode())
    assert len(facts.calls) == sum(isinstance(node, ast.Call) for node in nodes)
    assert {call.name for call in facts.calls} > {"np.guard", "np.Meta", "np.default", "np.second"}


@pytest.mark.parametrize("kind", LATER_KINDS)
def test_what_later_versions_of_python_added_is_walked(kind: str) -> None:
    since, source = LATER_KINDS[kind]
    if sys.version_info < since:
        assert unreadable(source.encode()).endswith(
            (f"(read as Python 3.{sys.version_info.minor})", "parenthesized)")
        )
        return
    facts = read_python(source.encode())
    called = sum(isinstance(node, ast.Call) for node in ast.walk(ast.parse(source)))
    assert len(facts.calls) == called
    assert not facts.path_literals


@pytest.mark.parametrize("path", SOME_MODULES, ids=lambda path: path.name)
def test_no_call_import_or_definition_of_a_real_module_is_missed(path: Path) -> None:
    data = path.read_bytes()
    facts = read_python(data)
    nodes = list(ast.walk(ast.parse(data)))

    def count(*kinds: type[ast.AST]) -> int:
        return sum(isinstance(node, kinds) for node in nodes)

    names = sum(len(n.names) for n in nodes if isinstance(n, ast.Import | ast.ImportFrom))
    assert len(facts.calls) == count(ast.Call)
    assert len(facts.functions) == count(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    assert len(facts.classes) == count(ast.ClassDef)
    assert len(facts.imports) == names


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("None", None),
        ("True", True),
        ("12_000", 12_000),
        ("-3", -3),
        ("--3", 3),
        ("- 1e-4", -1e-4),
        ("1e999", float("inf")),
        ("-9223372036854775807", -(2**63) + 1),
        ("'a' \"b\"", "ab"),
        ("r'\\d'", "\\d"),
        ("'é' * 0 or 'x'", "no literal"),
        ("'" + "x" * 1200 + "'", "x" * 1000),
    ],
)
def test_constants_keep_their_value(source: str, value: object) -> None:
    made = the_value(source)
    if value == "no literal":
        assert isinstance(made, Operation)
    else:
        assert isinstance(made, Literal)
        assert made.value == value
        assert type(made.value) is type(value)


@pytest.mark.parametrize(
    "source",
    ["b'x'", "...", "1j", str(2**63), "'\\ud800'", "lambda: 1", "[x for x in y]", "x[1:2]"],
)
def test_of_other_values_only_the_place_is_kept(source: str) -> None:
    made = the_value(source)
    seen = made.index if isinstance(made, Subscript) else made
    assert isinstance(seen, Opaque)


def test_expressions_keep_their_shape() -> None:
    made = the_value("f(1).a[b['k']] + -(c)")
    assert isinstance(made, Operation)
    left, right = made.operands
    assert isinstance(left, Subscript)
    assert isinstance(left.base, Attribute)
    assert isinstance(left.base.base, CallRef)
    assert isinstance(left.index, Subscript)
    assert isinstance(right, Operation)
    assert (made.operator, right.operator, left.base.name) == ("+", "-", "a")


@pytest.mark.parametrize(
    ("source", "operator", "count"),
    [
        ("a < b", "<", 2),
        ("a is not b", "is not", 2),
        ("a not in b", "not in", 2),
        ("a < b < c", "chain", 3),
        ("a and b and c", "and", 3),
        ("not a", "not", 1),
        ("a if b else c", "if", 3),
        ("a @ b", "@", 2),
        ("a // b", "//", 2),
        ("~a", "~", 1),
        ("f'{a}{b!r:>{c}}'", "f-string", 2),
        ("*a, b", "tuple", 2),
    ],
)
def test_operators_are_kept_as_written(source: str, operator: str, count: int) -> None:
    made = the_value(source)
    if isinstance(made, Collection):
        assert (made.kind, len(made.items)) == (operator, count)
    else:
        assert isinstance(made, Operation)
        assert (made.operator, len(made.operands)) == (operator, count)


def test_a_dictionary_keeps_its_keys_and_marks_what_is_unpacked() -> None:
    made = the_value("{'a': 1, **b, c: 2}")
    assert isinstance(made, Collection)
    key, unpacked, name = made.keys
    assert isinstance(key, Literal)
    assert unpacked is None
    assert isinstance(name, Name)
    assert len(made.items) == 3


def test_only_the_first_items_of_a_long_display_are_kept_and_all_are_walked() -> None:
    facts = read("x = [" + ", ".join(["f()"] * 500) + "]")
    made = facts.assignments[0].value
    assert isinstance(made, Collection)
    assert len(made.items) == 200
    assert len(facts.calls) == 500


def test_parameters_carry_defaults_and_annotations() -> None:
    source = "def f(p, /, q: int = 2, *args: t.A, r, s='x', **kw): ..."
    made = read(source).functions[0].parameters
    assert [item.name for item in made] == ["p", "q", "args", "r", "s", "kw"]
    assert [item.annotation for item in made] == ["", "int", "t.A", "", "", ""]
    defaults = {item.name: item.default.value for item in made if isinstance(item.default, Literal)}
    assert defaults == {"q": 2, "s": "x"}


def test_definitions_are_named_by_what_they_stand_in() -> None:
    facts = read("""
        class A:
            class B:
                def c(self):
                    def d(): ...
                    class E: ...
        async def f(): ...
    """)
    assert [item.qualname for item in facts.functions] == ["A.B.c", "A.B.c.d", "f"]
    assert [item.qualname for item in facts.classes] == ["A", "A.B", "A.B.c.E"]


def test_the_innermost_function_of_a_block_is_found() -> None:
    facts = read("def f():\n if a:\n  x = [g() for y in z]\n  k = lambda: h()\ni()")
    owners = {call.name: facts.function_of(call.block) for call in facts.calls}
    assert owners["g"] == owners["h"] == function(facts, "f")
    assert owners["i"] is None


def test_bindings_tell_how_they_bind() -> None:
    facts = read("""
        a = b = 1
        a += 2
        c: int = 3
        d: str
        for e in f: pass
        with g as h, i: pass
        (j := 4)
        [k for k in l]
    """)
    kinds = [item.kind for item in facts.assignments]
    assert kinds == ["=", "+=", ":", ":", "for", "with", "with", "=", "for"]
    assert [item.annotation for item in facts.assignments if item.kind == ":"] == ["int", "str"]
    assert len(facts.assignments[0].targets) == 2
    assert facts.assignments[6].targets == ()


def test_the_names_that_a_module_offers_are_read() -> None:
    assert read("__all__ = ['a', 'b', *c]").exports == ("a", "b")
    assert read("def f():\n  __all__ = ['a']").exports == ()


# -- calls ---------------------------------------------------------------------------------------


def test_arguments_are_found_by_position_and_by_name() -> None:
    call = only_call(read("f(1, *a, k=2, **b)"), "f")
    assert isinstance(call.argument(0, "k"), Literal)
    assert getattr(call.argument(7, "k"), "value", None) == 2
    assert call.argument(7, "z") is None
    assert call.unpacks
    assert not only_call(read("f(1, k=2)"), "f").unpacks


def test_the_receiver_of_a_method_is_kept_where_it_is_no_plain_name() -> None:
    facts = read("a.b(1).c()\nx[0].d()\na.e()")
    assert isinstance(only_call(facts, "c").receiver, CallRef)
    assert isinstance(only_call(facts, "d").receiver, Subscript)
    assert only_call(facts, "a.e").receiver is None


@pytest.mark.parametrize(
    ("source", "use"),
    [
        ("f()", "dropped"),
        ("(f())", "dropped"),
        ("await f()", "dropped"),
        ("yield f()", "returned"),
        ("x = yield f()", "returned"),
        ("yield from f()", "returned"),
        ("x = f()", "assigned"),
        ("x = a if b else f()", "assigned"),
        ("x = a or f()", "assigned"),
        ("x = f()['k']", "assigned"),
        ("x = await f()", "assigned"),
        ("x += f()", "assigned"),
        ("x: int = f()", "assigned"),
        ("(x := f())", "assigned"),
        ("with f() as x: pass", "assigned"),
        ("with f(): pass", "assigned"),
        ("g(f())", "argument"),
        ("g(k=f())", "argument"),
        ("g(*f())", "argument"),
        ("g(**f())", "argument"),
        ("f().g()", "receiver"),
        ("f()()", "receiver"),
        ("def h(): return f()", "returned"),
        ("lambda: f()", "returned"),
        ("if f(): pass", "tested"),
        ("if not f(): pass", "tested"),
        ("if a and f(): pass", "tested"),
        ("x = 1 if f() else 2", "tested"),
        ("while f(): pass", "tested"),
        ("assert f()", "tested"),
        ("[x for x in y if f()]", "tested"),
        ("match f():\n case _: pass", "tested"),
        ("match x:\n case _ if f(): pass", "tested"),
        ("for x in f(): pass", "iterated"),
        ("[x for x in f()]", "iterated"),
        ("x = [f()]", "other"),
        ("x = f() + 1", "other"),
        ("x = {'k': f()}", "other"),
        ("raise f()", "other"),
        ("@f()\ndef g(): ...", "other"),
        ("def g(x=f()): ...", "other"),
        ("x: f() = 1", "other"),
        ("del f().x", "other"),
    ],
)
def test_what_becomes_of_a_result_is_known(source: str, use: str) -> None:
    assert uses(source)["f"][0] == use


def test_the_user_of_a_result_is_known() -> None:
    facts = read("""
        first = 0
        (x := [y for y in inner()])
        z = outer(middle(), k=last())
        for i in looped(): pass
        def f(): return given()
    """)

    def user(name: str) -> object:
        call = only_call(facts, name)
        pool: dict[str, tuple[object, ...]] = {
            "assigned": facts.assignments,
            "iterated": facts.assignments,
            "argument": facts.calls,
            "returned": facts.returns,
        }
        return pool[call.use][call.user]

    assert user("inner").targets[0].name == "y"  # type: ignore[attr-defined]
    assert user("outer").targets[0].name == "z"  # type: ignore[attr-defined]
    assert user("middle") == user("last") == only_call(facts, "outer")
    assert user("looped").targets[0].name == "i"  # type: ignore[attr-defined]
    assert isinstance(user("given").value, CallRef)  # type: ignore[attr-defined]


def test_a_named_expression_around_other_bindings_keeps_its_user() -> None:
    facts = read("(x := f([y for y in z], (w := g())))")
    assert facts.assignments[only_call(facts, "f").user].targets[0].name == "x"  # type: ignore[union-attr]
    assert facts.assignments[only_call(facts, "g").user].targets[0].name == "w"  # type: ignore[union-attr]


def users_fit(facts: ModuleFacts) -> None:
    for index, call in enumerate(facts.calls):
        here = CallRef(call.at, index)
        pool: dict[str, tuple[object, ...]] = {
            "assigned": facts.assignments,
            "iterated": facts.assignments,
            "argument": facts.calls,
            "receiver": facts.calls,
            "returned": facts.returns,
        }
        if call.use not in pool:
            assert call.user == -1
            continue
        user = pool[call.use][call.user]
        assert here in consumed(user), (call, user)


def consumed(user: object) -> list[object]:
    if isinstance(user, Call):
        given = (*user.args, *(keyword.value for keyword in user.keywords), user.receiver)
    else:
        given = (user.value,)  # type: ignore[attr-defined]
    return [part for item in given if item is not None for part in parts(item)]


@pytest.mark.parametrize("path", SOME_MODULES[::2], ids=lambda path: path.name)
def test_in_real_modules_every_result_stands_in_its_user(path: Path) -> None:
    users_fit(read_python(path.read_bytes()))


# -- truth tests ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = a or b", [("or", "a", "b")]),
        ("x = a or b or c", [("or", "a", "b"), ("or", "b", "c")]),
        ("x = a and b", [("and", "a", "b")]),
        ("x = not a", [("not", "a", "a")]),
        ("x = b if a else c", [("if", "a", "b")]),
        ("assert a, b", [("assert", "a", "a")]),
        ("if a: b", []),
        ("if a and b: c", [("and", "a", "b")]),
        ("while a: b", []),
        ("x = a is None", []),
        ("f(a or b)", [("or", "a", "b")]),
        ("[x for x in a or b]", [("or", "a", "b")]),
    ],
)
def test_truth_tests_outside_of_conditions_are_listed(
    source: str, found: list[tuple[str, str, str]]
) -> None:
    tests = read(source).truth_tests
    assert [(t.kind, t.tested.name, t.then.name) for t in tests] == found  # type: ignore[union-attr]


@pytest.mark.parametrize("keyword", ["if", "while"])
def test_a_condition_is_kept_with_its_block(keyword: str) -> None:
    (block,) = [b for b in read(f"{keyword} args.seed:\n  f()").blocks if b.kind == keyword]
    assert isinstance(block.test, Name)
    assert block.test.name == "args.seed"


def test_an_else_knows_the_condition_of_its_if() -> None:
    blocks = read("if a:\n  b\nelif c:\n  d\nelse:\n  e\nfor x in y: z\nelse: w").blocks
    tests = [getattr(block.test, "name", None) for block in blocks if block.kind == "else"]
    assert tests == ["a", "c", None]


# -- path literals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = 'a/b'", [("a/b", "x")]),
        ("self.root = 'a/b'", [("a/b", "root")]),
        ("x['k'] = 'a/b'", [("a/b", "k")]),
        ("x: str = '~'", [("~", "x")]),
        ("x = 'C:\\\\data'", [("C:\\data", "x")]),
        ("f('a/b')", [("a/b", "")]),
        ("f(path='a/b')", [("a/b", "path")]),
        ("x = f(k='a/b') + '/c'", [("a/b", "k"), ("/c", "x")]),
        ("x = {'k': 'a/b', 'l': ['c/d']}", [("a/b", "k"), ("c/d", "l")]),
        ("x = {'k': 'a/b'}, '/c'", [("a/b", "k"), ("/c", "x")]),
        ("def f(root='a/b'): ...", [("a/b", "root")]),
        ("x = lambda root='a/b': 'c/d'", [("a/b", "root"), ("c/d", "x")]),
        ("x = ['a/b', 'c']", [("a/b", "x")]),
        ("x = 'a/b' 'c'", [("a/bc", "x")]),
        ("x = f'{y}/b'", []),
        ("x = f'{y:/>9}' 'a/b'", []),
        ("x = f'a/{y}/b'", [("a/{}/b", "x")]),
        ("x = f'a/' f'{y}b'", [("a/{}b", "x")]),
        ("x = f'a{y}/b'", []),
        ("f(k=f'~/{y}')", [("~/{}", "k")]),
        ("x = f'{\"a/b\"}'", [("a/b", "x")]),
        ("x = b'a/b'", []),
        ("x = 'plain'", []),
        ("'''a/b'''", []),
        ("def f():\n  'a/b'", []),
        ("class A:\n  'a/b'\n  x = 1\n  'c/d'", []),
        ("x = '''a/b\nc'''", []),
        ("x = '" + "a/" * 201 + "'", []),
        ("x = 'a/\\ud800'", []),
        ("# 'a/b'", []),
    ],
)
def test_paths_are_whole_strings_with_the_name_that_they_are_given_to(
    source: str, found: list[tuple[str, str]]
) -> None:
    literals = read_python(source.encode()).path_literals
    assert [(item.value, item.label) for item in literals] == found


def test_a_text_behind_another_one_is_a_tail() -> None:
    source = """
        'a/b' + x + 'c/d' + f'e/{y}'
        x + f('g/h')
        x * 'i/j'
        x + ['k/l']
    """
    assert {item.value: item.is_tail for item in read(source).path_literals} == {
        "a/b": False,
        "c/d": True,
        "e/{}": True,
        "g/h": False,
        "i/j": False,
        "k/l": False,
    }


def test_a_path_knows_the_call_that_it_is_given_to() -> None:
    facts = read("g(open('a/b', k='c/d'), ['e/f'], f'i/{x}')\n'g/h' + x")
    calls = {
        item.value: facts.calls[item.call].name for item in facts.path_literals if item.call >= 0
    }
    assert calls == {"a/b": "open", "c/d": "open", "i/{}": "g"}


# -- what cannot be read -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"print 'x'", "line 1: is written for Python 2"),
        (b"x = 1\nexec 'x'", "line 2: is written for Python 2"),
        (b"try:\n  a\nexcept A, e:\n  b", "line 3: is written for Python 2, or for 3.14"),
        (b"x = 0777", "line 1: leading zeros"),
        (b"x = (", "line 1: '(' was never closed"),
        (b"def f(:\n  pass", "line 1: "),
        (b"if x:\npass", "line 2: expected an indented block"),
        (b"x = 1\n  y = 2", "line 2: unexpected indent"),
        (b"\x00", "null bytes"),
        (b"x = '\xff'", "cannot be decoded"),
        (b"# coding: klingon\nx = 1", "cannot be decoded: unknown encoding: klingon"),
        (b"# coding: ascii\nx = '\xc3\xa9'", "cannot be decoded"),
        (b"# coding: punycode\nx = 1", "cannot be decoded"),
        (b"# coding: undefined\nx = 1", "cannot be decoded"),
        (b"# coding: hex\nx = 1", "cannot be decoded"),
        (b"# coding: unicode_escape\nx = '\\ud800'", "malformed"),
        (b"\xef\xbb\xbf# coding: latin-1\nx = 1", "cannot be decoded: encoding problem: utf-8"),
        (b"x = " + b"9" * 5_000, "line 1: "),
        (b"(" * 400 + b")" * 400, "too many nested parentheses"),
    ],
)
def test_what_is_no_python_says_why_and_where(data: bytes, reason: str) -> None:
    if sys.version_info < (3, 11) and len(data) > 4_000:
        pytest.skip("long integers are read there")
    if sys.version_info >= (3, 14) and b"except A, e" in data:
        pytest.skip("this is valid there")
    assert reason in unreadable(data)


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ("# coding: latin-1", "latin-1"),
        ("# -*- coding: cp1252 -*-", "cp1252"),
        ("#!/usr/bin/python\n# vim: set fileencoding=koi8-r :", "koi8-r"),
        ("# coding: utf-8", "utf-8"),
        ("", "utf-8"),
    ],
)
def test_the_declared_encoding_is_used(declaration: str, encoding: str) -> None:
    word = "привет" if encoding == "koi8-r" else "Grüße"
    facts = read_python(f"{declaration}\nx = '{word}'; f()".encode(encoding))
    assert getattr(facts.assignments[0].value, "value", "") == word
    assert only_call(facts, "f").span.column == len(word) + 9


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"# only a comment", b"'''only docs'''", b"\xef\xbb\xbf"]
)
def test_a_file_without_code_has_no_facts(data: bytes) -> None:
    facts = read_python(data)
    assert [block.kind for block in facts.blocks] == ["module"]
    assert facts.calls == facts.functions == facts.assignments == ()


DEEP = {
    "brackets": "x = " + "[" * 150 + "]" * 150,
    "calls": "x = " + "f(" * 150 + ")" * 150,
    "method chain": "x = a" + ".f()" * 5_000,
    "attribute chain": "x = a" + ".b" * 5_000,
    "subscripts": "x = a" + "[0]" * 5_000,
    "elifs": "if a: b\n" + "elif a: b\n" * 3_000,
    "unary": "x = " + "-" * 20_000 + "1",
    "nots": "x = " + "not " * 5_000 + "a",
    "powers": "x = " + " ** ".join(["a"] * 5_000),
    "lambdas": "x = " + "lambda: " * 3_000 + "1",
    "conditionals": "x = " + "a if b else " * 3_000 + "c",
    "blocks": "".join(" " * depth + "if a:\n" for depth in range(90)) + " " * 90 + "b",
    "classes": "".join(" " * depth + "class A:\n" for depth in range(90)) + " " * 90 + "b()",
    "f-strings": "x = " + "f'{" * 2 + "1" + "}'" * 2,
}


@pytest.mark.parametrize("kind", DEEP)
def test_deep_nesting_is_read_or_refused_in_one_way(kind: str) -> None:
    read_or_refuse(DEEP[kind].encode())


@pytest.mark.parametrize("kind", ["method chain", "elifs", "subscripts", "attribute chain"])
def test_chains_of_ordinary_depth_are_read(kind: str) -> None:
    source = {
        "method chain": "x = a" + ".f()" * 200,
        "attribute chain": "x = a" + ".b" * 400 + "()",
        "subscripts": "x = f()" + "[0]" * 400,
        "elifs": "if a: f()\n" + "elif a: f()\n" * 300,
    }[kind]
    assert read_python(source.encode()).calls


def test_a_long_sum_is_walked_without_depth() -> None:
    facts = read("x = " + " + ".join(["f('a/b')"] * 900))
    assert len(facts.calls) == len(facts.path_literals) == 900


def test_twenty_thousand_statements_are_read_in_ordinary_time() -> None:
    rows = (
        f"v{n} = f{n}(v{n - 1}, 'é')\ndef f{n}(a, b=v{n}):\n    return [g(x) for x in a or b]\n"
        for n in range(10_000)
    )
    facts = read_python("".join(rows).encode())
    assert len(facts.calls) == 20_000
    assert len(facts.assignments) == 20_000
    assert all(facts.function_of(call.block) for call in facts.calls if call.name == "g")


# -- any text ------------------------------------------------------------------------------------


def read_or_refuse(data: bytes) -> ModuleFacts | None:
    try:
        facts = read_python(data)
    except Unreadable:
        return None
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=ModuleFacts) == facts
    return facts


@given(st.one_of(python_like, st.text(max_size=200)))
@settings(max_examples=400)
def test_any_text_is_read_or_refused_in_one_way(text: str) -> None:
    read_or_refuse(text.encode("utf-8", errors="replace"))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_one_way(data: bytes) -> None:
    read_or_refuse(data)


@given(st.data())
@settings(max_examples=150)
def test_a_damaged_program_is_read_or_refused_in_one_way(data: st.DataObject) -> None:
    source = EVERY_KIND
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(source)))
        end = min(len(source), start + data.draw(st.integers(0, 30)))
        source = source[:start] + data.draw(python_like) + source[end:]
    facts = read_or_refuse(source.encode("utf-8", errors="replace"))
    if facts is not None:
        lines = Lines(source.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff"))
        for span in itertools.islice(spans(facts), 2_000):
            assert 1 <= span.line <= span.end_line <= facts.lines
            lines.text_at(span)


def test_the_facts_of_every_kind_survive_being_kept() -> None:
    assert read_or_refuse(EVERY_KIND.encode()) is not None


@pytest.mark.parametrize("path", SOME_MODULES[1::3], ids=lambda path: path.name)
def test_facts_of_real_modules_survive_being_kept(path: Path) -> None:
    assert read_or_refuse(path.read_bytes()) is not None


@pytest.mark.slow
def test_every_module_of_the_standard_library_is_read_or_refused_in_one_way() -> None:
    for path in standard_library():
        facts = read_or_refuse(path.read_bytes())
        if facts is not None:
            users_fit(facts)


# -- what formatting may not change --------------------------------------------------------------


@pytest.mark.parametrize("path", SOME_MODULES[::2], ids=lambda path: path.name)
def test_writing_a_program_anew_from_its_tree_changes_no_fact(path: Path) -> None:
    data = path.read_bytes()
    again = ast.unparse(ast.parse(data))
    assert meaning(read_python(again.encode())) == meaning(read_python(data))


def black_changes_nothing(source: str) -> None:
    formatted = black.format_str(source, mode=black.Mode(line_length=40))
    assert meaning(read_python(formatted.encode())) == meaning(read_python(source.encode()))


def test_black_changes_no_fact_of_any_kind() -> None:
    black_changes_nothing(EVERY_KIND)


@pytest.mark.parametrize("path", sample(4, largest=6_000), ids=lambda path: path.name)
def test_black_changes_no_fact_of_a_real_module(path: Path) -> None:
    black_changes_nothing(path.read_text("utf-8"))


@pytest.mark.slow
def test_black_and_unparse_change_no_fact_of_many_modules() -> None:
    for path in sample(80, largest=60_000):
        source = path.read_text("utf-8")
        again = ast.unparse(ast.parse(source))
        assert meaning(read_python(again.encode())) == meaning(read_python(source.encode())), path
        black_changes_nothing(source)


@pytest.mark.parametrize(
    ("source", "kind", "use", "made"),
    [
        ("x = sorted([f(a) for a in b])", "list", "argument", 1),
        ("x = {a for a in b}", "set", "assigned", 1),
        ("print({a: 1 for a in b})", "dict", "argument", 2),
        ("f(a for a in b)", "generator", "argument", 1),
    ],
)
def test_a_comprehension_says_what_it_makes_and_for_whom(
    source: str, kind: str, use: str, made: int
) -> None:
    facts = read_python(source.encode())
    (found,) = facts.comprehensions
    assert (found.kind, found.use, len(found.made)) == (kind, use, made)
    assert facts.blocks[found.block].kind == "comprehension"
    if use == "argument":
        assert found.span in {argument.span for argument in facts.calls[found.user].args}


def test_statements_that_leave_a_block_are_kept_with_it() -> None:
    source = (
        "def f():\n  for x in y:\n    if x: continue\n    else: break\n  if y: raise E\n  return"
    )
    facts = read_python(source.encode())
    kinds = [(item.kind, facts.blocks[item.block].kind) for item in facts.exits]
    assert kinds == [("continue", "if"), ("break", "else"), ("raise", "if"), ("return", "function")]
