r"""The JSON document, version 1: others build on it, so its keys and their order stay.

It is written in ASCII (`\u202e`): printed on a terminal it can do no harm, and a lone surrogate
in a file name cannot make it invalid.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from repro_check import __version__
from repro_check.findings import Finding, Location, Report, Severity
from repro_check.render.visible import encodable
from repro_check.render.wording import severity_of, url_of

if TYPE_CHECKING:
    from repro_check.render.style import Physical, Style


def render(report: Report, style: Style, physical: Physical) -> str:  # noqa: ARG001
    """The whole report; notebook places stay cell and line, which people can find."""
    return dump(
        {
            "version": 1,
            "tool": {"name": "repro-check", "version": __version__},
            "root": encodable(report.root),
            "findings": [_finding(finding, report) for finding in report.findings],
            "suppressed": [_finding(finding, report) for finding in report.suppressed],
            "baselined": [_finding(finding, report) for finding in report.baselined],
            "not_checked": [
                {"path": encodable(item.path), "reason": encodable(item.reason)}
                for item in report.not_checked
            ],
            "summary": {
                "error": report.count(Severity.ERROR),
                "warning": report.count(Severity.WARNING),
                "info": report.count(Severity.INFO),
                "files": report.files,
                "seconds": round(report.seconds, 3),
            },
        }
    )


def dump(document: object) -> str:
    """Indented ASCII JSON in which the GitHub runner finds no `##[command]`."""
    text = json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False)
    return text.replace("##[", "#\\u0023[") + "\n"


def _finding(finding: Finding, report: Report) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": severity_of(finding, report).label,
        "confidence": finding.confidence.label,
        "message": encodable(finding.message),
        "help": encodable(finding.help),
        **_place(finding.location),
        "fix": finding.fix.safety.value if finding.fix else None,
        "fingerprint": finding.fingerprint,
        "url": url_of(finding.code, report),
        "related": [
            {**_place(related.location), "message": encodable(related.message)}
            for related in finding.related
        ],
    }


def _place(location: Location) -> dict[str, Any]:
    span = location.span
    return {
        "path": encodable(location.path),
        "cell": location.cell,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
    }
