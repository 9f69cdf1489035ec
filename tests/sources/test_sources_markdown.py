from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from repro_check.sources.lines import Lines
from repro_check.sources.markdown import MarkdownFacts, read_markdown
from repro_check.sources.unreadable import Unreadable

# What the CommonMark reference rules decide alone: no lists, in which we forgive bad indentation.
COMMONMARK_LINES = st.lists(
    st.sampled_from(
        [
            "# head",
            "## `x` two ##",
            "   ### three #",
            "#nohead",
            "#",
            "text",
            "more `code` # text",
            "a <!-- b --> c",
            "***",
            "---",
            "===",
            "",
            "```sh",
            "```",
            "~~~",
            "~~~~ python {.x}",
            "````",
            "``` not `a fence",
            "\n    indented",
            "> quote\n",
            "> ```",
            "> more\n> lines\n",
            "<!-- c -->",
            "<!--",
            "-->",
            "| a | b\\|c |",
            "|---|:-:|",
            "| 1 | 2 | 3 |",
        ]
    ),
    max_size=8,
).map(lambda rows: "\n".join(["top", *rows, ""]))
MARKDOWN_LIKE = st.text(alphabet="ab#`~<>!-[](){}|*:/\\\"' \n\t", max_size=60)


def read(text: str) -> MarkdownFacts:
    return read_markdown(text.encode())


def texts(text: str, items: tuple[Any, ...]) -> list[str]:
    return [Lines(text).text_at(item.span) for item in items]


@settings(max_examples=400)
@given(COMMONMARK_LINES)
def test_headings_code_and_tables_are_those_of_commonmark(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    facts = read(text)
    quoted = 0
    headings, fences, tables = [], [], []
    for index, token in enumerate(tokens):
        quoted += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if token.type == "heading_open" and not quoted:
            headings.append((int(token.tag[1]), tokens[index + 1].content))
        elif token.type in {"fence", "code_block"}:
            fences.append(((token.info.split() or [""])[0], token.content.rstrip("\n"), token.map))
        elif token.type == "thead_open":
            tables.append((tokens[index + 3].content, tokens[index + 6].content))
    assert [(h.level, h.text) for h in facts.headings] == headings
    assert [(f.language, f.text.rstrip("\n")) for f in facts.fences] == [f[:2] for f in fences]
    for fence, (_, _, place) in zip(facts.fences, fences, strict=True):
        assert fence.line == place[0] + (1 if fence.is_indented else 2)
    assert [t.header for t in facts.tables] == tables


@settings(max_examples=300)
@given(MARKDOWN_LIKE)
def test_any_text_gives_facts_whose_spans_slice_back(text: str) -> None:
    facts = read(text)
    assert texts(text, facts.headings) == [heading.text for heading in facts.headings]
    for link, written in zip(facts.links, texts(text, facts.links), strict=True):
        assert link.target in written
        assert link.text in written
    for written in texts(text, facts.comments):
        assert written.startswith("<!--")
    rows = Lines(text).rows()
    for fence in facts.fences:
        for offset, line in enumerate(fence.text.split("\n") if fence.text else []):
            assert rows[fence.line - 1 + offset][fence.indent :] == line
    for table in facts.tables:
        assert all(len(row) == len(table.header) for row in table.rows)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_give_facts_that_can_be_stored_or_unreadable(data: bytes) -> None:
    try:
        facts = read_markdown(data)
    except Unreadable:
        return
    packed = msgspec.msgpack.encode(facts)
    assert msgspec.msgpack.decode(packed, type=MarkdownFacts) == facts


def test_headings_of_all_forms_are_found() -> None:
    text = "# A `b` #\n\nTwo\nlines\n---\n\n<h2 align='center'> C </h2>\n# D#\n#\n"
    headings = read(text).headings
    assert [(h.level, h.text) for h in headings] == [
        (1, "A `b`"),
        (2, "Two\nlines"),
        (2, "C"),
        (1, "D#"),
        (1, ""),
    ]
    assert texts(text, headings) == [h.text for h in headings]


@pytest.mark.parametrize(
    "text",
    [
        "---\n# front matter\n---\n",
        "```\n# code\n```\n",
        "    # code\n",
        "<!--\n# comment\n-->\n",
        "<!-- never closed\n# comment\n",
        "#no space\n",
        "####### seven\n",
        "- item\n---\n",
        "> quote\n---\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n---\n",
    ],
)
def test_what_only_looks_like_a_heading_is_none(text: str) -> None:
    assert read(text).headings == ()


@pytest.mark.parametrize(
    ("text", "language", "code", "line", "indent"),
    [
        ("```bash\npython a.py\n```\n", "bash", "python a.py", 2, 0),
        ("~~~ {.Python .x}\nx\n~~~\n", "python", "x", 2, 0),
        ("```{code-cell} ipython3\nx\n```", "code-cell", "x", 2, 0),
        ("```sh\nnever closed\n", "sh", "never closed\n", 2, 0),
        ("````\n```\nx\n```\n````\n", "", "```\nx\n```", 2, 0),
        ("```\n~~~\n```\n", "", "~~~", 2, 0),
        ("1. do\n\n   ```sh\n   a\n     b\n   ```\n", "sh", "a\n  b", 4, 3),
        ("- ```sh\n  a\n  ```\n", "sh", "a", 2, 2),
        ("  * x\n    - y\n      ```sh\n      a\n\n      b\n      ```\n", "sh", "a\n\nb", 4, 6),
        ("1. do\n   ```sh\na\n   ```\n", "sh", "a", 3, 0),
        ("> ```sh\n> a\n> ```\n", "sh", "a", 2, 2),
        ("> ```sh\n> a\nb\n", "sh", "a", 2, 2),
        ("Run\n\n    a\n\n    b\n\ntext", "", "a\n\nb", 3, 4),
        ("Run\n\n\ta\n", "", "a", 3, 1),
        ("```sh\r\na\r\n```\r\n", "sh", "a", 2, 0),
        ("---\ntitle: x\n---\n```sh\na\n```\n", "sh", "a", 5, 0),
    ],
)
def test_a_code_block_is_found_with_the_place_of_its_text(
    text: str, language: str, code: str, line: int, indent: int
) -> None:
    (fence,) = read(text).fences
    assert (fence.language, fence.text, fence.line, fence.indent) == (language, code, line, indent)


@pytest.mark.parametrize(
    "text",
    [
        "inline ``` code ``` here\n",
        "- item\n\n    more of the item\n",
        "text\n    goes on\n",
        "<!--\n```\nx\n```\n-->\n",
        "---\n```\n---\n",
    ],
)
def test_what_only_looks_like_code_is_none(text: str) -> None:
    assert read(text).fences == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](b)", [("a", "b", "[a](b)", False)]),
        ('[a `c`](<b c> "t")', [("a `c`", "b c", '[a `c`](<b c> "t")', False)]),
        ("![i](p_(1).png)", [("i", "p_(1).png", "![i](p_(1).png)", True)]),
        (
            "[![b](s.svg)](u)",
            [("![b](s.svg)", "u", "[![b](s.svg)](u)", False), ("b", "s.svg", "![b](s.svg)", True)],
        ),
        (
            "see https://h/x_(y).",
            [("https://h/x_(y)", "https://h/x_(y)", "https://h/x_(y)", False)],
        ),
        ("(https://h/x)", [("https://h/x", "https://h/x", "https://h/x", False)]),
        ("<https://h>", [("https://h", "https://h", "https://h", False)]),
        ("[r]: https://h 'T'", [("r", "https://h", "[r]: https://h", False)]),
        ("<a\n href='k'>x</a>", [("", "k", "<a\n href='k", False)]),
        ('<img width=1 src="p.png">', [("", "p.png", '<img width=1 src="p.png', True)]),
        ("[a]()", [("a", "", "[a]()", False)]),
        ("[https://h](https://h)", [("https://h", "https://h", "[https://h](https://h)", False)]),
        ("[a\nb](c)", [("a\nb", "c", "[a\nb](c)", False)]),
        ("`[a](b)` <!-- [a](b) -->", []),
        ("```\n[a](b)\n```", []),
        ("\\[a](b)", []),
        ("[a]\n\n(b)", []),
        ("[a\n\nb](c)", []),
        ("[a] (b)", []),
        ("x[0](unclosed", []),
        ("[^1]: note", []),
        ("`` ` [a](b) ``", []),
        ("` [a](b)", [("a", "b", "[a](b)", False)]),
    ],
)
def test_links_are_found_outside_code_and_comments(
    text: str, found: list[tuple[str, str, str, bool]]
) -> None:
    links = read(text).links
    written = texts(text, links)
    assert [(k.text, k.target, w, k.is_image) for k, w in zip(links, written, strict=True)] == found


