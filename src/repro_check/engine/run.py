"""One run of the checks, from paths to a report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from repro_check.engine.baseline import Accepted, accept, read_baseline
from repro_check.engine.cache import Cache, code_digest
from repro_check.engine.fingerprint import with_fingerprints
from repro_check.engine.outcomes import Asked, findings, shown
from repro_check.engine.places import Places
from repro_check.engine.selection import fits
from repro_check.engine.store import FactsStore, package_folder
from repro_check.engine.subjects import Subjects
from repro_check.engine.suppress import Suppression, settle
from repro_check.findings import Finding, NotChecked, Report, Severity
from repro_check.project.files import SuppressionsFile
from repro_check.project.project import Project
from repro_check.rules.registry import load_rules
from repro_check.rules.rule import Rule, Stage
from repro_check.settings import Settings
from repro_check.sources.discovery import Tree
from repro_check.sources.ignored import patterns
from repro_check.sources.kinds import Kind, kind_of
from repro_check.sources.state import state_folder


class Scope(msgspec.Struct, frozen=True, dict=True):
    """What a run looks at.

    Attributes:
        paths: files and folders relative to the root whose findings are wanted; () is everything.
        stages: the stages of rules that run.
        message: path of a commit message file, for the stage of that name.
    """

    paths: tuple[str, ...] = ()
    stages: frozenset[Stage] = frozenset({Stage.FILE, Stage.REPOSITORY, Stage.DATA})
    message: Path | None = None

    def includes(self, path: str) -> bool:
        """Whether findings in a file are wanted; "" stands for the repository."""
        if not self.paths or not path:
            return True
        return path in self._named or path.startswith(self._folders)

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(self.paths)

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        return tuple(f"{item}/" for item in self.paths)


class Session:
    """The opened repository of one run: its tree, its facts and its project."""

    def __init__(self, tree: Tree, settings: Settings) -> None:
        self.tree = tree
        self.settings = settings
        path = None
        if settings.cache:
            folders = [package_folder() / name for name in ("sources", "secrets")]
            path = state_folder(tree.root) / f"facts-{code_digest(folders)}.bin"
        self.store = FactsStore(tree, Cache(path), limit=settings.max_file_size)
        self.project = Project(tree, settings, self.store)
        self.places = Places(tree.get, self.store.content)


def run(
    session: Session,
    rules: Sequence[Rule],
    scope: Scope,
    progress: Callable[[str], None] = lambda _message: None,
) -> Report:
    """Check a repository.

    Args:
        session: the opened repository.
        rules: the selected rules, sorted by code.
        scope: which of its files and stages are looked at.
        progress: told what is being done, for runs that take long.

    Returns:
        Findings sorted by place, those set aside, and what was not checked. The report is a pure
        function of the tree's content, the settings and the scope, but for its seconds.
    """
    started = time.perf_counter()
    running = [rule for rule in rules if rule.stage in scope.stages]
    active = tuple(rule for rule in running if SuppressionsFile not in rule.subjects)
    files = [file for file in session.tree.files if scope.includes(file.path)]
    subjects = Subjects(session.project, session.store, files, scope.message)
    asked = Asked(active, subjects, scope.includes, is_whole=not scope.paths)
    found = findings(asked, session.project, session.store, session.places, progress)
    found.sort(key=lambda finding: (finding.location.sort_key, finding.code, finding.message))
    judging = [rule for rule in running if SuppressionsFile in rule.subjects]
    paths = None if judging else frozenset(finding.location.path for finding in found)
    suppressions = list(subjects.suppressions(paths))
    settled = settle(found, suppressions, _names_rule(rules))
    standing = [*settled.standing]
    for rule in judging:
        unused = _unused(suppressions, settled.used, active, session.settings)
        about = list(subjects.suppression_findings(rule, suppressions, unused))
        told = (item for item in about if isinstance(item, Finding))
        standing.extend(shown(told, session.places))
        session.store.learn(notes=[item for item in about if isinstance(item, NotChecked)])
    standing.sort(key=lambda finding: (finding.location.sort_key, finding.code))
    is_wanted = _wanted_findings(session.settings, rules)
    accepted = read_baseline(session.tree.root / session.settings.baseline)
    marked = list(with_fingerprints(filter(is_wanted, standing)))
    baselined = [finding for finding in marked if accept(finding) in accepted]
    session.store.save()
    return Report(
        root=str(session.tree.root),
        findings=tuple(finding for finding in marked if accept(finding) not in accepted),
        suppressed=tuple(with_fingerprints(filter(is_wanted, settled.suppressed))),
        baselined=tuple(baselined),
        not_checked=tuple(_not_checked(session, scope)),
        stale_baseline=_stale(accepted, baselined, active, scope),
        files=sum(1 for file in files if file.kind is not Kind.OTHER),
        seconds=time.perf_counter() - started,
        rules={rule.code: rule.info for rule in rules},
    )


def _wanted_findings(settings: Settings, rules: Sequence[Rule]) -> Callable[[Finding], bool]:
    """Whether a finding is severe enough to be shown, and its file not exempt from its rule."""
    names = _names_rule(rules)
    exempt = [
        (patterns([glob], key=f"per-file-ignores.{glob}"), selectors)
        for glob, selectors in settings.per_file_ignores.items()
    ]

    def is_wanted(finding: Finding) -> bool:
        if (finding.severity or Severity.ERROR) < settings.shown_severity:
            return False
        return not any(
            any(names(selector, finding) for selector in selectors)
            for spec, selectors in exempt
            if finding.location.path and spec.match_file(finding.location.path)
        )

    return is_wanted


def _names_rule(rules: Sequence[Rule]) -> Callable[[str, Finding], bool]:
    by_code = {rule.code: rule for rule in rules}

    def names(selector: str, finding: Finding) -> bool:
        rule = by_code.get(finding.code)
        return rule is not None and fits(selector, rule)

    return names


def _unused(
    suppressions: Sequence[Suppression],
    used: frozenset[int],
    active: Sequence[Rule],
    settings: Settings,
) -> list[Suppression]:
    """Suppressions that covered nothing although every rule that they name did run, or is none."""
    left = [item for index, item in enumerate(suppressions) if index not in used]
    if not left:
        return []
    every = load_rules(settings.rules)

    def was_asked(code: str) -> bool:
        is_known = any(fits(code, rule) for rule in every)
        return not is_known or any(fits(code, rule) for rule in active)

    asked = {code: was_asked(code) for code in {c for item in left for c in item.directive.codes}}
    return [
        item
        for item in left
        if item.directive.codes and all(asked[code] for code in item.directive.codes)
    ]


def _not_checked(session: Session, scope: Scope) -> Iterator[NotChecked]:
    for note in (*session.tree.skipped, *session.store.not_checked):
        if scope.includes(note.path):
            # code that was named, as a hook does, has to be read: its silence would pass for health
            is_code = kind_of(note.path) in {Kind.PYTHON, Kind.NOTEBOOK}
            is_required = note.required or (is_code and note.path in scope.paths)
            yield msgspec.structs.replace(note, required=is_required)


def _stale(
    accepted: frozenset[Accepted],
    baselined: Sequence[Finding],
    active: Sequence[Rule],
    scope: Scope,
) -> int:
    """How many accepted findings no longer occur; 0 unless the whole repository was checked."""
    if scope.paths:
        return 0
    codes = {rule.code for rule in active}
    present = {accept(finding) for finding in baselined}
    return sum(1 for item in accepted if item not in present and item.code in codes)
