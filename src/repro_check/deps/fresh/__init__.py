"""Does a lock still install? Tried in a fresh environment, over the network, within a time limit.

    from repro_check.deps.fresh import Request, check_fresh

    answer = check_fresh(root, lock_path, lock_facts, Request(), progress=print)

Everything happens in a temporary folder, the cache included, which is gone at the end, whatever the end
is. Only wheels are installed unless building is allowed: to build a package is to run its code.
"""

from __future__ import annotations

from repro_check.deps.fresh.checking import check_fresh
from repro_check.deps.fresh.findings import FRESH_RULES, as_findings
from repro_check.deps.fresh.model import Answer, Problem, Request, Trouble

__all__ = [
    "FRESH_RULES",
    "Answer",
    "Problem",
    "Request",
    "Trouble",
    "as_findings",
    "check_fresh",
]
