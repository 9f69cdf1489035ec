"""Ask the rules: a part at a time, by several processes where that pays.

A part is one rule about the repository, or all rules about single files over some of the files, so
that the facts of a file are needed in one process. What rules say does not depend on the parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from repro_check.engine.mishaps import PASSING, failed_rule, outcomes_of
from repro_check.engine.store import FactsStore, Look
from repro_check.engine.subjects import Subjects
from repro_check.engine.workers import processes, spread
from repro_check.findings import NotChecked
from repro_check.project.project import Project
from repro_check.rules.rule import Outcome, Rule, Stage
from repro_check.sources.discovery import LooksOutside, SourceFile

_FILES = 48
"""How many files a part has at most."""


class _Part(msgspec.Struct, frozen=True):
    rules: tuple[Rule, ...]
    files: tuple[SourceFile, ...]


class _Answer(msgspec.Struct):
    """What came of one part, with all that its process learned of the files."""

    said: dict[str, list[Outcome]]
    outside: set[str]
    notes: list[NotChecked]
    looks: dict[str, Look]
    records: dict[tuple[bytes, int], bytes]


def ask(
    rules: Sequence[Rule],
    files: Sequence[SourceFile],
    project: Project,
    store: FactsStore,
    *,
    in_parallel: bool,
    progress: Callable[[str], None],
) -> dict[str, list[Outcome]]:
    """What rules say that look at nothing but the files of the tree and the settings, by code.

    Those that want to see more are left out.

    Args:
        rules: of the stages `FILE` and `REPOSITORY`.
        files: those in scope.
        project: the repository; where it lies is kept from the rules.
        store: its facts, the needed ones preloaded.
        in_parallel: whether there is enough to do for several processes.
        progress: told what is being done.
    """
    parts = list(_parts(rules, tuple(files)))
    about_project = sum(part.rules[0].stage is not Stage.FILE for part in parts)
    answers: dict[int, _Answer] = {}

    def work(number: int) -> _Answer:
        return _answer(parts[number], project, store)

    with project.tree.sealed():
        most = processes() if in_parallel else 1
        if most > 1 and len(parts) > 1:
            for number, answer in spread(work, len(parts), most=most, alike=about_project):
                answers[number] = answer
                store.learn(answer.looks, answer.records, answer.notes)
                progress(f"Checking: {len(answers):,} of {len(parts):,} parts")
        else:
            for number, part in enumerate(parts):
                progress(f"Checking {part.rules[0].code} {part.rules[0].name}")
                answers[number] = work(number)
    return _joined([answers[number] for number in sorted(answers)])


def ask_alone(rule: Rule, subjects: Subjects, project: Project) -> list[Outcome]:
    """What one rule says of all its subjects, here and now; where it fails, that it did."""
    said: list[Outcome] = []
    try:
        for subject in subjects.of(rule):
            said.extend(outcomes_of(rule, subject, project))
    except PASSING:
        raise
    except Exception as error:  # noqa: BLE001 - the other rules are asked all the same
        said.append(failed_rule(rule, "", error))
    return said


def _parts(rules: Sequence[Rule], files: tuple[SourceFile, ...]) -> Iterator[_Part]:
    narrow = tuple(rule for rule in rules if rule.stage is Stage.FILE)
    if narrow:
        for start in range(0, len(files), _FILES):
            yield _Part(narrow, files[start : start + _FILES])
    # most of the others need the call graph, which each process makes for itself
    for rule in rules:
        if rule.stage is not Stage.FILE:
            yield _Part((rule,), files)


def _answer(part: _Part, project: Project, store: FactsStore) -> _Answer:
    notes, looks = set(store.not_checked), frozenset(store.looks)
    records = frozenset(store.cache.fresh)
    subjects = Subjects(project, store, part.files)
    said: dict[str, list[Outcome]] = {}
    outside: set[str] = set()
    for rule in part.rules:
        try:
            said[rule.code] = ask_alone(rule, subjects, project)
        except LooksOutside:  # noqa: PERF203 - each rule for itself
            outside.add(rule.code)
    return _Answer(
        said,
        outside,
        [note for note in store.not_checked if note not in notes],
        {path: look for path, look in store.looks.items() if path not in looks},
        {key: record for key, record in store.cache.fresh.items() if key not in records},
    )


def _joined(answers: Sequence[_Answer]) -> dict[str, list[Outcome]]:
    outside = {code for answer in answers for code in answer.outside}
    said: dict[str, list[Outcome]] = {}
    for answer in answers:
        for code, outcomes in answer.said.items():
            if code not in outside:
                said.setdefault(code, []).extend(outcomes)
    return said
