"""VCS001."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Finding, Severity, Span
from repro_check.project.files import CommitMessage
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule

_EMPTY_WORDS = re.compile(
    r"(update[ds]?|fix(e[ds]|ing)?|bug ?fix(es)?|wip|minor|misc|tmp|temp|test(s|ing)?|changes?|stuff|"
    r"cleanup|clean up|refactor(ing)?|edits?|save|commit|new|done|final|work|progress|more|again|tweaks?|"
    r"small|some|and|the|a|code|files?|readme|it|this|of|to|in|things?|few|various|typos?|"
    r"initial|first|add(ed)?|x+|asdf\w*|\.+|-+|\d+)",
    re.IGNORECASE,
)
_MEANINGFUL_SHORT = re.compile(r"^(initial commit|first commit|initial import)$", re.IGNORECASE)
_EXEMPT = re.compile(
    r"^(merge\b|revert\b|fixup!|squash!|amend!|release\b|bump\b|v?\d+\.\d+|\[pre-commit\.ci\]|"
    r"\[bot\]|build\(deps\)|chore\(deps\))",
    re.IGNORECASE,
)
_WEB_EDITOR = re.compile(r"^(update|create|delete|rename) [\w./-]+\.\w+$", re.IGNORECASE)
_PREFIX = re.compile(r"^\w+(\([\w./-]+\))?!?:\s*")
_WORD = re.compile(r"[^\W_]+[\w./-]*|[.\-]+")


@rule(
    "VCS001",
    severity=Severity.WARNING,
    on=CommitMessage,
    practice=5,
    stage=Stage.COMMIT_MESSAGE,
)
def uninformative_commit_message(message: CommitMessage, _project: Project) -> Iterator[Finding]:
    """The subject of a new commit says nothing.

    The history is where a reader looks for when and why a number changed. Only the new commit is judged,
    never the past; merges, reverts, fixups and releases are exempt.

    Bad:
        # commit message
        update

    Bad:
        # commit message
        wip: some fixes

    Good:
        # commit message
        Seed dataloader workers in train.py

    Not this rule:
        # commit message
        Merge branch 'main' of example.org:lab/project

    Not this rule:
        # commit message
        Initial commit
    """
    found = _subject(message.text)
    if found is None:
        return
    number, subject = found
    if _EXEMPT.match(subject) or _MEANINGFUL_SHORT.match(subject):
        return
    span = Span(number, 1, number, len(subject) + 1)
    advice = f"Say what changes and where: {_suggestion(message.changed)}."
    if _WEB_EDITOR.match(subject):
        yield message.finding(
            span,
            f'"{subject}" names a file but not what changed in it',
            help=advice,
            severity=Severity.INFO,
        )
    elif _says_nothing(_PREFIX.sub("", subject)):
        yield message.finding(
            span, f'"{subject}" does not say what this commit changes', help=advice
        )


def _subject(text: str) -> tuple[int, str] | None:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("# ---") and ">8" in line:
            break
        if line.strip() and not line.startswith("#"):
            return number, line.strip()
    return None


def _says_nothing(subject: str) -> bool:
    words = _WORD.findall(subject)
    return all(_EMPTY_WORDS.fullmatch(word) for word in words)


def _suggestion(changed: tuple[str, ...]) -> str:
    if not changed:
        return '"Seed dataloader workers in train.py"'
    shown = ", ".join(changed[:3]) + (", …" if len(changed) > 3 else "")
    return f"this one touches {shown}"
