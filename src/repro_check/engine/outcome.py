"""What a report means for the caller: the exit code, the same in every format."""

from __future__ import annotations

from repro_check.findings import Finding, Report
from repro_check.settings import Settings


def exit_code(report: Report, settings: Settings, *, strict: bool) -> int:
    """0, 1 or 3, as the command line documents them.

    Args:
        report: of the run.
        settings: with `fail-on` and `fail-confidence`.
        strict: whether anything unchecked counts, and not only what was required.
    """
    if any(fails(finding, settings) for finding in report.findings):
        return 1
    if any(strict or item.required for item in report.not_checked):
        return 3
    return 0


def fails(finding: Finding, settings: Settings) -> bool:
    """Whether a finding is severe and sure enough to fail a run."""
    least = settings.fail_severity
    if least is None or finding.severity is None:
        return False
    return finding.severity >= least and finding.confidence >= settings.failing_confidence
