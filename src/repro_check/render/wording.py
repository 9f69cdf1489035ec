"""The words that several formats share: places, severities, links."""

from __future__ import annotations

import re

from repro_check.findings import Finding, Location, Report, Safety, Severity
from repro_check.render.visible import visible

REPOSITORY = "(repository)"
_WEB_ADDRESS = re.compile(r"https?://[!-~]+")


def place(location: Location) -> str:
    """`path:line:column`, `nb.ipynb:cell 3:2:5`, `path`, or `(repository)`; escaped."""
    parts = [visible(location.path) or REPOSITORY]
    if location.cell is not None:
        parts.append(f"cell {location.cell}")
    if location.span is not None:
        parts += [str(location.span.line), str(location.span.column)]
    return ":".join(parts)


def cell_words(location: Location) -> str:
    """`cell 3, line 2` for a place in a notebook, else ""."""
    if location.cell is None:
        return ""
    line = f", line {location.span.line}" if location.span else ""
    return f"cell {location.cell}{line}"


def severity_of(finding: Finding, report: Report) -> Severity:
    """The finding's severity; its rule's where the finding was not given one."""
    if finding.severity is not None:
        return finding.severity
    rule = report.rules.get(finding.code)
    return rule.severity if rule else Severity.WARNING


def url_of(code: str, report: Report) -> str:
    """The address of the rule's page, or "" if there is none or it is no plain web address."""
    rule = report.rules.get(code)
    return rule.url if rule and _WEB_ADDRESS.fullmatch(rule.url) else ""


def is_fixable(finding: Finding) -> bool:
    """Whether `--fix` alone would mend it."""
    return finding.fix is not None and finding.fix.safety is Safety.SAFE