def test_comments_are_found_outside_code_with_their_places() -> None:
    text = (
        "<!-- repro-check: ignore[REL001] -- draft -->\n# A <!-- b --> c <!--d-->\n"
        "`<!-- no -->`\n```\n<!-- no -->\n```\n<!--\ntwo `lines\n--> `x` <!-- e -->\n<!-- open"
    )
    comments = read(text).comments
    assert [c.text for c in comments] == [
        "repro-check: ignore[REL001] -- draft",
        "b",
        "d",
        "two `lines",
        "e",
        "open",
    ]
    assert texts(text, comments)[0] == "<!-- repro-check: ignore[REL001] -- draft -->"
    assert comments[3].span.line == 7


def test_a_table_gives_its_cells() -> None:
    text = "Results\n\n| m | a\\|b |\n|:--|---:|\n| x | `1` ± 2 |\n| y\n| z | 1 | 2 |\n\n| no | rule |\n"
    (table,) = read(text).tables
    assert table.header == ("m", "a|b")
    assert table.rows == (("x", "`1` ± 2"), ("y", ""), ("z", "1"))
    assert (table.span.line, table.span.end_line) == (3, 7)


@pytest.mark.parametrize(
    "text",
    ["a | b\n\n---|---\n", "a | b\n--- | --- | ---\n", "a\n---\n", "```\na | b\n---|---\n```\n"],
)
def test_what_only_looks_like_a_table_is_none(text: str) -> None:
    assert read(text).tables == ()


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![",
        "[](",
        "[a](x ",
        "`",
        "`a ``",
        "<!--",
        "<a ",
        "<h1>",
        "> ",
        "- ",
        "\\",
        "|",
        "# # ",
    ],
)
def test_long_repetitions_are_read_whole(piece: str) -> None:
    """Each of these makes a backtracking or restarting scanner take minutes."""
    facts = read(piece * 50_000)
    assert len(facts.headings) <= 1
