"""SEC002."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.findings import Confidence, Finding, Location, NotChecked, Severity, Span
from repro_check.project.project import Project
from repro_check.rules.rule import Stage, rule
from repro_check.secrets.history.model import HistorySecret
from repro_check.text import counted

_SHORT = 12


@rule("SEC002", severity=Severity.ERROR, on=Project, practice=10, stage=Stage.RELEASE)
def secret_in_history(project: Project) -> Iterator[Finding | NotChecked]:
    """A live-looking credential stands in the history, and so in every clone.

    Removing the line, or the file, removes nothing from what was committed before: publishing the
    repository publishes it. Every file version that a branch, a tag, a stash or a reflog leads to is
    searched as SEC001 searches files. What is no secret, or opens nothing any more, is set aside with
    `repro-check secrets audit --history`, or by a `pragma: allowlist secret` comment in any version.
    Asked before a release only; a shallow clone cannot be checked.

    Bad:
        # file: train.py
        import wandb

        wandb.login(key="{random hex 40}")

    Good:
        # file: train.py
        import os

        import wandb

        wandb.login(key=os.environ["WANDB_API_KEY"])

    Not this rule:
        # file: train.py
        import wandb

        wandb.login(key="{random hex 40}")  # pragma: allowlist secret

    Not this rule:
        # file: third_party/tool/train.py
        import wandb

        wandb.login(key="{random hex 40}")
    """
    from repro_check.secrets.baseline import accepted_secrets
    from repro_check.secrets.history import scan_history
    from repro_check.sources import git

    if not project.tree.is_git or not git.has_commit(project.root):
        return
    history = scan_history(
        project.root,
        baseline=accepted_secrets(project),
        state=project.state_folder if project.settings.cache else None,
    )
    yield from history.not_checked
    for secret in history:
        yield Finding(
            message=f"{secret.secret.kind} `{secret.secret.redacted}` (fingerprint "
            f"{secret.secret.fingerprint}): {secret.secret.reason}; {_whereabouts(secret)}",
            location=_place(secret),
            help="Revoke it first. Then publish a new repository with one commit, or rewrite the "
            "history; `repro-check secrets --history` shows the commands.",
            confidence=Confidence.LOW if secret.is_of_tests else Confidence.HIGH,
            source=secret.shown,
        )


def _whereabouts(secret: HistorySecret) -> str:
    if not secret.commits:
        return "no commit holds it, a tag or a note does"
    first = f"{counted(len(secret.commits), 'commit')} brought versions with it, first "
    first += f"{secret.commits[0][:_SHORT]} on {secret.since}"
    if secret.in_head:
        return f"{first}, and HEAD still holds it"
    return f"{first}; only stashes and reflogs lead to it" if secret.is_local else first


def _place(secret: HistorySecret) -> Location:
    """The place in HEAD if it is still there, else the path alone: the file may be gone."""
    if not secret.in_head:
        return Location(path=secret.path)
    found = secret.secret
    span = Span(found.line, found.column, found.line, found.end_column)
    if secret.is_output:
        span = Span(1, 1, 1, 1)
    return Location(path=secret.path, cell=secret.cell, span=span)
