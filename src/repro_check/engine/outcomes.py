"""What each rule says: remembered where nothing has changed, asked otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from repro_check.engine.asking import ask, ask_alone
from repro_check.engine.kept import Kept, Memory, Said, is_lasting
from repro_check.engine.places import Places
from repro_check.engine.readers import BY_KIND, SECRETS, Reader
from repro_check.engine.store import FactsStore
from repro_check.engine.subjects import Subjects, kinds_of
from repro_check.findings import Finding, NotChecked
from repro_check.project.project import Project
from repro_check.rules.rule import Outcome, Rule, Stage
from repro_check.secrets.subject import SecretsFile, may_hold_secrets
from repro_check.sources.discovery import SourceFile
from repro_check.sources.kinds import Role

_LONGEST_SOURCE = 400


class Asked(msgspec.Struct, frozen=True):
    """Who is asked about what.

    Attributes:
        rules: sorted by code.
        subjects: of the files in scope.
        includes: whether findings in a file are wanted.
        is_whole: whether all files are in scope.
    """

    rules: tuple[Rule, ...]
    subjects: Subjects
    includes: Callable[[str], bool]
    is_whole: bool


def findings(
    asked: Asked,
    project: Project,
    store: FactsStore,
    places: Places,
    progress: Callable[[str], None],
) -> list[Finding]:
    """What the rules find, in any order, with the lines it stands on; the store has the notes."""
    lasting = [rule for rule in asked.rules if is_lasting(rule)]
    memory = None
    if asked.is_whole and lasting and project.settings.cache:
        memory = Memory(store.cache, project.tree, project.settings, lasting)
    kept = memory.recall(store) if memory else None
    said: dict[str, Said] = {}
    if kept is None:
        is_much = store.preload(list(_wanted_facts(asked, asked.rules, project)), progress)
        answers = ask(
            lasting, asked.subjects.files, project, store, in_parallel=is_much, progress=progress
        )
        said = {code: _said(code, given, asked, places) for code, given in answers.items()}
        kept = Kept(tuple(said.values()), store.not_checked)
        did_fail = any(note.trace for item in said.values() for note in item.not_checked)
        if memory and not did_fail and not any(note.trace for note in kept.notes):
            memory.remember(kept, store)
    store.learn(notes=kept.notes)
    said = {item.code: item for item in kept.said}
    others = [rule for rule in asked.rules if rule.code not in said]
    for rule in others:
        progress(f"Checking {rule.code} {rule.name}")
        given = ask_alone(rule, asked.subjects, project)
        said[rule.code] = _said(rule.code, given, asked, places)
    for item in said.values():
        store.learn(notes=item.not_checked)
    return [finding for item in said.values() for finding in item.findings]


def _said(code: str, given: Iterable[Outcome], asked: Asked, places: Places) -> Said:
    outcomes = list(given)
    found = (item for item in outcomes if isinstance(item, Finding))
    wanted = (item for item in found if asked.includes(item.location.path))
    not_checked = tuple(item for item in outcomes if isinstance(item, NotChecked))
    return Said(code, tuple(shown(wanted, places)), not_checked)


def shown(found: Iterable[Finding], places: Places) -> Iterator[Finding]:
    """The findings with their lines, and with no secret in them."""
    from repro_check.secrets.scrub import scrub

    for finding in found:
        # a secret may stand on the line of any finding, or in a value that its message quotes
        source = finding.source or scrub(places.line(finding.location))
        related = tuple(
            msgspec.structs.replace(item, message=scrub(item.message)) for item in finding.related
        )
        yield msgspec.structs.replace(
            finding,
            source=source[:_LONGEST_SOURCE],
            message=scrub(finding.message),
            help=scrub(finding.help),
            related=related,
        )


def _wanted_facts(
    asked: Asked, rules: Sequence[Rule], project: Project
) -> Iterator[tuple[SourceFile, Reader]]:
    """The facts that a run will surely ask for: of files in scope, and of all for wide rules.

    Wide rules follow what the work calls, which tests do not decide: theirs are read when asked for.
    """
    is_wide = any(rule.stage is Stage.REPOSITORY for rule in rules)
    wanted = {
        (kind, role)
        for rule in rules
        for subject in rule.subjects
        for kind in kinds_of(subject)
        for role in rule.roles
    }
    reads_secrets = any(SecretsFile in rule.subjects for rule in rules)
    for file in project.tree.files:
        is_inside = asked.includes(file.path)
        reader = BY_KIND.get(file.kind)
        is_asked = is_inside and (file.kind, file.role) in wanted
        is_followed = is_wide and file.role not in {Role.VENDORED, Role.TEST}
        if reader is not None and (is_asked or is_followed):
            yield file, reader
        if reads_secrets and is_inside and may_hold_secrets(file):
            yield file, SECRETS
