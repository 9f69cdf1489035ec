"""Apply fixes in rounds until nothing is left to fix, or show what would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from repro_check.cli import opening
from repro_check.engine import Scope, Session, run
from repro_check.engine.fix import Change, diff, plan_fixes, write
from repro_check.errors import ReproCheckError
from repro_check.findings import Report, Safety
from repro_check.rules.rule import Rule
from repro_check.settings import Settings

_ROUNDS = 5


def fix(
    opened: opening.Opened,
    session: Session,
    settings: Settings,
    rules: Sequence[Rule],
    scope: Scope,
    *,
    unsafe: bool,
    diff_only: bool,
) -> tuple[Report, bool]:
    """The report after fixing (or, with `diff_only`, as it is), and whether anything changed.

    Raises:
        ReproCheckError: a file cannot be written; it and all later ones are as they were.
    """
    allowed = frozenset(Safety) if unsafe else frozenset({Safety.SAFE})
    did_change = False
    report = run(session, rules, scope)
    for _ in range(1 if diff_only else _ROUNDS):
        changes = []
        for item in plan_fixes(report.findings, _reader(session), allowed):
            if isinstance(item, Change):
                changes.append(item)
            else:
                click.echo(f"{item.path}: {item.reason}", err=True)
        if not changes:
            break
        did_change = True
        for change in changes:
            _carry_out(change, session, diff_only=diff_only)
        if not diff_only:
            session = opening.open_session(opened, settings)
            report = run(session, rules, scope)
    return report, did_change


def _carry_out(change: Change, session: Session, *, diff_only: bool) -> None:
    if diff_only:
        click.echo(diff(change), nl=False)
        return
    try:
        write(change, session.tree.root)
    except OSError as error:
        raise ReproCheckError(
            f"the file cannot be written: {error.strerror}",
            where=change.path,
            fix="It was left as it was; check its permissions.",
        ) from error
    noun = "place" if change.fixes == 1 else "places"
    click.echo(f"Fixed {change.fixes} {noun} in {change.path}", err=True)


def _reader(session: Session) -> Callable[[str], bytes | None]:
    def read(path: str) -> bytes | None:
        file = session.tree.get(path)
        return None if file is None else session.store.content(file)

    return read
