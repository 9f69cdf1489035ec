"""The end of a report for people: the verdict, what was not checked, how often rules fired."""

from __future__ import annotations

from collections import Counter

from repro_check.findings import Report, Safety, Severity
from repro_check.render.visible import visible
from repro_check.render.wording import REPOSITORY
from repro_check.text import counted

HONESTY = "A clean check is no proof that the work can be reproduced."
_SHOWN_LINES = 20


def verdict(report: Report) -> str:
    """One sentence or two: what was found, or that nothing was; fixes that are at hand."""
    aside = _set_aside(report)
    if report.findings:
        return f"Found {_found(report)}{aside}.{_fixable(report)}"
    checked = f"{counted(report.files, 'file')} checked in {report.seconds:.2f} s"
    if report.not_checked:
        missing = counted(len(report.not_checked), "thing")
        were = "was" if len(report.not_checked) == 1 else "were"
        return f"Nothing found: {checked}{aside}, but {missing} {were} not checked."
    return f"All clear: {checked}{aside}."


def _found(report: Report) -> str:
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: ""}
    counts = [(report.count(severity), severity) for severity in nouns]
    return ", ".join(
        counted(number, nouns[severity]) if nouns[severity] else f"{number} info"
        for number, severity in counts
        if number
    )


def _set_aside(report: Report) -> str:
    kinds = {"suppressed": len(report.suppressed), "baselined": len(report.baselined)}
    words = ", ".join(f"{number} {kind}" for kind, number in kinds.items() if number)
    return f" ({words})" if words else ""


def _fixable(report: Report) -> str:
    safeties = Counter(finding.fix.safety for finding in report.findings if finding.fix)
    options = {Safety.SAFE: "with --fix", Safety.UNSAFE: "with --unsafe-fixes"}
    parts = [
        f"{safeties[safety]} {option}" for safety, option in options.items() if safeties[safety]
    ]
    if not parts:
        return ""
    parts[0] = parts[0].replace(" ", " fixable ", 1)
    return f" {', '.join(parts)}."


def not_checked_lines(report: Report) -> list[str]:
    """`Not checked:` and, under each reason, the paths; at most 20 lines and how many more."""
    by_reason: dict[str, list[str]] = {}
    for item in report.not_checked:
        reason = visible(item.reason) + (" (required)" if item.required else "")
        by_reason.setdefault(reason, []).append(visible(item.path) or REPOSITORY)
    lines: list[str] = []
    shown = 0
    for reason, paths in by_reason.items():
        room = _SHOWN_LINES - len(lines) - 1
        if room < 1:
            break
        lines += [f"  {reason}:", *(f"    {path}" for path in paths[:room])]
        shown += min(len(paths), room)
    if not lines:
        return []
    more = len(report.not_checked) - shown
    return ["Not checked:", *lines, *([f"  and {more} more"] if more else [])]


def stale_baseline_line(report: Report) -> str:
    """How many baseline entries match nothing any more, and how to drop them; or ""."""
    if not report.stale_baseline:
        return ""
    entries = (
        "1 baseline entry matches"
        if report.stale_baseline == 1
        else (f"{report.stale_baseline} baseline entries match")
    )
    return f"{entries} nothing any more: run `repro-check baseline update` to drop what is mended."


def statistics_lines(report: Report) -> list[str]:
    """How often each rule fired, the most frequent first."""
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    width = len(str(max(counts.values(), default=0)))
    return [
        f"{number:>{width}}  {visible(code)}  {visible(name)}"
        for (code, name), number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
