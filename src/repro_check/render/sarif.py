"""SARIF 2.1.0, for code scanning services and editors.

Sections named here are those of the OASIS standard (errata 01). Three choices are for GitHub,
which rejects a whole file for one result it cannot place: every result has a physical location
with a line; a finding about the repository is placed at `.`; and the root is only named
(`%SRCROOT%`), not given, so that the document is the same on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from repro_check import __version__
from repro_check.findings import (
    Finding,
    Fix,
    Location,
    NotChecked,
    Report,
    RuleInfo,
    Severity,
    Span,
)
from repro_check.render.json_document import dump
from repro_check.render.visible import encodable, visible
from repro_check.render.wording import REPOSITORY, cell_words, severity_of, url_of

if TYPE_CHECKING:
    from repro_check.render.style import Physical, Style

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
_GITHUB = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "recommendation",
}
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: Report, style: Style, physical: Physical) -> str:  # noqa: ARG001
    """One run; one result for each finding, those set aside with their suppression."""
    codes = {code: number for number, code in enumerate(sorted(report.rules))}
    aside = [(finding, "inSource") for finding in report.suppressed]
    aside += [(finding, "external") for finding in report.baselined]
    driver = {
        "name": "repro-check",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(report.rules[code], report) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The checked repository's root."}}},
        "invocations": [
            {
                "executionSuccessful": not any(item.required for item in report.not_checked),
                "toolExecutionNotifications": [_notification(it) for it in report.not_checked],
            }
        ],
        "results": [
            *(_result(finding, report, codes, physical) for finding in report.findings),
            *(
                {**_result(finding, report, codes, physical), "suppressions": [{"kind": kind}]}
                for finding, kind in aside
            ),
        ],
    }
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: RuleInfo, report: Report) -> dict[str, Any]:
    """Section 3.49; `problem.severity` and the tags are what GitHub filters by."""
    url = url_of(rule.code, report)
    summary = encodable(rule.summary) or rule.code
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": encodable(rule.help) or summary},
        **({"helpUri": url} if url else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["reproducibility", f"practice-{rule.practice}"],
            "problem.severity": _GITHUB[rule.severity],
        },
    }


def _result(
    finding: Finding, report: Report, codes: dict[str, int], physical: Physical
) -> dict[str, Any]:
    """Section 3.27."""
    index = {"ruleIndex": codes[finding.code]} if finding.code in codes else {}
    where = cell_words(finding.location)
    text = f"{finding.message} ({where})" if where else finding.message
    result: dict[str, Any] = {
        "ruleId": finding.code,
        **index,
        "level": _LEVELS[severity_of(finding, report)],
        "message": _message(f"{text}\n{finding.help}" if finding.help else text),
        "locations": [_location(finding.location, physical)],
        "properties": {"confidence": finding.confidence.label},
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"reproCheck/v1": finding.fingerprint}
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": _message(related.message),
                **_location(related.location, physical),
            }
            for number, related in enumerate(finding.related, 1)
        ]
    if finding.fix and (changes := _changes(finding.fix)):
        description = _message(f"{finding.fix.title} ({finding.fix.safety.value})")
        result["fixes"] = [{"description": description, "artifactChanges": changes}]
    return result


def _message(text: str) -> dict[str, str]:
    """Section 3.11.6: `[text](address)` would be a link of the repository's choosing."""
    return {"text": encodable(text).replace("](", "] (")}


def _location(location: Location, physical: Physical) -> dict[str, Any]:
    """Section 3.28; the cell of a notebook is a logical location beside the line of its JSON."""
    span = physical(location)
    region = _region(span) if span else {"startLine": 1}
    artifact = _artifact(location.path)
    where: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact, "region": region}}
    if location.cell is not None:
        where["logicalLocations"] = [{"name": f"cell {location.cell}", "kind": "module"}]
    return where


def _region(span: Span) -> dict[str, int]:
    """Section 3.30: 1-based, the end column exclusive, as in `Span`."""
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _artifact(path: str) -> dict[str, str]:
    """Section 3.4: a relative reference, percent-encoded from the bytes of the name."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        name = encodable(path).encode()
    return {"uri": quote(name, safe="/") or ".", "uriBaseId": _ROOT}


def _changes(fix: Fix) -> list[dict[str, Any]]:
    """Section 3.56, one change a file; an edit in a notebook's cell is not one of its JSON text."""
    replacements: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        span = edit.location.span
        if span is None or edit.location.cell is not None:
            return []
        text = encodable(edit.replacement)
        replacement = {"deletedRegion": _region(span), "insertedContent": {"text": text}}
        replacements.setdefault(edit.location.path, []).append(replacement)
    return [
        {"artifactLocation": _artifact(path), "replacements": edits}
        for path, edits in replacements.items()
    ]


def _notification(item: NotChecked) -> dict[str, Any]:
    """Section 3.58."""
    path = visible(item.path) or REPOSITORY
    notification: dict[str, Any] = {
        "level": "error" if item.required else "warning",
        "message": _message(f"{path} was not checked: {item.reason}"),
    }
    if item.path:
        location = {"physicalLocation": {"artifactLocation": _artifact(item.path)}}
        notification["locations"] = [location]
    return notification
