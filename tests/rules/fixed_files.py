"""Fix a made repository with one rule, and see to it that the fix keeps its promises."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from checking import check, codes
from conftest import Repo

from repro_check.engine.fix import Change, plan_fixes, write
from repro_check.findings import Safety

_RUNS = """
import json, runpy, sys

for arguments in json.loads(sys.argv[1]):
    sys.argv = ["train.py", *arguments]
    runpy.run_path("train.py", run_name="__main__")
"""


def fix(repo: Repo, code: str) -> dict[str, str]:
    """Apply the fixes of a rule: the files that they change, by path, as they are then.

    The findings have to be gone, fixing again must change nothing, and Python has to parse.
    """
    changed = _fix_once(repo, code)
    assert code not in codes(check(repo.root, code))
    assert not _fix_once(repo, code)
    for path, text in changed.items():
        if path.endswith(".py"):
            ast.parse(text)
    return changed


def has_fix(repo: Repo, code: str) -> bool:
    """Whether the one finding of a rule has a fix, which has to be marked as unsafe."""
    (finding,) = check(repo.root, code).findings
    assert finding.fix is None or finding.fix.safety is Safety.UNSAFE
    return finding.fix is not None


def _fix_once(repo: Repo, code: str) -> dict[str, str]:
    report = check(repo.root, code)
    planned = list(
        plan_fixes(report.findings, lambda path: (repo.root / path).read_bytes(), frozenset(Safety))
    )
    changes = [each for each in planned if isinstance(each, Change)]
    assert changes == planned, planned
    for each in changes:
        write(each, repo.root)
    return {each.path: repo.text(each.path) for each in changes}


def run_script(folder: Path, *runs: Sequence[str]) -> list[str]:
    """What `train.py` prints when it is run with these arguments, one run after the other.

    All runs share one process, since importing torch takes longer than they do.
    """
    command = (sys.executable, "-c", _RUNS, json.dumps(runs))
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
