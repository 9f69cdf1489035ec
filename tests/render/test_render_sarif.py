from __future__ import annotations

import functools
import json
import re
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from jsonschema import Draft4Validator, FormatChecker
from render_reports import (
    DATA,
    in_cell,
    make_finding,
    make_fix,
    make_rule,
    reports,
    sample_document,
    sample_report,
)

from repro_check.findings import Edit, Fix, Location, NotChecked, Report, Safety, Severity, Span
from repro_check.render import Style, render

REFERENCE = re.compile(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+")
FORMATS = FormatChecker(formats=())
FORMATS.checks("uri-reference")(lambda text: REFERENCE.fullmatch(text) is not None)
FORMATS.checks("uri")(lambda text: re.fullmatch(r"https?://[!-~]+", text) is not None)


@functools.cache
def validator() -> Draft4Validator:
    schema = json.loads((DATA / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema, format_checker=FORMATS)


def run_of(*findings, **report) -> dict:
    text = render(Report(root="/r", findings=findings, **report), "sarif", Style())
    return json.loads(text)["runs"][0]


@given(report=reports)
@settings(max_examples=60, deadline=None)
def test_every_report_is_valid_against_the_official_schema(report):
    document = json.loads(render(report, "sarif", Style()))
    assert [error.message for error in validator().iter_errors(document)] == []


def test_the_schema_would_catch_a_mistake():
    document = json.loads(sample_document("sarif"))
    document["runs"][0]["results"][0]["level"] = "info"
    assert not validator().is_valid(document)


@given(report=reports)
@settings(max_examples=60, deadline=None)
def test_there_is_one_result_a_finding_and_each_can_be_placed(report):
    run = json.loads(render(report, "sarif", Style()))["runs"][0]
    everything = (*report.findings, *report.suppressed, *report.baselined)
    assert len(run["results"]) == len(everything)
    codes = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result, finding in zip(run["results"], everything, strict=True):
        assert result["ruleId"] == finding.code
        assert "ruleIndex" not in result or codes[result["ruleIndex"]] == finding.code
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"]["uri"]
        assert physical["region"]["startLine"] >= 1


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note")],
)
def test_severities_become_levels(severity, level):
    (result,) = run_of(make_finding(severity=severity))["results"]
    assert result["level"] == level


def test_a_rule_carries_its_help_and_address():
    (rule,) = run_of(rules={"SEED004": make_rule()})["tool"]["driver"]["rules"]
    assert rule["help"]["text"] == "`if seed:` is false for 0."
    assert rule["helpUri"] == "https://example.org/rules/SEED004/"
    assert rule["defaultConfiguration"] == {"level": "warning"}


def test_what_was_set_aside_says_where():
    run = run_of(make_finding(), suppressed=(make_finding(),), baselined=(make_finding(),))
    assert [result.get("suppressions") for result in run["results"]] == [
        None,
        [{"kind": "inSource"}],
        [{"kind": "external"}],
    ]


def test_the_fingerprint_is_partial_and_versioned():
    (result,) = run_of(make_finding())["results"]
    assert result["partialFingerprints"] == {"reproCheck/v1": "0123456789abcdef"}


def test_what_was_not_checked_is_a_notification_and_a_required_one_a_failure():
    (invocation,) = run_of(not_checked=(NotChecked("a.bin", "too large"),))["invocations"]
    assert invocation["executionSuccessful"] is True
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["level"] == "warning"
    assert notification["message"]["text"] == "a.bin was not checked: too large"
    (invocation,) = run_of(not_checked=(NotChecked("", "no git", required=True),))["invocations"]
    assert invocation["executionSuccessful"] is False


def test_a_notebook_finding_lies_at_its_line_of_the_json_text():
    report = sample_report()
    run = json.loads(render(report, "sarif", Style(), physical=lambda _: Span(57, 12, 57, 16)))
    result = run["runs"][0]["results"][1]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 57, "startColumn": 12, "endLine": 57, "endColumn": 16}
    assert result["locations"][0]["logicalLocations"] == [{"name": "cell 3", "kind": "module"}]
    assert "(cell 3, line 2)" in result["message"]["text"]


def test_a_cell_line_is_never_taken_for_a_line_of_the_file():
    (result,) = run_of(make_finding(location=in_cell(3, 2, 5, 9)))["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


@pytest.mark.parametrize(
    "path", ["a b.py", "c:d.py", "100%.py", "é/種.py", "a#b?c.py", "\udcff.py", "a\\b.py"]
)
def test_a_path_can_be_read_back_from_its_address(path):
    (result,) = run_of(make_finding(path))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uriBaseId"] == "%SRCROOT%"
    assert unquote_to_bytes(artifact["uri"]) == path.encode("utf-8", "surrogateescape")


def test_fixes_are_given_for_text_files_and_not_for_cells():
    (result,) = run_of(make_finding(fix=make_fix(Safety.UNSAFE)))["results"]
    (fix,) = result["fixes"]
    assert fix["description"]["text"] == "compare with None (unsafe)"
    (replacement,) = fix["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"] == {"text": "args.seed is not None"}
    edit = make_fix().edits[0]
    cell = Edit(in_cell(3, 2, 5, 9), edit.replacement)
    in_notebook = Fix(Safety.SAFE, "x", (edit, cell))
    (result,) = run_of(make_finding(fix=in_notebook))["results"]
    assert "fixes" not in result


def test_several_edits_of_one_file_are_one_change():
    first = make_fix().edits[0]
    second = Edit(Location(path="other.py", span=Span(1, 1, 1, 1)), "import random")
    (result,) = run_of(make_finding(fix=Fix(Safety.SAFE, "x", (first, second, first))))["results"]
    changes = result["fixes"][0]["artifactChanges"]
    assert [len(change["replacements"]) for change in changes] == [2, 1]


def test_a_message_cannot_bring_its_own_link():
    (result,) = run_of(make_finding(message="[click](http://evil)"))["results"]
    assert "](" not in result["message"]["text"]


def test_the_repository_itself_is_placed_at_its_root():
    (result,) = run_of(make_finding(location=Location(path="")))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "."


def test_the_document_does_not_tell_where_the_repository_lay():
    assert "/home/you" not in sample_document("sarif")
