from __future__ import annotations

import pytest
from render_reports import in_cell, make_finding, make_fix, make_rule

from repro_check.findings import Confidence, Location, Report, Safety, Severity, Span
from repro_check.render import Style, render

QUIET = Style(footer=False)


def full(*findings, style=QUIET, **report) -> str:
    return render(Report(root="/r", findings=findings, **report), "full", style)


def test_the_head_names_place_code_severity_message_and_rule():
    head = full(make_finding(message="seed 0 is skipped")).splitlines()[0]
    assert head == "train.py:12:8: SEED004 warning: seed 0 is skipped (falsy-seed-skipped)"


def test_a_finding_about_a_whole_file_has_no_line_and_no_snippet():
    text = full(make_finding(location=Location(path="a.py"), help=""))
    assert text.startswith("a.py: SEED004")
    assert "|" not in text


def test_a_finding_in_a_notebook_names_the_cell_and_its_line():
    text = full(make_finding(location=in_cell(3, 2, 5, 9), source="x = seed"))
    assert text.startswith("nb.ipynb:cell 3:2:5: SEED004")
    assert "\n2 | x = seed\n  |     ^^^^\n" in text


def test_the_gutter_is_as_wide_as_the_line_number():
    text = full(make_finding(line=1234, source="    if args.seed:"))
    assert "\n     |\n1234 |     if args.seed:\n     |        ^^^^^^^^^\n" in text


@pytest.mark.parametrize(
    ("safety", "marker", "note"),
    [
        (Safety.SAFE, "SEED004 [*] warning", "= fix: compare with None (--fix)"),
        (Safety.UNSAFE, "SEED004 warning", "= fix: compare with None (--unsafe-fixes)"),
    ],
)
def test_the_star_promises_only_what_fix_alone_does(safety, marker, note):
    text = full(make_finding(fix=make_fix(safety)))
    assert marker in text
    assert note in text


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (Confidence.HIGH, False),
        (Confidence.MEDIUM, "= confidence: medium"),
        (Confidence.LOW, "= confidence: low"),
    ],
)
def test_confidence_is_said_when_it_is_not_high(confidence, said):
    text = full(make_finding(confidence=confidence))
    assert said in text if said else "confidence" not in text


def test_help_is_wrapped_at_the_width_and_never_inside_an_option():
    text = full(
        make_finding(help="run the command again with --unsafe-fixes and look at the difference"),
        style=Style(width=40, footer=False),
    )
    notes = text[text.index("= help") :].rstrip().splitlines()
    assert [line.strip() for line in notes] == [
        "= help: run the command again with",
        "--unsafe-fixes and look at",
        "the difference",
    ]


def test_an_example_in_the_help_keeps_its_lines():
    text = full(make_finding(help="write\n    if seed is not None:\n        seed_all(seed)"))
    body = text[text.index("= help") :]
    assert body == (
        "= help: write\n"
        "               if seed is not None:\n"
        "                   seed_all(seed)\n\n"
    )


def test_a_severity_that_was_left_open_is_the_rules_own():
    rules = {"SEED004": make_rule(severity=Severity.ERROR)}
    assert "SEED004 error:" in full(make_finding(severity=None), rules=rules)


def test_nothing_but_plain_text_is_written_without_colour_and_links():
    assert "\x1b" not in full(make_finding(), rules={"SEED004": make_rule()})


def test_colour_marks_the_severity_and_links_lead_to_the_rule():
    style = Style(color=True, links=True, footer=False)
    text = full(make_finding(), style=style, rules={"SEED004": make_rule()})
    linked = (
        "\x1b]8;;https://example.org/rules/SEED004/\x1b\\\x1b[1;33mSEED004\x1b[0m\x1b]8;;\x1b\\"
    )
    assert linked in text
    assert "\x1b[1;33m^^^^^^^^^\x1b[0m" in text


def test_quiet_leaves_nothing_where_nothing_was_found():
    assert full() == ""


def test_a_narrow_terminal_still_shows_the_place():
    span = Span(1, 101, 1, 105)
    finding = make_finding(location=Location(path="a.py", span=span), source="a" * 100 + "seed")
    assert "seed\n" in full(finding, style=Style(width=1))
