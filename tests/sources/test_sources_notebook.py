from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_check.findings import Location, Span
from repro_check.sources.lines import Lines
from repro_check.sources.notebook import NotebookFacts, physical_span, read_notebook
from repro_check.sources.unreadable import Unreadable

Source = str | list[str]


def code(source: Source, **more: object) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more}


def markdown(source: Source) -> dict[str, object]:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def written(
    cells: Sequence[dict[str, object]], *, indent: int | None = 1, **metadata: object
) -> bytes:
    document = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=indent, ensure_ascii=False).encode()


def notebook(*cells: dict[str, object], **metadata: object) -> NotebookFacts:
    return read_notebook(written(cells, **metadata))


def places(facts: NotebookFacts) -> dict[str, tuple[int, int, int]]:
    """Cell, line and column of each call by its name."""
    found = {}
    for call in facts.code.calls:
        cell, span = facts.place(call.span)
        found[call.name] = (cell, span.line, span.column)
    return found


# -- cells and lines -----------------------------------------------------------------------------


def test_a_call_is_found_in_its_cell_and_line() -> None:
    facts = notebook(
        markdown("# Title\n\ntext"),
        code("import a\nb()"),
        code(["c()\n", "\n", "  \n", "é = d()"]),
        code(""),
        markdown("x"),
        code("\n\ne()\n"),
        code("f()"),
    )
    assert places(facts) == {
        "b": (2, 2, 1),
        "c": (3, 1, 1),
        "d": (3, 4, 5),
        "e": (6, 3, 1),
        "f": (7, 1, 1),
    }


def test_code_of_several_lines_keeps_its_extent() -> None:
    facts = notebook(code("x = 1"), code("f(\n  1,\n)"))
    assert facts.place(facts.code.calls[0].span) == (2, Span(1, 1, 3, 2))


def test_names_imported_in_one_cell_are_known_in_the_next() -> None:
    facts = notebook(code("import numpy as np"), markdown("text"), code("np.random.seed(0)"))
    assert facts.code.calls[0].target == "numpy.random.seed"


def test_cells_in_another_language_take_no_line() -> None:
    facts = notebook(code("a()"), code("%%bash\nls\n"), code("%%html\n<b>"), code("b()"))
    assert places(facts) == {"a": (1, 1, 1), "b": (4, 1, 1)}
    assert [cell.first_line for cell in facts.cells] == [1, 0, 0, 2]
    assert not facts.skipped


@pytest.mark.parametrize(
    "magic",
    [
        "%matplotlib inline",
        "!pip install a \\\n  b",
        "files = !ls",
        "a?",
        "pip install torch",
        "%%time",
        "\n%%capture out",
    ],
)
def test_magics_do_not_move_what_follows(magic: str) -> None:
    facts = notebook(code(f"{magic}\nf()"), code(f"{magic}\n\ng()"))
    below = magic.count("\n") + 2
    assert places(facts) == {"f": (1, below, 1), "g": (2, below + 1, 1)}
    assert not facts.skipped


def test_a_cell_that_does_not_parse_is_named_and_does_not_take_the_others_down() -> None:
    facts = notebook(code("import a\na.b()"), code("print 'x'\n\n"), code("c("), code("a.d()"))
    assert [(item.cell, item.reason.partition(":")[0]) for item in facts.skipped] == [
        (2, "line 1"),
        (3, "line 1"),
    ]
    assert places(facts) == {"a.b": (1, 2, 1), "a.d": (4, 1, 1)}


def test_the_reason_of_a_skipped_cell_counts_lines_inside_it() -> None:
    facts = notebook(code("a\nb\nc"), code("d\n\ne e"))
    assert facts.skipped[0].cell == 2
    assert facts.skipped[0].reason.startswith("line 3: ")


def test_a_format_that_begins_a_line_is_no_magic() -> None:
    facts = notebook(code('f(\n    "%d"\n    % g(1)\n)'))
    assert places(facts) == {"f": (1, 1, 1), "g": (1, 3, 7)}
    assert not facts.skipped


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_inside_a_cell_count_as_lines(end: str) -> None:
    facts = notebook(code(f"é = 1{end}f('é')"), code("g()"))
    assert places(facts) == {"f": (1, 2, 1), "g": (2, 1, 1)}


def test_suppressions_in_cells_are_read() -> None:
    facts = notebook(code("a"), code("b\nc()  # repro-check: ignore[SEED004] -- why"))
    (directive,) = facts.code.directives
    assert facts.place(directive.span)[0] == 2
    assert directive.codes == ("SEED004",)


