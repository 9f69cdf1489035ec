"""One finding a line, for editors, grep and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_check.render import footer
from repro_check.render.ansi import BOLD, SEVERITY_COLOR, link, paint
from repro_check.render.visible import defuse, visible
from repro_check.render.wording import REPOSITORY, place, severity_of, url_of

if TYPE_CHECKING:
    from repro_check.findings import Finding, NotChecked, Report
    from repro_check.render.style import Physical, Style


def render(report: Report, style: Style, physical: Physical) -> str:  # noqa: ARG001
    """`path:line:column: CODE message` for each finding, then one line of summary."""
    lines = [_line(finding, report, style) for finding in report.findings]
    if style.footer:
        if style.statistics:
            lines += footer.statistics_lines(report)
        lines += [_unchecked(item) for item in report.not_checked if item.required]
        lines.append(_summary(report))
    return defuse("".join(f"{line}\n" for line in lines))


def _line(finding: Finding, report: Report, style: Style) -> str:
    color = SEVERITY_COLOR[severity_of(finding, report)]
    code = link(paint(visible(finding.code), color, style), url_of(finding.code, report), style)
    where = paint(place(finding.location), BOLD, style)
    return f"{where}: {code} {visible(finding.message)}"


def _unchecked(item: NotChecked) -> str:
    return f"{visible(item.path) or REPOSITORY}: not checked: {visible(item.reason)}"


def _summary(report: Report) -> str:
    sentences = [footer.verdict(report)]
    if not report.findings:
        sentences.append(footer.HONESTY)
    elif report.not_checked:
        sentences.append(f"{len(report.not_checked)} not checked.")
    sentences.append(footer.stale_baseline_line(report))
    return " ".join(filter(None, sentences))
