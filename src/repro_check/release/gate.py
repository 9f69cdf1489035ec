"""Run the gate, check by check; a check that cannot be made never reads as passed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from repro_check.data import State
from repro_check.data.repository import means_of, verify_all
from repro_check.engine import Scope, Session, run
from repro_check.engine.outcome import fails
from repro_check.errors import ReproCheckError
from repro_check.release.checks import CheckResult, Outcome
from repro_check.rules.rule import Rule, Stage
from repro_check.secrets.baseline import accepted_secrets
from repro_check.secrets.history import scan_history
from repro_check.secrets.scrub import scrub
from repro_check.smoke import Verdict, smoke, spec_from_table
from repro_check.sources import git
from repro_check.text import counted

Progress = Callable[[str], None]
_RULE_STAGES = frozenset({Stage.FILE, Stage.REPOSITORY, Stage.RELEASE})
_HISTORY_RULE = "SEC002"


class GateReport(msgspec.Struct, frozen=True):
    """All checks of one gate, in order."""

    root: str
    checks: tuple[CheckResult, ...]

    @property
    def exit_code(self) -> int:
        """1 if a check failed, else 3 if one could not be made, else 0."""
        outcomes = {check.outcome for check in self.checks}
        if Outcome.FAILED in outcomes:
            return 1
        return 3 if Outcome.NOT_CHECKED in outcomes else 0


class GateInput(msgspec.Struct, frozen=True):
    """What the checks look at.

    Attributes:
        session: the opened repository.
        rules: the rules of the release profile.
        smoke_folder: where paths in the smoke tables begin.
        smoke_where: the place of the smoke tables, for errors.
        skip: names of checks to leave out; each is shown as not checked.
    """

    session: Session
    rules: Sequence[Rule]
    smoke_folder: Path
    smoke_where: str
    skip: frozenset[str] = frozenset()


def run_gate(given: GateInput, progress: Progress) -> GateReport:
    """Make every check; one that raises an error of ours is "not checked", with its words."""
    checks = []
    for name, check in _CHECKS.items():
        started = time.perf_counter()
        progress(f"{name} …")
        if name in given.skip:
            result = _not_checked(name, "left out by --skip")
        else:
            try:
                result = check(name, given, progress)
            except ReproCheckError as error:
                result = _not_checked(name, error.what, (str(error),))
        seconds = time.perf_counter() - started
        checks.append(msgspec.structs.replace(result, seconds=seconds))
    return GateReport(str(given.session.tree.root), tuple(checks))


def _commit(name: str, given: GateInput, _progress: Progress) -> CheckResult:
    """Is what lies here what was committed?"""
    tree = given.session.tree
    if not tree.is_git:
        return _not_checked(name, "not a git repository")
    if not git.has_commit(tree.root):
        return _not_checked(name, "nothing is committed yet")
    changed = git.changed_paths(tree.root)
    if changed:
        details = tuple(f"{path}: not committed" for path in changed)
        return _failed(name, f"{counted(len(changed), 'file')} not as committed", details)
    return _passed(name, "the work tree is what was committed")


def _rules(name: str, given: GateInput, _progress: Progress) -> CheckResult:
    rules = [rule for rule in given.rules if rule.code != _HISTORY_RULE]
    report = run(given.session, rules, Scope(stages=_RULE_STAGES))
    bad = [finding for finding in report.findings if fails(finding, given.session.settings)]
    details = [f"{f.location.label}: {f.code} {f.message}" for f in report.findings]
    details += [f"{item.path}: not checked: {item.reason}" for item in report.not_checked]
    accepted = (
        f", {len(report.baselined)} more accepted in the baseline" if report.baselined else ""
    )
    if bad:
        return _failed(name, counted(len(bad), "finding") + accepted, tuple(details))
    if report.not_checked:
        things = counted(len(report.not_checked), "thing")
        return _not_checked(name, f"{things} could not be checked{accepted}", tuple(details))
    summary = f"{counted(len(rules), 'rule')} on {counted(report.files, 'file')}{accepted}"
    return _passed(name, summary, tuple(details))


def _data(name: str, given: GateInput, progress: Progress) -> CheckResult:
    project = given.session.project
    checked = list(
        verify_all(
            project,
            means=means_of(project),
            announce=lambda config, declared: progress(f"{config}: {declared.name}"),
        )
    )
    if not checked:
        return _passed(name, "no config declares data with a digest")
    bad = [item for item in checked if item.verdict.state is State.MISMATCH]
    unseen = [item for item in checked if item.verdict.state not in {State.MATCH, State.MISMATCH}]
    details = tuple(
        f"{item.config}: {item.verdict.declaration.name}: "
        + (item.verdict.reason or f"recorded {item.verdict.recorded}, found {item.verdict.actual}")
        for item in (*bad, *unseen)
    )
    if bad:
        return _failed(name, f"{len(bad)} of {counted(len(checked), 'data set')} changed", details)
    if unseen:
        return _not_checked(name, f"{len(unseen)} of {len(checked)} could not be read", details)
    return _passed(
        name, f"the data are those that the configs record ({counted(len(checked), 'data set')})"
    )


def _history(name: str, given: GateInput, progress: Progress) -> CheckResult:
    """Does anything that git remembers hold a secret?"""
    session, tree = given.session, given.session.tree
    rules = [rule for rule in given.rules if rule.code == _HISTORY_RULE]
    if not tree.is_git:
        return _not_checked(name, "not a git repository")
    if not rules:
        return _not_checked(name, f"{_HISTORY_RULE} is switched off")
    # the rule cannot tell how far it is; what is scanned here it finds in the cache
    history = scan_history(
        tree.root,
        progress=lambda done, total: progress(f"history: {done:,} of {total:,} file versions"),
        baseline=accepted_secrets(session.project),
        state=session.project.state_folder if session.settings.cache else None,
    )
    report = run(session, rules, Scope(stages=frozenset({Stage.RELEASE})))
    bad = [finding for finding in report.findings if fails(finding, session.settings)]
    details = [f"{f.location.label}: {f.message}. {f.help}" for f in report.findings]
    details += [
        f"{item.path or '(repository)'}: not checked: {item.reason}" for item in history.not_checked
    ]
    details += [
        f"{path}: not looked into: a submodule, with a history of its own"
        for path in history.submodules
    ]
    versions = counted(history.blobs, "file version")
    if bad:
        summary = f"{counted(len(bad), 'secret')} in {versions}"
        return _failed(name, summary, tuple(details))
    if history.not_checked:
        things = counted(len(history.not_checked), "thing")
        return _not_checked(name, f"{things} could not be checked", tuple(details))
    return _passed(name, f"no secret in {versions}", tuple(details))


def _smoke(name: str, given: GateInput, progress: Progress) -> CheckResult:
    tables = given.session.settings.smoke
    if not tables:
        return _not_checked(name, "there is no [tool.repro-check.smoke]")
    details: list[str] = []
    verdicts = set()
    for table in tables:
        spec = spec_from_table(table, where=given.smoke_where)
        report = smoke(given.smoke_folder, spec, progress=progress, clean=scrub)
        verdicts.add(report.verdict)
        if report.diagnosis is not None:
            place_of = f"{report.diagnosis.place}: " if report.diagnosis.place else ""
            details.append(f"{report.name}: {place_of}{report.diagnosis.sentence}")
            details.append(f"  {report.diagnosis.fix}")
        details.extend(f"{report.name}: {note}" for note in report.notes)
    if Verdict.FAILED in verdicts:
        return _failed(name, "the checkpoint does not run elsewhere", tuple(details))
    if verdicts != {Verdict.PASSED}:
        return _not_checked(name, "not all phases could be run", tuple(details))
    return _passed(name, "the checkpoint gives its recorded output", tuple(details))


_CHECKS: dict[str, Callable[[str, GateInput, Progress], CheckResult]] = {
    "commit": _commit,
    "rules": _rules,
    "data": _data,
    "history": _history,
    "smoke": _smoke,
}
CHECK_NAMES = tuple(_CHECKS)


def _passed(name: str, summary: str, details: tuple[str, ...] = ()) -> CheckResult:
    return CheckResult(name=name, outcome=Outcome.PASSED, summary=summary, details=details)


def _failed(name: str, summary: str, details: tuple[str, ...]) -> CheckResult:
    return CheckResult(name=name, outcome=Outcome.FAILED, summary=summary, details=details)


def _not_checked(name: str, summary: str, details: tuple[str, ...] = ()) -> CheckResult:
    return CheckResult(name=name, outcome=Outcome.NOT_CHECKED, summary=summary, details=details)