PIECES = st.sampled_from(
    ["x = 1", "", "# é", "!ls", "%cd \\\n  b", "if x:\n    y = 'é'", '"""\n%d\n"""', "(\n1,\n)"]
)


@given(st.lists(st.tuples(st.booleans(), st.lists(PIECES, max_size=4)), max_size=6))
def test_every_place_maps_back_to_its_cell(cells: list[tuple[bool, list[str]]]) -> None:
    raw = []
    expected = []
    for number, (is_code, pieces) in enumerate(cells, start=1):
        source = "\n".join([*pieces, "", f"mark_{number}()"])
        raw.append(code(source) if is_code else markdown(source))
        if is_code:
            expected.append((f"mark_{number}", (number, source.count("\n") + 1, 1)))
    facts = notebook(*raw)
    assert not facts.skipped
    assert list(places(facts).items()) == expected


# -- what a cell says ----------------------------------------------------------------------------


def test_cells_keep_what_rules_ask_about() -> None:
    error = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []}
    stream = {"output_type": "stream", "text": "x"}
    facts = notebook(
        code("a\nb", execution_count=3, outputs=[stream, error], metadata={"tags": ["skip", 1]}),
        code(" \n", execution_count=None),
        markdown("text"),
        {"cell_type": "raw", "source": "x"},
    )
    first, second, third, fourth = facts.cells
    assert (first.execution_count, first.lines, first.outputs) == (3, 2, 2)
    assert (first.error, first.tags, first.is_empty) == ("ValueError", ("skip",), False)
    assert (second.execution_count, second.is_empty, second.error) == (None, True, "")
    assert (third.kind, third.first_line) == ("markdown", 0)
    assert fourth.kind == "raw"


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"kernelspec": {"language": "python", "name": "python3"}}, "python"),
        ({"language_info": {"name": "python"}}, "python"),
        ({"language_info": {"name": "ipython"}}, "python"),
        ({"kernelspec": {"language": "R", "name": "ir"}}, "r"),
        ({"language_info": {"name": "julia"}, "kernelspec": {"language": "python"}}, "julia"),
        ({"language_info": "x", "kernelspec": None}, "python"),
    ],
)
def test_only_python_kernels_hold_python(metadata: dict[str, object], language: str) -> None:
    facts = notebook(code("f()"), **metadata)
    assert facts.language == language
    assert bool(facts.code.calls) == (language == "python")
    assert bool(facts.cells[0].first_line) == (language == "python")
    assert not facts.skipped


def test_the_worksheets_of_nbformat_3_are_read() -> None:
    cells = [
        {"cell_type": "heading", "source": "Title", "level": 1},
        {"cell_type": "code", "input": ["a()\n", "b()"], "prompt_number": 7, "outputs": []},
        {
            "cell_type": "code",
            "input": "c()",
            "outputs": [{"output_type": "pyerr", "ename": "KeyError"}],
        },
    ]
    sheets = [{"cells": cells[:2]}, {"cells": cells[2:]}]
    facts = read_notebook(json.dumps({"worksheets": sheets, "nbformat": 3}).encode())
    assert places(facts) == {"a": (2, 1, 1), "b": (2, 2, 1), "c": (3, 1, 1)}
    assert [cell.execution_count for cell in facts.cells] == [None, 7, None]
    assert facts.cells[2].error == "KeyError"


@pytest.mark.parametrize(
    "cells",
    [
        [1, "x", None],
        [{}],
        [{"cell_type": "code"}],
        [{"cell_type": "code", "source": None}],
        [{"cell_type": "code", "source": [1, "f()"]}],
        [{"cell_type": "code", "source": "x", "outputs": "y", "metadata": []}],
        [{"cell_type": "code", "source": "x", "execution_count": "1"}],
        [{"cell_type": 3, "source": "x", "outputs": [1, {"output_type": "error"}]}],
        [{"cell_type": "code", "source": "x", "metadata": {"tags": "a"}}],
        [{"cell_type": "code", "source": "x = '\ud800'"}],
        [{"cell_type": "code", "source": "\x00"}],
        [{"cell_type": "code\ud800", "source": "x", "metadata": {"tags": ["\ud800"]}}],
        [{"cell_type": "code", "outputs": [{"output_type": "error", "ename": "\ud800"}]}],
        [{"cell_type": "code", "source": "x", "execution_count": 2**70}],
        [{"cell_type": "code", "source": "x", "execution_count": True}],
    ],
)
def test_malformed_cells_are_borne(cells: list[object]) -> None:
    facts = read_notebook(json.dumps({"cells": cells}).encode())
    assert len(facts.cells) == len(cells)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=NotebookFacts) == facts


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "line 1: is not a JSON document"),
        (b'{\n "cells": [,]}', "line 2: is not a JSON document"),
        (b"[]", "not a notebook"),
        (b"{}", "not a notebook"),
        (b'{"cells": 3}', "not a notebook"),
        (b'{"worksheets": 3}', "not a notebook"),
        (b'{"cells": "\xff"}', "is not UTF-8 (byte 11)"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"cells": [], "x": ' + b"9" * 5_000 + b"}", "too long to be read"),
    ],
)
def test_what_is_no_notebook_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as error:
        read_notebook(data)
    assert reason in error.value.reason


