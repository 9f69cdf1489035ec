from __future__ import annotations

import pytest
from render_reports import make_finding, make_fix

from repro_check.findings import NotChecked, Report, Safety, Severity
from repro_check.render import Style, render
from repro_check.render.footer import (
    HONESTY,
    not_checked_lines,
    stale_baseline_line,
    statistics_lines,
    verdict,
)

ERROR = make_finding(severity=Severity.ERROR)
WARNING = make_finding()
INFO = make_finding(severity=Severity.INFO)
SAFE = make_finding(fix=make_fix())
UNSAFE = make_finding(fix=make_fix(Safety.UNSAFE))


@pytest.mark.parametrize(
    ("findings", "aside", "said"),
    [
        ((ERROR,), {}, "Found 1 error."),
        ((ERROR, ERROR, WARNING, INFO), {}, "Found 2 errors, 1 warning, 1 info."),
        ((WARNING,), {"suppressed": (ERROR,)}, "Found 1 warning (1 suppressed)."),
        (
            (WARNING,),
            {"suppressed": (ERROR,), "baselined": (ERROR, ERROR)},
            "Found 1 warning (1 suppressed, 2 baselined).",
        ),
        ((SAFE,), {}, "Found 1 warning. 1 fixable with --fix."),
        ((UNSAFE,), {}, "Found 1 warning. 1 fixable with --unsafe-fixes."),
        (
            (SAFE, SAFE, UNSAFE),
            {},
            "Found 3 warnings. 2 fixable with --fix, 1 with --unsafe-fixes.",
        ),
        ((), {}, "All clear: 41 files checked in 0.21 s."),
        (
            (),
            {"files": 1, "baselined": (ERROR,)},
            "All clear: 1 file checked in 0.21 s (1 baselined).",
        ),
        (
            (),
            {"not_checked": (NotChecked("a", "b"),)},
            "Nothing found: 41 files checked in 0.21 s, but 1 thing was not checked.",
        ),
    ],
)
def test_the_verdict_counts_what_was_found(findings, aside, said):
    report = Report(root="/r", findings=findings, **{"files": 41, "seconds": 0.2134, **aside})
    assert verdict(report) == said


@pytest.mark.parametrize("format_name", ["full", "concise", "markdown"])
def test_a_clean_check_says_that_it_is_no_proof(format_name):
    report = Report(root="/r", findings=(), files=41)
    assert HONESTY in render(report, format_name, Style())


@pytest.mark.parametrize("format_name", ["full", "concise", "github", "markdown", "junit"])
def test_what_was_not_checked_never_reads_as_clean(format_name):
    report = Report(root="/r", findings=(), not_checked=(NotChecked("a.bin", "too large"),))
    document = render(report, format_name, Style())
    assert "All clear" not in document
    assert "not checked" in document.lower()


def test_what_was_not_checked_is_grouped_by_reason():
    items = (
        NotChecked("b", "too large"),
        NotChecked("x", "not JSON"),
        NotChecked("a", "too large"),
    )
    assert not_checked_lines(Report(root="/r", findings=(), not_checked=items)) == [
        "Not checked:",
        "  too large:",
        "    b",
        "    a",
        "  not JSON:",
        "    x",
    ]


@pytest.mark.parametrize("reasons", [1, 7, 19, 20, 100])
def test_a_long_list_stops_after_twenty_lines_and_counts_the_rest(reasons):
    items = tuple(NotChecked(f"p{n}", f"reason {n % reasons}") for n in range(100))
    lines = not_checked_lines(Report(root="/r", findings=(), not_checked=items))
    shown = [line for line in lines if line.startswith("    p")]
    assert len(lines) <= 22
    assert lines[-1] == f"  and {100 - len(shown)} more"
    assert not lines[-2].endswith(":")


def test_the_list_is_complete_in_json():
    items = tuple(NotChecked(f"p{n}", "too large") for n in range(100))
    document = render(Report(root="/r", findings=(), not_checked=items), "json", Style())
    assert document.count('"reason": "too large"') == 100


@pytest.mark.parametrize(
    ("stale", "said"),
    [(0, ""), (1, "1 baseline entry matches nothing"), (2, "2 baseline entries match nothing")],
)
def test_stale_baseline_entries_are_said(stale, said):
    line = stale_baseline_line(Report(root="/r", findings=(), stale_baseline=stale))
    assert line.startswith(said)
    assert bool(line) is bool(stale)


def test_statistics_put_the_most_frequent_rule_first():
    findings = (*[make_finding(code="A001", name="a")], *[make_finding(code="B001", name="b")] * 10)
    assert statistics_lines(Report(root="/r", findings=findings)) == ["10  B001  b", " 1  A001  a"]
