"""The engine: files in, report out.

`open_session` finds the files, `run` asks the rules, `plan_fixes` mends; each is one call, and nothing
flows back.
"""

from __future__ import annotations

from repro_check.engine.run import Scope, Session, run
from repro_check.engine.selection import select_rules

__all__ = ["Scope", "Session", "run", "select_rules"]
