"""For a person at a terminal: the line with the place marked, why it matters, what to write."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from repro_check.findings import Confidence, Finding, Report, Safety
from repro_check.render import footer
from repro_check.render.ansi import BLUE, BOLD, CYAN, SEVERITY_COLOR, link, paint
from repro_check.render.snippet import snippet
from repro_check.render.visible import defuse, visible
from repro_check.render.wording import is_fixable, place, severity_of, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_check.render.style import Physical, Style


def render(report: Report, style: Style, physical: Physical) -> str:  # noqa: ARG001
    """Findings as blocks, then the footer."""
    lines = [line for finding in report.findings for line in _block(finding, report, style)]
    if style.footer:
        lines += _footer(report, style)
    return defuse("".join(f"{line}\n" for line in lines))


def _block(finding: Finding, report: Report, style: Style) -> Iterator[str]:
    yield _head(finding, report, style)
    span = finding.location.span
    number = str(span.line) if span and finding.source else ""
    margin = " " * (len(number) or 1)
    bar = paint("|", BLUE, style)
    if span and finding.source:
        color = SEVERITY_COLOR[severity_of(finding, report)]
        shown = snippet(finding.source, span, max(style.width - len(number) - 3, 20))
        mark = paint("^" * shown.length, color, style)
        yield f"{margin} {bar}"
        yield f"{paint(number, BLUE, style)} {bar} {shown.text}".rstrip()
        yield f"{margin} {bar} {' ' * shown.before}{mark}"
    for label, text in _notes(finding):
        yield from _note(label, text, margin, style)
    yield ""


def _head(finding: Finding, report: Report, style: Style) -> str:
    severity = severity_of(finding, report)
    color = SEVERITY_COLOR[severity]
    code = link(paint(visible(finding.code), color, style), url_of(finding.code, report), style)
    marker = f" {paint('[*]', CYAN, style)}" if is_fixable(finding) else ""
    words = f"{paint(f'{severity.label}:', color, style)} {visible(finding.message)}"
    name = f" ({visible(finding.name)})" if finding.name else ""
    return f"{paint(place(finding.location), BOLD, style)}: {code}{marker} {words}{name}"


def _notes(finding: Finding) -> Iterator[tuple[str, str]]:
    for related in finding.related:
        yield "note", f"{place(related.location)}: {visible(related.message)}"
    if finding.help:
        yield "help", finding.help
    if finding.fix:
        option = "--fix" if finding.fix.safety is Safety.SAFE else "--unsafe-fixes"
        yield "fix", f"{finding.fix.title} ({option})"
    if finding.confidence is not Confidence.HIGH:
        yield "confidence", finding.confidence.label


def _note(label: str, text: str, margin: str, style: Style) -> Iterator[str]:
    """`= label: text`, wrapped; lines of the text (an example in a help) stay lines."""
    start = f"{margin} = {label}: "
    indent = " " * len(start)
    room = max(style.width - len(start), 20)
    wrapped: list[str] = []
    for line in text.split("\n"):
        inner = " " * (len(line) - len(line.lstrip(" ")))
        wrapped += textwrap.wrap(
            visible(line.rstrip()),
            room,
            subsequent_indent=inner,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    painted = f"{margin} {paint('=', BLUE, style)} {paint(f'{label}:', BOLD, style)} "
    for number, line in enumerate(wrapped):
        yield ((indent if number else painted) + line).rstrip()


def _footer(report: Report, style: Style) -> Iterator[str]:
    if style.statistics and report.findings:
        yield from [*footer.statistics_lines(report), ""]
    yield paint(footer.verdict(report), BOLD, style)
    if not report.findings:
        yield footer.HONESTY
    elif report.findings[0].code:
        yield f"More on a rule: repro-check rule {visible(report.findings[0].code)}"
    if stale := footer.stale_baseline_line(report):
        yield stale
    yield from footer.not_checked_lines(report)
