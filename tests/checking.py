"""Run the checks in this process, the way the command does."""

from __future__ import annotations

from pathlib import Path

from repro_check.engine import Scope, Session, run, select_rules
from repro_check.engine.mishaps import traces
from repro_check.findings import Finding, Report
from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Stage
from repro_check.settings import Settings, load_settings, override
from repro_check.sources.discovery import discover

ALL_STAGES = frozenset({Stage.FILE, Stage.REPOSITORY, Stage.DATA})


def check(
    root: Path,
    *select: str,
    stages: frozenset[Stage] = ALL_STAGES,
    paths: tuple[str, ...] = (),
    message: Path | None = None,
    settings: Settings | None = None,
    is_staged: bool = False,
) -> Report:
    """The report on a folder, with only these rules (none: the defaults), none of which may fail."""
    chosen = settings or load_settings(root, root).settings
    chosen = override(chosen, select=select or None, cache=False)
    session = Session(discover(root, is_staged=is_staged, exclude=chosen.exclude), chosen)
    rules = select_rules(load_rules(), chosen)
    report = run(session, rules, Scope(paths=paths, stages=stages, message=message))
    assert not traces(report), traces(report)[0]
    return report


def codes(report: Report) -> list[str]:
    """The codes of the standing findings, in order."""
    return [finding.code for finding in report.findings]


def places(report: Report) -> list[str]:
    """The findings as `path:line:column code` (in a notebook `path:cell N:line:column code`)."""
    return [place(finding) for finding in report.findings]


def place(finding: Finding) -> str:
    """One finding as `path:line:column code`."""
    where = finding.location
    cell = f"cell {where.cell}:" if where.cell else ""
    span = where.span
    at = f"{span.line}:{span.column}" if span else "-"
    return f"{where.path}:{cell}{at} {finding.code}"
