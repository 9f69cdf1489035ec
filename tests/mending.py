"""Mend a made repository, the way `--unsafe-fixes` does, and see that it holds."""

from __future__ import annotations

import ast

from checking import check, codes
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes, write
from repro_check.findings import Finding, Safety


def mended(repo: Repo, code: str) -> dict[str, str]:
    """The files that the fixes of a rule change, and their new texts.

    There is a finding, every fix is unsafe, what is changed parses, a finding with a fix is gone, and fixing twice
    changes nothing.
    """
    findings = check(repo.root, code).findings
    assert findings
    assert {finding.fix.safety for finding in findings if finding.fix} <= {Safety.UNSAFE}
    paths = _apply(findings, repo)
    for path in paths:
        ast.parse(repo.text(path))
    if paths and all(finding.fix for finding in findings):
        again = check(repo.root, code)
        assert codes(again) == []
    assert _apply(check(repo.root, code).findings, repo) == []
    return {path: repo.text(path) for path in paths}


def _apply(findings: tuple[Finding, ...], repo: Repo) -> list[str]:
    planned = plan_fixes(findings, lambda path: (repo.root / path).read_bytes(), frozenset(Safety))
    changes = list(planned)
    for change in changes:
        assert isinstance(change, Change), change
        write(change, repo.root)
    return [change.path for change in changes if isinstance(change, Change)]
