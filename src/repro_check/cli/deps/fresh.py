"""`repro-check deps check --fresh`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from repro_check.cli.progress import progress
from repro_check.deps.container.choosing import frozen_files, main_lock
from repro_check.deps.fresh import FRESH_RULES, Request, as_findings, check_fresh
from repro_check.engine import Session
from repro_check.engine.fingerprint import with_fingerprints
from repro_check.findings import Finding, NotChecked, Report
from repro_check.project.environment import Lock
from repro_check.project.project import Project


class FreshOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to install: see `Request`."""

    allow_builds: bool
    python: str
    seconds: float


def with_fresh(
    session: Session, report: Report, options: FreshOptions, paths: Sequence[str]
) -> Report:
    """A report with what became of a fresh installation.

    Args:
        session: the opened repository.
        report: on the same repository.
        options: how to install.
        paths: files and folders whose locks are meant, relative to the root; () is the main one.
    """
    project = session.project
    locks = _locks(project, paths)
    found: list[Finding] = []
    unknown: list[NotChecked] = []
    if not locks:
        reason = "there is no lock to install; `repro-check deps freeze` makes one"
        unknown.append(NotChecked("", reason, required=True))
    request = Request(
        seconds=options.seconds, allow_builds=options.allow_builds, python=options.python
    )
    with progress(patience=0) as show, _ended_in_order():
        for lock in locks:
            answer = check_fresh(project.root, lock.path, lock.facts, request, show)
            text = project.text_at(lock.path) or ""
            found += as_findings(lock.path, text, lock.facts, answer)
            unknown += (NotChecked(lock.path, f"not installed: {why}") for why in answer.not_tried)
            if answer.not_checked:
                reason = f"could not be installed: {answer.not_checked}"
                unknown.append(NotChecked(lock.path, reason, required=True))
    findings = [*report.findings, *with_fingerprints(found)]
    findings.sort(key=lambda finding: (finding.location.sort_key, finding.code))
    return msgspec.structs.replace(
        report,
        findings=tuple(findings),
        not_checked=(*report.not_checked, *unknown),
        rules={**report.rules, **FRESH_RULES},
    )


def _locks(project: Project, paths: Sequence[str]) -> list[Lock]:
    if not paths or "." in paths or "" in paths:
        lock = main_lock(project)
        return [] if lock is None else [lock]
    named = {path.rstrip("/") for path in paths}
    folders = tuple(f"{path}/" for path in named)
    return [
        lock
        for lock in frozen_files(project)
        if lock.path in named or lock.path.startswith(folders)
    ]


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let a request to end raise, as Ctrl-C does, so that nothing is left behind."""

    def end(*_: object) -> None:
        sys.exit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
