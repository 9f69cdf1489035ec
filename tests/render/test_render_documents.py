"""The formats that machines read: JSON, GitHub commands, JUnit, Markdown, concise."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from render_reports import in_cell, make_finding, make_fix, reports, sample_document

from repro_check.findings import Location, Report, Safety, Severity, Span
from repro_check.render import Style, render
from repro_check.render.visible import encodable

KEYS = [
    *("code", "name", "severity", "confidence", "message", "help"),
    *("path", "cell", "line", "column", "end_line", "end_column"),
    *("fix", "fingerprint", "url", "related"),
]


def document(format_name: str, *findings, **report) -> str:
    return render(Report(root="/r", findings=findings, **report), format_name, Style(footer=False))


@given(report=reports)
@settings(max_examples=60, deadline=None)
def test_json_parses_back_to_what_the_report_holds(report):
    parsed = json.loads(render(report, "json", Style()))
    assert list(parsed) == [
        *("version", "tool", "root", "findings", "suppressed", "baselined"),
        *("not_checked", "summary"),
    ]
    for kind in ("findings", "suppressed", "baselined"):
        originals = getattr(report, kind)
        assert len(parsed[kind]) == len(originals)
        for item, finding in zip(parsed[kind], originals, strict=True):
            span = finding.location.span
            assert list(item) == KEYS
            assert item["message"] == encodable(finding.message)
            assert item["path"] == encodable(finding.location.path)
            assert item["cell"] == finding.location.cell
            place = (item["line"], item["column"], item["end_line"], item["end_column"])
            assert place == (tuple(span.__reduce__()[1]) if span else (None,) * 4)
            assert item["fix"] == (finding.fix.safety.value if finding.fix else None)
            assert len(item["related"]) == len(finding.related)
    assert [(it["path"], it["reason"]) for it in parsed["not_checked"]] == [
        (encodable(item.path), encodable(item.reason)) for item in report.not_checked
    ]


def test_json_counts_each_severity_and_not_what_was_set_aside():
    findings = (make_finding(severity=Severity.ERROR), make_finding(), make_finding())
    text = document("json", *findings, suppressed=(make_finding(),), files=41, seconds=0.21349)
    summary = {"error": 1, "warning": 2, "info": 0, "files": 41, "seconds": 0.213}
    assert json.loads(text)["summary"] == summary


@pytest.mark.parametrize(
    ("severity", "command"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "notice")],
)
def test_github_has_a_command_for_each_severity(severity, command):
    text = document("github", make_finding(severity=severity, help=""))
    place = "file=train.py,line=12,col=8,endLine=12,endColumn=17"
    assert text.startswith(f"::{command} {place},title=SEED004 falsy-seed-skipped::")


def test_github_leaves_columns_out_of_a_span_over_several_lines():
    place = Location(path="a.py", span=Span(3, 5, 6, 2))
    text = document("github", make_finding(location=place))
    assert text.startswith("::warning file=a.py,line=3,endLine=6,title=")


def test_github_escapes_what_would_end_a_property_or_the_message():
    text = document("github", make_finding("a,b:c%d.py", message="100% x::y", help="one\ntwo"))
    assert "file=a%2Cb%3Ac%25d.py," in text
    assert text.endswith("::100%25 x::y%0Aone%0Atwo\n")
    assert text.count("\n") == 1


def test_github_names_the_cell_and_the_first_line_where_the_json_line_is_unknown():
    text = document("github", make_finding(location=in_cell(3, 2, 5, 9), help=""))
    assert text.startswith("::warning file=nb.ipynb,line=1,title=")
    assert "::cell 3, line 2: " in text


def test_github_uses_the_line_of_the_json_file_where_it_is_known():
    assert "file=nb.ipynb,line=57,col=12,endLine=57," in sample_document("github")


def test_github_gives_no_file_for_the_repository():
    text = document("github", make_finding(location=Location(path=""), help=""))
    assert text.startswith("::warning title=SEED004 falsy-seed-skipped::(repository): ")


@given(report=reports)
@settings(max_examples=60, deadline=None)
def test_junit_is_well_formed_and_counts_right(report):
    root = ET.fromstring(render(report, "junit", Style()).encode())
    assert int(root.get("failures")) == len(report.findings) == len(root.findall(".//failure"))
    required = sum(item.required for item in report.not_checked)
    assert int(root.get("errors")) == required == len(root.findall(".//error"))
    assert int(root.get("skipped")) == len(root.findall(".//skipped"))
    assert int(root.get("tests")) == len(root.findall(".//testcase")) > 0


@given(report=reports)
@settings(max_examples=60, deadline=None)
def test_a_markdown_row_has_four_cells_whatever_it_says(report):
    text = render(report, "markdown", Style())
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert len(rows) == (len(report.findings) + 2 if report.findings else 0)
    for row in rows:
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 5


def test_markdown_shows_markup_as_text():
    text = document("markdown", make_finding(message="<img src=x> [a](http://b) *c* _d_ `e` |"))
    assert r"\<img src=x\> \[a\](http://b) \*c\* \_d\_ \`e\` \|" in text


def test_concise_is_one_line_a_finding():
    findings = (
        make_finding(message="one", fix=make_fix(Safety.SAFE)),
        make_finding(message="two", location=in_cell(3, 2, 5, 9)),
        make_finding(message="three", location=Location(path="")),
        make_finding(message="four", location=Location(path="a.py")),
    )
    assert document("concise", *findings).splitlines() == [
        "train.py:12:8: SEED004 one",
        "nb.ipynb:cell 3:2:5: SEED004 two",
        "(repository): SEED004 three",
        "a.py: SEED004 four",
    ]


def test_the_footer_of_concise_is_one_line():
    report = Report(root="/r", findings=(make_finding(),), stale_baseline=1)
    assert len(render(report, "concise", Style()).splitlines()) == 2