def test_a_byte_order_mark_is_borne() -> None:
    assert read_notebook(b"\xef\xbb\xbf" + written([code("f()")])).code.calls


def test_a_notebook_survives_being_kept() -> None:
    facts = notebook(markdown("é"), code("f('é')"), code("x ="), language_info={"name": "python"})
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=NotebookFacts) == facts


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_source_is_read_or_named(first: str, second: str) -> None:
    facts = notebook(code(first), code(second), code("mark()"))
    assert places(facts)["mark"] == (3, 1, 1) or any(item.cell == 0 for item in facts.skipped)


def test_a_notebook_of_many_cells_is_read_in_ordinary_time() -> None:
    facts = notebook(*(code(f"import a\na.f{number}()\n!ls") for number in range(3_000)))
    assert places(facts)["a.f2999"] == (3_000, 2, 1)


# -- the lines of the JSON file ------------------------------------------------------------------


def shown(data: bytes, cell: int | None, line: int) -> str | None:
    location = Location(path="a.ipynb", cell=cell, span=Span(line, 1, line, 2))
    span = physical_span(data, location)
    return None if span is None else Lines(data.decode()).text_at(span)


@pytest.mark.parametrize("indent", [1, 4, None])
def test_a_line_of_a_cell_is_found_in_the_json(indent: int | None) -> None:
    data = written([markdown("x"), code(["é = 1\n", "f('é')\n", "\n", "g()"])], indent=indent)
    assert [shown(data, 2, line) for line in (1, 2, 3, 4)] == [
        '"é = 1\\n"',
        "\"f('é')\\n\"",
        '"\\n"',
        '"g()"',
    ]


def test_a_source_of_one_string_is_pointed_at_as_a_whole() -> None:
    data = written([code("a()\nb()")])
    assert shown(data, 1, 2) == '"a()\\nb()"'


def test_a_line_that_is_gone_points_at_the_cell() -> None:
    data = written([code(["a()\n", "b()"])], indent=None)
    assert shown(data, 1, 9) == '["a()\\n", "b()"]'


@pytest.mark.parametrize(("cell", "line"), [(9, 1), (None, 1)])
def test_a_cell_that_is_gone_has_no_place(cell: int | None, line: int) -> None:
    assert shown(written([code(["a()"])]), cell, line) is None


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[]", b'{"cells": {}}'])
def test_what_is_no_notebook_has_no_place(data: bytes) -> None:
    location = Location(path="a.ipynb", cell=1, span=Span(1, 1, 1, 2))
    assert physical_span(data, location) is None


@pytest.mark.parametrize(
    ("source", "line", "found"),
    [
        (["a()\nb()\n", "c()"], 2, '"a()\\nb()\\n"'),
        (["a()\nb()\n", "c()"], 3, '"c()"'),
        (["x = '\u2028", "'\n", "c()"], 2, '"c()"'),
        (["x = '\u2028", "'\n", "c()"], 1, '"x = \'\u2028"'),
        (["", "a()"], 1, '"a()"'),
    ],
)
def test_items_that_are_no_lines_are_counted_by_their_line_feeds(
    source: list[str], line: int, found: str
) -> None:
    assert shown(written([code(source)]), 1, line) == found


def test_a_line_of_nbformat_3_is_found_in_the_json() -> None:
    sheets = [
        {"cells": [{"cell_type": "heading", "source": "x"}]},
        {"cells": [{"input": ["a\n", "b"]}]},
    ]
    data = json.dumps({"worksheets": sheets}, indent=1).encode()
    assert shown(data, 2, 2) == '"b"'


def test_a_place_without_a_line_points_at_the_first_one() -> None:
    data = written([code(["a()\n", "b()"])])
    span = physical_span(data, Location(path="a.ipynb", cell=1))
    assert span is not None
    assert Lines(data.decode()).text_at(span) == '"a()\\n"'
