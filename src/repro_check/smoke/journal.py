"""Keeps the verdict of each phase, tells the caller what goes on, and writes the log."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from repro_check.smoke.result import Diagnosis, Phase, PhaseResult, StoppedError, Verdict

if TYPE_CHECKING:
    from repro_check.programs import Outcome
    from repro_check.smoke.commit import Commit

Progress = Callable[[str], None]

DOING = {
    Phase.STATIC: "looking at the commit",
    Phase.EXPORT: "copying the committed files",
    Phase.INSTALL: "making a fresh environment",
    Phase.LOAD: "loading and inferring",
    Phase.COMPARE: "comparing the output",
}


class Journal:
    """The record of one smoke test.

    Args:
        log: where to write the log.
        progress: called with one short line when a phase begins.
        clean: takes out of the log what must not be kept, such as secrets that a program printed.
    """

    def __init__(
        self, log: Path, progress: Progress | None, clean: Callable[[str], str] = str
    ) -> None:
        self._clean = clean
        self.log = log
        self.notes: list[str] = []
        self._progress = progress
        self._results: dict[Phase, PhaseResult] = {}

    @contextmanager
    def phase(self, phase: Phase) -> Iterator[None]:
        """Time a phase: it passes if the block ends, and fails if it raises `StoppedError`."""
        self.say(phase)
        began = time.monotonic()
        before = self._results.get(phase)
        try:
            yield
        except StoppedError:
            self.record(phase, Verdict.FAILED, time.monotonic() - began)
            raise
        if self._results.get(phase) is before:
            spent = before.seconds if before else time.monotonic() - began
            self.record(phase, Verdict.PASSED, spent)

    def say(self, phase: Phase) -> None:
        """Tell the caller which phase begins."""
        if self._progress and phase in DOING:
            self._progress(DOING[phase])

    def record(self, phase: Phase, verdict: Verdict, seconds: float = 0.0, note: str = "") -> None:
        """Note the verdict of a phase; a later one replaces it."""
        self._results[phase] = PhaseResult(phase, verdict, seconds, note)

    def skip(self, phase: Phase, note: str) -> None:
        """Note that a phase could not be checked, and why."""
        self.record(phase, Verdict.NOT_CHECKED, note=note)

    def results(self) -> tuple[PhaseResult, ...]:
        """Every phase in order; what has no verdict was not reached."""
        missing = Verdict.NOT_REACHED
        return tuple(self._results.get(phase, PhaseResult(phase, missing)) for phase in Phase)

    def write(self, title: str, text: str) -> None:
        """Add a section to the log."""
        with self.log.open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"== {title}\n{self._clean(text.rstrip())}\n\n")

    def write_outcome(self, title: str, outcome: Outcome) -> None:
        """Add what a program wrote to the log."""
        head = f"{outcome.ending.value}, exit code {outcome.code}, {outcome.seconds:.1f} s"
        self.write(title, f"{head}\n-- stdout\n{outcome.stdout}\n-- stderr\n{outcome.stderr}")

    def write_end(self, diagnosis: Diagnosis | None) -> None:
        """Add the verdicts and the diagnosis to the log."""
        lines = [f"{r.phase.value}: {r.verdict.value} ({r.seconds:.1f} s)" for r in self.results()]
        if diagnosis:
            lines += [diagnosis.place, diagnosis.sentence, diagnosis.fix]
        self.write("verdict", "\n".join([*lines, *self.notes]))


def open_log(commit: Commit, name: str) -> Path:
    """An empty log file in git's own folder, or among the temporary files if that is read-only."""
    folder = commit.git_dir / "repro-check"
    log = folder / f"smoke-{name}.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log.write_text(f"commit {commit.sha}\n\n", encoding="utf-8")
    except OSError:
        handle, fallback = tempfile.mkstemp(prefix=f"repro-check-smoke-{name}-", suffix=".log")
        with open(handle, "w", encoding="utf-8") as file:
            file.write(f"commit {commit.sha}\n\n")
        log = Path(fallback)
    return log
