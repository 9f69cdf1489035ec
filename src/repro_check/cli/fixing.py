"""Apply fixes in rounds until nothing is left to fix, or show what would change."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from repro_check.cli import opening
from repro_check.cli.output import say, say_diff
from repro_check.cli.progress import progress
from repro_check.engine import Scope, Session, run
from repro_check.engine.fix import Change, Refusal, diff, plan_fixes, write
from repro_check.findings import Report, Safety
from repro_check.render.visible import visible
from repro_check.rules.rule import Rule
from repro_check.text import counted

_ROUNDS = 5
_APART = "has changes that are not staged, so it was not fixed"


class Fixed(NamedTuple):
    """The report after fixing, the session that it is about, and whether a file did or would change."""

    report: Report
    session: Session
    did_change: bool = False


class FixMode(NamedTuple):
    """Which fixes are wanted and where they go.

    Attributes:
        safeties: the kinds of fixes that may be applied.
        diff_only: print what would change, and change nothing.
        is_staged: what is checked is the index.
    """

    safeties: frozenset[Safety]
    diff_only: bool
    is_staged: bool


def fix(
    opened: opening.Opened, session: Session, rules: Sequence[Rule], scope: Scope, mode: FixMode
) -> Fixed:
    """Fix what can be fixed (or print how).

    Of the index the report stays as it was, since fixes go to the work tree and are not staged; a file
    that differs from the index is left alone, as the fixed content would replace what is not staged.

    Raises:
        ReproCheckError: a file cannot be written; it and all later ones are as they were.
    """
    with progress() as show:
        done = Fixed(run(session, rules, scope, show), session)
    refused: set[Refusal] = set()
    for _ in range(1 if mode.diff_only or mode.is_staged else _ROUNDS):
        planned = list(plan_fixes(done.report.findings, _reader(done.session), mode.safeties))
        changes = [item for item in planned if isinstance(item, Change)]
        refusals = [item for item in planned if isinstance(item, Refusal)]
        if not mode.diff_only:
            apart = [change for change in changes if _is_staged_apart(session, change.path)]
            changes = [change for change in changes if change not in apart]
            refusals += [Refusal(change.path, _APART) for change in apart]
        for refusal in refusals:
            if refusal not in refused:
                say(f"{visible(refusal.path)}: {refusal.reason}", err=True)
        refused.update(refusals)
        for change in changes:
            _carry_out(change, session, diff_only=mode.diff_only)
        done = Fixed(done.report, done.session, did_change=done.did_change or bool(changes))
        if not changes or mode.diff_only or mode.is_staged:
            break
        session = opening.open_session(opened, session.settings)
        done = Fixed(run(session, rules, scope), session, did_change=True)
    return done


def _is_staged_apart(session: Session, path: str) -> bool:
    file = session.tree.get(path)
    limit = session.settings.max_file_size
    return file is not None and not session.tree.has_as_staged(file, limit=limit)


def _carry_out(change: Change, session: Session, *, diff_only: bool) -> None:
    if diff_only:
        say_diff(diff(msgspec.structs.replace(change, path=visible(change.path))))
        return
    write(change, session.tree.root)
    if change.old is None:
        say(f"Made {visible(change.path)}", err=True)
    else:
        say(f"Fixed {counted(change.fixes, 'place')} in {visible(change.path)}", err=True)


def _reader(session: Session) -> Callable[[str], bytes | None]:
    def read(path: str) -> bytes | None:
        file = session.tree.get(path)
        if file is not None:
            return session.store.content(file)
        # a file that git ignores is there all the same
        return b"" if os.path.lexists(session.tree.root / path) else None

    return read
