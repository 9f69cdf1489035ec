"""A table for the summary of a workflow run (`$GITHUB_STEP_SUMMARY`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from repro_check.render import footer
from repro_check.render.visible import defuse, visible
from repro_check.render.wording import place, severity_of, url_of

if TYPE_CHECKING:
    from repro_check.findings import Finding, Report
    from repro_check.render.style import Physical, Style

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_HARMLESS = frozenset("\"'()+,-./:;=?%")


def render(report: Report, style: Style, physical: Physical) -> str:  # noqa: ARG001
    """The verdict, the findings as a table, then what was not checked."""
    lines = [f"**{_escape(footer.verdict(report))}**", ""]
    if report.findings:
        lines += ["| Severity | Rule | Place | Message |", "| --- | --- | --- | --- |"]
        lines += [_row(finding, report) for finding in report.findings]
        lines.append("")
    else:
        lines += [footer.HONESTY, ""]
    if style.statistics and report.findings:
        lines += [f"- {_escape(line.strip())}" for line in footer.statistics_lines(report)] + [""]
    if stale := footer.stale_baseline_line(report):
        lines += [_escape(stale), ""]
    if report.not_checked:
        lines += ["Not checked:", ""]
        lines += [
            f"- {_escape(visible(item.path)) or 'the repository'}: {_escape(visible(item.reason))}"
            for item in report.not_checked
        ] + [""]
    return defuse("\n".join(lines[:-1]) + "\n")


def _row(finding: Finding, report: Report) -> str:
    url = url_of(finding.code, report)
    rule = _escape(visible(f"{finding.code} {finding.name}"))
    cells = [
        severity_of(finding, report).label,
        f"[{rule}](<{_address(url)}>)" if url else rule,
        _escape(place(finding.location)),
        _escape(visible(finding.message)),
    ]
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    """CommonMark section 2.4: a backslash makes any ASCII punctuation mean itself."""
    return _PUNCTUATION.sub(lambda m: m[1] if m[1] in _HARMLESS else f"\\{m[1]}", text)


def _address(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace("\\", "%5C")
