"""VCS001."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repro_check.findings import Finding, Severity, Span
from repro_check.project.files import CommitMessage
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule
from repro_check.text import pattern

# words that say nothing of what changed; another language's words are never on this list
_EMPTY_WORD = pattern(
    r"(updat(e[ds]?|ing)|(hot|bug)?fix(e[ds]|ing)?|bugs?|issues?|errors?|problems?|wip|minor|misc|te?mp|"
    r"tests?|testing|changed?|changes|modif(y|ied|ications?)|stuff|clean(ed|ing|up)?|up|refactor(ed|ing)?|"
    r"edit(s|ed)?|save[ds]?|commit(s|ted)?|push(ed)?|sync|backup|new|latest|version|done|final|work|"
    r"progress|more|again|tweaks?|improve(d|ments?)?|small|quick|some|several|few|various|and|the|a|an|my|"
    r"code|files?|it|this|that|of|to|in|for|things?|typos?|initial|first|last|next|add(ed|ing)?|x+|"
    r"asdf\w*|[.\-]+|\d+|[A-Z][A-Z0-9]+-\d+)",
    re.IGNORECASE,
)
_MEANINGFUL_SHORT = pattern(r"(initial|first) (commit|import|version|release)\.?", re.IGNORECASE)
_EXEMPT = pattern(
    r"(merged?\b|revert\b|reapply\b|(fixup|squash|amend)!|release\b|bump\b|"
    r"(version )?v?\d+\.\d+|\[pre-commit\.ci\]|\[bot\]|"
    r"(build|chore|ci|fix)\((deps(-dev)?|release)\)|chore: release\b)",
    re.IGNORECASE,
)
# what the web pages of forges and Colab fill in by themselves
_WEB_EDITOR = pattern(
    r"((update|create|delete|rename|edit)d? (the )?(readme|[\w./-]+\.\w+)|add files via upload|"
    r"delete \S+ directory|created using colab\w*)",
    re.IGNORECASE,
)
_TYPE = pattern(
    r"(feat(ure)?|(hot|bug)?fix|bug|docs?|style|refactor|perf|test|build|ci|chore|wip)"
    r"(\((?P<scope>[^)]*)\))?!?:\s*",
    re.IGNORECASE,
)
_SHORTCODE = pattern(r":[a-z0-9_+-]+:")
_WORD = pattern(r"[^\W_]+[\w./-]*|[.\-]+")


@rule(
    "VCS001",
    severity=Severity.WARNING,
    on=CommitMessage,
    practice=5,
    stage=Stage.COMMIT_MESSAGE,
)
def uninformative_commit_message(message: CommitMessage, _project: Project) -> Iterator[Finding]:
    """The subject of a new commit says nothing.

    The history is where a reader looks for when and why a number changed. Only the new commit is
    judged, never the past; merges, reverts, fixups and releases are exempt. A subject that at least
    names a file is only noted.

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

    Not this rule:
        # commit message
        Fehler im Sampler behoben
    """
    found = _subject(message.text)
    if found is None:
        return
    number, column, subject = found
    if _EXEMPT.match(subject) or _MEANINGFUL_SHORT.fullmatch(subject):
        return
    span = Span(number, column, number, column + len(subject))
    advice = f"Say what changes and where: {_suggestion(message.changed)}."
    if _WEB_EDITOR.fullmatch(subject):
        yield message.finding(
            span,
            f'"{subject}" names a file at most, but not what changed in it',
            help=advice,
            severity=Severity.INFO,
        )
    elif _says_nothing(subject):
        yield message.finding(
            span, f'"{subject}" does not say what this commit changes', help=advice
        )


def _subject(text: str) -> tuple[int, int, str] | None:
    """Line, column and text of the subject: the first line that git keeps."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("# ---") and ">8" in line:
            break
        # `git commit -m "#12 ..."` keeps its first line; git's own comments have a space there
        is_comment = line.startswith("#") and not re.match(r"#\d", line)
        if line.strip() and not is_comment:
            return number, len(line) - len(line.lstrip()) + 1, line.strip()
    return None


def _says_nothing(subject: str) -> bool:
    kind = _TYPE.match(subject)
    scope = (kind["scope"] or "") if kind else ""
    rest = subject[kind.end() :] if kind else subject
    words = _WORD.findall(_SHORTCODE.sub(" ", f"{scope} {rest}"))
    return all(_EMPTY_WORD.fullmatch(word.rstrip(".-") or word) for word in words)


def _suggestion(changed: tuple[str, ...]) -> str:
    if not changed:
        return '"Seed dataloader workers in train.py"'
    return f"this one touches {', '.join(changed[:3])}" + (", …" if len(changed) > 3 else "")
