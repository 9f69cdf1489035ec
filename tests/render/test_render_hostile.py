"""What a hostile repository can write must not reach a terminal, a log or a page unescaped."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from render_reports import HOSTILE, make_finding, make_rule, reports, styles

from repro_check.findings import Location, NotChecked, Related, Report
from repro_check.render import FORMATS, Style, render
from repro_check.render.visible import defuse, visible

RUNNER_COMMANDS = {"error", "warning", "notice", "add-mask"}
OWN_SEQUENCES = re.compile(r"\x1b\[[0-9;]+m|\x1b\]8;;(?:https?://[!-~]+)?\x1b\\")


def runner_commands(document: str) -> list[str]:
    """The commands that the GitHub runner would obey, read as its ActionCommand.cs does."""
    found = []
    for line in re.split(r"\r\n|\r|\n", document):
        new = line.lstrip()
        if new.startswith("::") and new.find("::", 2) > 0:
            name = new[2 : new.find("::", 2)].split(" ")[0]
        elif "##[" in line:
            name = line.split("##[", 1)[1].split("]")[0].split(" ")[0]
        else:
            continue
        if name in RUNNER_COMMANDS:
            found.append(name)
    return found


def hostile_report(text: str) -> Report:
    place = Location(path=text)
    finding = make_finding(
        text, message=text, help=text, source=text, related=(Related(place, text),), name=text
    )
    return Report(
        root=text,
        findings=(finding,),
        suppressed=(finding,),
        baselined=(finding,),
        not_checked=(NotChecked(text, text),),
        rules={"SEED004": make_rule(summary=text, help=text, url=f"https://example.org/{text}")},
    )


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_control_character_and_no_command_gets_through(format_name, text):
    document = render(hostile_report(text), format_name, Style())
    assert all(c == "\n" or c.isprintable() or c in "\u3000\xa0" for c in document)
    assert len(runner_commands(document)) == (2 if format_name == "github" else 0)


@pytest.mark.parametrize("format_name", FORMATS)
@given(report=reports, style=styles)
@settings(max_examples=60, deadline=None)
def test_only_our_own_escape_sequences_are_written_and_all_is_utf8(format_name, report, style):
    document = render(report, format_name, style)
    document.encode("utf-8")
    if not (style.color or style.links):
        assert "\x1b" not in document
    rest = OWN_SEQUENCES.sub("", document)
    assert all(c == "\n" or not (ord(c) < 32 or 127 <= ord(c) < 160) for c in rest)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029]", rest)


@pytest.mark.parametrize("format_name", FORMATS)
@given(report=reports, style=styles)
@settings(max_examples=60, deadline=None)
def test_no_document_holds_a_workflow_command_that_is_not_ours(format_name, report, style):
    ours = len(report.findings) + len(report.not_checked) if format_name == "github" else 0
    assert len(runner_commands(render(report, format_name, style))) == ours


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", r"\x3a:error::x"),
        ("  \u3000::error::x", "  \u3000\\x3a:error::x"),
        ("a\n::error::x", "a\n\\x3a:error::x"),
        ("a ##[error]x", r"a \x23#[error]x"),
        ("a ###[error]x", r"a #\x23#[error]x"),
        ("a::b", "a::b"),
        ("## [link]", "## [link]"),
        (": :", ": :"),
    ],
)
def test_workflow_commands_are_broken_and_nothing_else_is(text, shown):
    assert defuse(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünïcode 種子 🎲", "plain ünïcode 種子 🎲"),
        ("e\u0301", "e\u0301"),
        ("a\u3000b\xa0c", "a\u3000b\xa0c"),
        ("a\tb\nc\rd", r"a\tb\nc\rd"),
        ("\x1b]0;t\x07", r"\x1b]0;t\x07"),
        ("\x9b1m", r"\x9b1m"),
        ("ad\u202emin", r"ad\u202emin"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\udcff.py", r"\udcff.py"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_does_not_print_is_shown_by_its_escape(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://e.org/\x1b\\", "file:///etc/passwd", "https://e.org/ü"]
)
def test_only_plain_web_addresses_become_links(url):
    report = Report(root="/r", findings=(make_finding(),), rules={"SEED004": make_rule(url=url)})
    for format_name in FORMATS:
        document = render(report, format_name, Style(links=True))
        assert url not in document
        assert "\x1b]8" not in document


@pytest.mark.parametrize("text", ["c##[error]x", "a ###[error]x", "##[[x"])
def test_an_annotation_holds_no_older_command_inside(text):
    document = render(hostile_report(text), "github", Style())
    assert "##[" not in document
    assert r"\x23#[" in document
    assert len(runner_commands(document)) == 2
