"""The findings that an audit asks about."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.cli.secrets.asking import Asked
from repro_check.findings import Location, Span
from repro_check.render.secrets_text import place
from repro_check.rules.rule import OWN
from repro_check.secrets.baseline import BaselineKey
from repro_check.secrets.history import History
from repro_check.secrets.labels import Labelled
from repro_check.secrets.subject import FileSecret, SecretFacts, may_hold_secrets
from repro_check.sources.discovery import SourceFile


class Question(msgspec.Struct, frozen=True):
    """A finding, as it is shown and as it is labelled.

    Attributes:
        title: its place, what it is, and its first characters.
        shown: the line, with every secret on it redacted.
        reason: why it is taken for one.
        finding: what a label is written to.
    """

    title: str
    shown: str
    reason: str
    finding: Labelled

    @property
    def key(self) -> BaselineKey:
        """What its label is looked up by."""
        return self.finding.key


def of_files(given: Asked) -> list[Question]:
    """What SEC001 looks at, in the order of paths; the same secret in one file is asked once."""
    found: dict[BaselineKey, Question] = {}
    session = given.session
    for file in session.tree.files:
        if not given.includes(file.path) or file.role not in OWN or not may_hold_secrets(file):
            continue
        facts = session.store.secrets(file)
        if isinstance(facts, SecretFacts):
            for one in facts.secrets:
                question = _of_file(file, one, given)
                found.setdefault(question.key, question)
    session.store.save()
    return list(found.values())


def of_history(history: History) -> list[Question]:
    """The secrets of a history, under the path that is shown for each."""
    return list(_of_history(history))


def _of_file(file: SourceFile, one: FileSecret, given: Asked) -> Question:
    secret = one.secret
    span = Span(secret.line, secret.column, secret.line, secret.end_column)
    location = Location(path=file.path, cell=one.cell, span=span)
    physical = None if one.is_output else given.session.places.physical(location)
    label = f"{file.path}:cell {one.cell}:output" if one.is_output else location.label
    return Question(
        title=f"{label}: {secret.kind} {secret.redacted}",
        shown=one.shown,
        reason=secret.reason,
        finding=Labelled(file.path, secret.kind, one.sha1, physical.line if physical else None),
    )


def _of_history(history: History) -> Iterator[Question]:
    for secret in history:
        what = secret.secret
        standing = "still in HEAD" if secret.in_head else "gone from HEAD"
        line = None if secret.cell else what.line
        yield Question(
            title=f"{place(secret)}: {what.kind} {what.redacted} ({standing})",
            shown=secret.shown,
            reason=what.reason,
            finding=Labelled(secret.path, what.kind, secret.sha1, line),
        )
