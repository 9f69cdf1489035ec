from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_sources import at

from repro_check.sources.directives import Directive, read_directives
from repro_check.sources.python import read_python

FULL = "repro-check: ignore[SEED004, CFG003] -- why not"


def in_python(source: str) -> tuple[Directive, ...]:
    return read_python(source.encode()).directives


def one(source: str) -> Directive:
    (directive,) = in_python(source)
    return directive


@pytest.mark.parametrize(
    ("comment", "codes", "reason"),
    [
        (
            "# repro-check: ignore[SEED004] -- seeds the database",
            ("SEED004",),
            "seeds the database",
        ),
        ("# repro-check: ignore[A1,B2 , c-d] -- x", ("A1", "B2", "c-d"), "x"),
        ("#repro-check:ignore[A1]--x", ("A1",), "x"),
        ("#: repro-check: ignore[A1] -- x", None, ""),
        ("# repro-check: ignore[A1]", ("A1",), ""),
        ("# repro-check: ignore -- x", (), "x"),
        ("# repro-check: ignore", (), ""),
        ("# repro-check: ignore[] -- x", (), "x"),
        ("# repro-check: ignore[,] -- x", (), "x"),
        ("# repro-check:  ignore [A1]  --  x  ", ("A1",), "x"),
        ("# repro-check: ignore[A1] because -- x", ("A1",), ""),
        ("# repro-check: ignore[A1 -- x", (), ""),
        ("## repro-check: ignore[A1] -- x", ("A1",), "x"),
        ("# noqa: E402  # repro-check: ignore[A1] -- x", ("A1",), "x"),
        ("# type: ignore[x] # repro-check: ignore[A1] -- x # noqa", ("A1",), "x # noqa"),
        ("# see `# repro-check: ignore[A1] -- x`", None, ""),
        ("# we write repro-check: ignore[A1] -- x", None, ""),
        ("# repro-check: ignores nothing", None, ""),
        ("# repro-check: ignored[A1] -- x", None, ""),
        ("# repro-check: ignore-line[A1] -- x", None, ""),
        ("# repro-check: skip", None, ""),
        ("# repro-check ignore[A1] -- x", None, ""),
        ("# Repro-Check: ignore[A1] -- x", None, ""),
    ],
)
def test_a_comment_is_read_by_one_form(
    comment: str, codes: tuple[str, ...] | None, reason: str
) -> None:
    found = in_python(f"x = 1  {comment}\n")
    assert [(item.codes, item.reason) for item in found] == (
        [] if codes is None else [(codes, reason)]
    )


def test_a_file_wide_suppression_says_so() -> None:
    assert one("# repro-check: ignore-file[A1] -- x\n").is_file_wide
    assert not one("# repro-check: ignore[A1] -- x\n").is_file_wide


@pytest.mark.parametrize(
    ("source", "is_alone"),
    [
        (f"x = 1  # {FULL}", False),
        (f"# {FULL}\nx = 1", True),
        (f"if x:\n    # {FULL}\n    y", True),
        (f"\t# {FULL}", True),
        (f"f(  # {FULL}\n)", False),
        (f"# noqa # {FULL}", True),
    ],
)
def test_a_comment_alone_on_its_line_is_told_from_one_behind_code(
    source: str, is_alone: bool
) -> None:
    assert one(source).is_alone is is_alone


@pytest.mark.parametrize(
    "source",
    [
        f"x  # {FULL}",
        f"é = 'ü'  # {FULL}",
        f"# é # {FULL}",
        f"if x:\n\tx #{FULL}  ",
        f"'''\n'''  # {FULL}",
    ],
)
def test_the_place_of_a_suppression_is_exact(source: str) -> None:
    directive = one(source)
    assert at(source, directive.span) == FULL
    assert directive.line == directive.span.line == source.count("\n") + 1


@pytest.mark.parametrize(
    "source",
    [
        f"x = '# {FULL}'",
        f"'''\n# {FULL}\n'''",
        f"x = f'''\n# {FULL} {{y}}'''",
        f"x = r'\\' # {FULL}'",
    ],
)
def test_strings_suppress_nothing(source: str) -> None:
    try:
        compile(source, "x", "exec")
    except SyntaxError:
        pytest.skip("no Python")
    assert in_python(source) == ()


def test_several_suppressions_stand_in_order() -> None:
    found = in_python(f"# {FULL}\nx\ny  # {FULL}\n# {FULL}")
    assert [item.line for item in found] == [1, 3, 4]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_do_not_reach_into_the_reason(end: str) -> None:
    directive = one(f"x{end}y  # {FULL}{end}z")
    assert (directive.line, directive.reason) == (2, "why not")


@pytest.mark.parametrize(
    "source", [f"x = 1  # {FULL}\n\x0c\n", f"if x:\n\x0c  y  # {FULL}\n", f"\\\nx # {FULL}"]
)
def test_odd_white_space_is_no_obstacle(source: str) -> None:
    assert one(source).codes == ("SEED004", "CFG003")


# -- other files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (f"seed: 1  # {FULL}", ("SEED004", "CFG003")),
        (f"# {FULL}", ("SEED004", "CFG003")),
        (f"seed: 1  # noqa # {FULL}", ("SEED004", "CFG003")),
        (f"seed: {FULL}", None),
        (f"# about {FULL}", None),
        ("seed: 1", None),
    ],
)
def test_comments_of_other_files_are_read_line_by_line(
    line: str, codes: tuple[str, ...] | None
) -> None:
    found = read_directives(f"a: b\n{line}\n")
    assert [(item.line, item.codes) for item in found] == ([] if codes is None else [(2, codes)])


def test_a_comment_with_an_end_keeps_it_out_of_the_reason() -> None:
    text = f"# Title\n\n<!-- {FULL} -->\ntext <!-- {FULL}-->"
    alone, behind = read_directives(text, opening="<!--", closing="-->")
    assert (alone.reason, behind.reason) == ("why not", "why not")
    assert (alone.is_alone, behind.is_alone) == (True, False)
    assert at(text, alone.span) == at(text, behind.span) == FULL


def test_a_comment_without_a_reason_does_not_take_its_end_for_one() -> None:
    (found,) = read_directives("<!-- repro-check: ignore[A1] -->", opening="<!--", closing="-->")
    assert (found.codes, found.reason) == (("A1",), "")


@given(st.text(), st.sampled_from(["#", "<!--", "%"]))
def test_any_text_is_borne(text: str, opening: str) -> None:
    for item in read_directives(f"{opening} {text}repro-check:{text}", opening=opening):
        assert item.line >= 1


def test_a_hostile_comment_is_no_trap() -> None:
    for hostile in ("#" * 50_000, "# " * 50_000, " " * 50_000, "[" * 50_000, "ignore[" * 10_000):
        read_directives(f"#{hostile}repro-check: {hostile}")
        in_python(f"x  # {hostile}repro-check: ignore[{hostile}")
