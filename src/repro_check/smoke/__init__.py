"""The smoke test: does the committed checkpoint give the committed output on a fresh machine?

    from repro_check.smoke import smoke, spec_from_table

    spec = spec_from_table({"checkpoint": "ckpt/model.pt", "entry": "predict:predict", ...})
    report = smoke(Path("."), spec)

Only what is committed is used. The phases run in the order of `Phase`; the first red one ends the
test, and what comes after it is "not reached", never "passed".
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from repro_check.smoke.command import try_command
from repro_check.smoke.commit import Commit, read_commit
from repro_check.smoke.diagnosis import diagnose_install, diagnose_run
from repro_check.smoke.entry import try_entry
from repro_check.smoke.export import export_commit
from repro_check.smoke.journal import Journal, open_log
from repro_check.smoke.judge import judge_output, judge_repeats
from repro_check.smoke.notes import note_on_checkpoint, notes_on_commit, notes_on_run
from repro_check.smoke.result import (
    Diagnosis,
    Phase,
    PhaseResult,
    SmokeReport,
    StoppedError,
    Verdict,
)
from repro_check.smoke.runners.venv import VenvRunner
from repro_check.smoke.scene import Scene, last_traceback
from repro_check.smoke.spec import SmokeSpec, spec_from_table
from repro_check.smoke.static import check_committed
from repro_check.smoke.trial import Stage, Trial
from repro_check.smoke.workspace import workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from repro_check.smoke.runners import Runner

__all__ = [
    "Diagnosis",
    "Phase",
    "PhaseResult",
    "SmokeReport",
    "SmokeSpec",
    "Verdict",
    "smoke",
    "spec_from_table",
]


def smoke(
    root: Path,
    spec: SmokeSpec,
    *,
    runner: Runner | None = None,
    progress: Callable[[str], None] | None = None,
    keep: bool = False,
    clean: Callable[[str], str] = str,
) -> SmokeReport:
    """Run one smoke test on HEAD.

    Args:
        root: the project's folder, in a git repository.
        spec: what to run and what must come out.
        runner: where to run it; a fresh virtual environment by default.
        progress: called with one short line when a phase begins.
        clean: takes out of the log what must not be kept, such as secrets that a program printed.
        keep: leave the folder of the test behind; `SmokeReport.kept` names it.

    Raises:
        ReproCheckError: there is no repository, or nothing is committed.
        NotCheckedError: this machine cannot offer the environment that is asked for.
    """
    commit = read_commit(root)
    journal = Journal(open_log(commit, spec.name), progress, clean)
    journal.notes += notes_on_commit(commit)
    runner = runner or VenvRunner()
    diagnosis = None
    with workspace(keep=keep) as work, closing(runner):
        try:
            _run_phases(commit, spec, runner, work, journal)
        except StoppedError as stopped:
            diagnosis = stopped.diagnosis
        journal.write_end(diagnosis)
        return SmokeReport(
            name=spec.name,
            commit=commit.sha,
            phases=journal.results(),
            diagnosis=diagnosis,
            runner=runner.name,
            cannot_see=runner.cannot_see,
            notes=tuple(journal.notes),
            log=str(journal.log),
            kept=str(work) if keep else "",
        )


def _run_phases(
    commit: Commit, spec: SmokeSpec, runner: Runner, work: Path, journal: Journal
) -> None:
    """All phases in order, until one raises `StoppedError`."""
    with journal.phase(Phase.STATIC):
        _stop_if(check_committed(commit, spec))
    with journal.phase(Phase.EXPORT):
        journal.notes += export_commit(commit, work / "tree")
    with journal.phase(Phase.INSTALL):
        environment = runner.prepare(work / "tree" / commit.prefix, spec, work=work)
        stage = Stage(commit=commit, spec=spec, runner=runner, environment=environment, work=work)
        _judge_install(stage, journal)
    trial = _infer(stage, journal)
    with journal.phase(Phase.REPEAT):
        _stop_if(judge_repeats(trial.outputs, spec))
    with journal.phase(Phase.COMPARE):
        _stop_if(judge_output(trial.outputs[0], spec, stage.tree))
        if spec.expected is None:
            journal.skip(Phase.COMPARE, "no expected output is set; only NaN was looked for")


def _judge_install(stage: Stage, journal: Journal) -> None:
    outcome = stage.environment.install
    if outcome:
        journal.write_outcome(f"install {stage.spec.install}", outcome)
        if not outcome.ok:
            scene = Scene(text=f"{outcome.stdout}\n{outcome.stderr}", stage=stage)
            raise StoppedError(diagnose_install(outcome, scene))
    elif stage.spec.install is None:
        journal.skip(Phase.INSTALL, "no frozen requirements are set; nothing was installed")


def _infer(stage: Stage, journal: Journal) -> Trial:
    """Load, infer and repeat: one run, whose parts get verdicts of their own."""
    journal.say(Phase.LOAD)
    trial = try_entry(stage) if stage.spec.entry else try_command(stage)
    for number, outcome in enumerate(trial.outcomes, start=1):
        journal.write_outcome(f"run {number}", outcome)
    for phase, seconds in trial.seconds.items():
        journal.record(phase, Verdict.PASSED, seconds)
    sightings = stage.sightings()
    journal.notes += notes_on_run(sightings)
    one_step = "a command loads and infers in one step" if stage.spec.command else ""
    if failure := trial.failure:
        if one_step:
            journal.skip(Phase.LOAD, one_step)
        scene = Scene(text=last_traceback(failure.text), stage=stage, sightings=sightings)
        diagnosis = diagnose_run(failure, scene)
        early = failure.phase is not Phase.REPEAT
        guilty = (early and diagnosis.phase) or failure.phase
        journal.record(guilty, Verdict.FAILED, failure.outcome.seconds)
        raise StoppedError(diagnosis)
    if one_step:
        journal.record(Phase.LOAD, Verdict.PASSED, note=one_step)
    journal.notes += note_on_checkpoint(sightings, stage.spec)
    return trial


def _stop_if(diagnosis: Diagnosis | None) -> None:
    if diagnosis:
        raise StoppedError(diagnosis)
