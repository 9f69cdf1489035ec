"""The release gate: everything that must hold before other people get the work."""

from __future__ import annotations

from repro_check.release.checks import CheckResult, Outcome
from repro_check.release.gate import GateReport, run_gate

__all__ = ["CheckResult", "GateReport", "Outcome", "run_gate"]
