"""The secrets of a history, for a person: where each is, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro_check.render.ansi import BOLD
from repro_check.render.commented import DIM, GREEN, RED, YELLOW, Line, commented
from repro_check.render.secrets_advice import Step, steps
from repro_check.render.style import Style
from repro_check.secrets.history import History, HistorySecret
from repro_check.text import counted

_SHORT = 12
_MANY = 5


def history_text(history: History, style: Style) -> str:
    """The page, without its last newline."""
    return commented(_lines(history, style.width), style)


def _lines(history: History, width: int) -> Iterator[Line]:
    for secret in history:
        yield from _secret(secret)
        yield Line("")
    if history.secrets:
        yield Line("What to do", color=BOLD)
        for number, step in enumerate(steps(history.secrets), start=1):
            yield from _step(number, step, width)
        yield Line("")
    yield from _unseen(history)
    versions = counted(history.blobs, "file version")
    new = "" if history.read == history.blobs else f" ({history.read:,} of them new)"
    if history.secrets:
        text = f"{counted(len(history), 'secret')} in {versions}{new}"
        yield Line(text, color=RED)
    else:
        yield Line(f"No secret in {versions}{new}.", color="" if history.not_checked else GREEN)


def place(secret: HistorySecret) -> str:
    """Where a secret stands in its file version, as one word."""
    cell = f":cell {secret.cell}" if secret.cell else ""
    if secret.is_output:
        return f"{secret.path}{cell}:output"
    return f"{secret.path}{cell}:{secret.secret.line}"


def _secret(secret: HistorySecret) -> Iterator[Line]:
    what = secret.secret
    yield Line(f"{place(secret)}: {what.kind} {what.redacted}", color=BOLD)
    yield Line(f"    {secret.shown.strip()}")
    yield Line(f"  {what.reason}; fingerprint {what.fingerprint}")
    yield Line(f"  {_coming(secret)}")
    if secret.removed:
        yield Line(f"  taken out by {_commits(secret.removed)}")
    others = [path for path in secret.paths if path != secret.path]
    if others:
        more = f" and {len(others) - _MANY:,} more" if len(others) > _MANY else ""
        yield Line(f"  also under {', '.join(others[:_MANY])}{more}")
    if secret.in_head:
        yield Line("  it still stands in HEAD", color=RED)
    elif secret.is_local:
        yield Line("  only stashes and reflogs of this clone hold it", color=YELLOW)
    else:
        yield Line("  HEAD no longer holds it; every clone does", color=YELLOW)
    yield Line(f"  see it with: git cat-file blob {secret.blob[:_SHORT]}", color=DIM)


def _step(number: int, step: Step, width: int) -> Iterator[Line]:
    from textwrap import wrap

    first = f"  {number}. "
    for line in wrap(step.text, width, initial_indent=first, subsequent_indent=" " * len(first)):
        yield Line(line)
    for command in step.commands:
        yield Line(f"       {command}")


def _unseen(history: History) -> Iterator[Line]:
    for item in history.not_checked:
        path = f"{item.path}: " if item.path else ""
        yield Line(f"not checked: {path}{item.reason}", color=YELLOW)
    for path in history.submodules:
        yield Line(f"not looked into: {path} is a submodule, with a history of its own", color=DIM)


def _coming(secret: HistorySecret) -> str:
    if not secret.commits:
        return "no commit holds it: a tag or a note leads to it"
    first, *later = secret.commits
    came = f"brought in by {first[:_SHORT]} on {secret.since}"
    return f"{came}; later versions with it by {_commits(later)}" if later else came


def _commits(names: Sequence[str]) -> str:
    shown = ", ".join(name[:_SHORT] for name in names[:_MANY])
    return f"{shown} and {len(names) - _MANY:,} more" if len(names) > _MANY else shown
