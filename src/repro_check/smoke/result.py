"""What a smoke test says: one verdict for each phase, and one sentence on the first red one."""

from __future__ import annotations

import enum

import msgspec


class Phase(enum.Enum):
    """The steps of a smoke test, in the order in which they run."""

    STATIC = "static"
    EXPORT = "export"
    INSTALL = "install"
    LOAD = "load"
    INFER = "infer"
    REPEAT = "repeat"
    COMPARE = "compare"


class Verdict(enum.Enum):
    """How a phase, or the whole smoke test, ended; only `PASSED` means that it was seen to work."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not reached"
    NOT_CHECKED = "not checked"


class PhaseResult(msgspec.Struct, frozen=True):
    """One phase: its verdict, the seconds it took, and why it was not checked, if so."""

    phase: Phase
    verdict: Verdict
    seconds: float = 0.0
    note: str = ""


class Diagnosis(msgspec.Struct, frozen=True):
    """Why another person's run would fail.

    Attributes:
        sentence: what is wrong and where it comes from.
        fix: what to write instead.
        place: `path:line` in the repository, or "" where unknown.
        phase: the phase at fault, where the cause tells it; None leaves it to the phase that ran.
    """

    sentence: str
    fix: str = ""
    place: str = ""
    phase: Phase | None = None


class SmokeReport(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one smoke test.

    Attributes:
        name: the name of the `SmokeSpec`.
        commit: the full hash of the commit that was tested.
        phases: every phase once, in order; what came after the first red one is "not reached".
        diagnosis: why it failed; None when it did not.
        runner: which runner ran it.
        cannot_see: what that runner is blind to, one clause each.
        notes: what was not checked or is worth knowing, one sentence each.
        log: the path of the full log.
        kept: the folder that was left behind on request, or "".
    """

    name: str
    commit: str
    phases: tuple[PhaseResult, ...]
    diagnosis: Diagnosis | None
    runner: str
    cannot_see: tuple[str, ...]
    notes: tuple[str, ...]
    log: str
    kept: str = ""

    @property
    def verdict(self) -> Verdict:
        """Failed if a phase failed, else not checked if one was not, else passed."""
        verdicts = {result.verdict for result in self.phases}
        if verdicts & {Verdict.FAILED, Verdict.NOT_REACHED}:
            return Verdict.FAILED
        return Verdict.NOT_CHECKED if Verdict.NOT_CHECKED in verdicts else Verdict.PASSED

    def of(self, phase: Phase) -> PhaseResult:
        """The result of one phase."""
        return next(result for result in self.phases if result.phase is phase)


class StoppedError(Exception):
    """A phase failed for a reason that is known: carries the diagnosis to where it is recorded."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self.diagnosis = diagnosis
        super().__init__(diagnosis.sentence)
