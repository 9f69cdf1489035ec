"""What to do about secrets in a history, in order; commands are shown and never run.

Sources: docs.github.com, "Removing sensitive data from a repository"; the manual of git-filter-repo
(`--replace-text`, which reads one `secret==>replacement` a line).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from repro_check.secrets.history import HistorySecret


class Step(msgspec.Struct, frozen=True):
    """Something to do, and the commands for it."""

    text: str
    commands: tuple[str, ...] = ()


def steps(secrets: Sequence[HistorySecret]) -> tuple[Step, ...]:
    """The steps that fit these secrets: revoke first, clean up after."""
    local = [secret for secret in secrets if secret.is_local]
    shared = [secret for secret in secrets if not secret.is_local]
    found = [
        Step(
            "Revoke every secret where it was issued, and make a new one. Whoever has a clone has "
            "the old one, whatever is done to the history."
        )
    ]
    if any(secret.in_head for secret in secrets):
        found.append(Step("Take it out of the files: read it from the environment, and commit."))
    if shared:
        found += [
            Step(
                "Publish the work as a new repository with one commit. Or rewrite the history, in a "
                "fresh clone; every hash changes, and every other clone has to be made anew:",
                (
                    "git clone --mirror URL rewritten && cd rewritten",
                    "git filter-repo --replace-text ../secrets.txt",
                    "git push --force --mirror",
                ),
            ),
            Step(
                "secrets.txt holds one whole secret a line, each followed by ==>REMOVED; keep it out "
                "of the repository, and delete it afterwards. A server may keep old commits and pull "
                "requests: ask its support to remove them."
            ),
        ]
    if local:
        found.append(
            Step(
                "What only stashes and reflogs hold goes with them; this cannot be undone:",
                (
                    "git stash clear",
                    "git reflog expire --expire=now --expire-unreachable=now --all",
                    "git gc --prune=now",
                ),
            )
        )
    found.append(
        Step(
            "A false alarm, or what opens nothing any more, is set aside by its digest:",
            ("repro-check secrets audit --history",),
        )
    )
    return tuple(found)
