"""What the commands on secrets share: the opened repository, and the scan of its history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from repro_check.cli import opening
from repro_check.cli.progress import progress
from repro_check.engine import Session
from repro_check.errors import UsageError
from repro_check.secrets.baseline import accepted_secrets
from repro_check.secrets.history import History, HistorySecret, scan_history
from repro_check.settings import override
from repro_check.sources.git_process import run
from repro_check.sources.state import state_folder


class Asked(msgspec.Struct, frozen=True):
    """An opened repository.

    Attributes:
        root: its top.
        session: its files.
        paths: what was named, relative to the root; () is everything.
        includes: whether findings under a path are wanted.
    """

    root: Path
    session: Session
    paths: tuple[str, ...]
    includes: Callable[[str], bool]


def asked(paths: tuple[str, ...], *, use_cache: bool) -> Asked:
    """Open the repository of the paths that a user named (none: this folder)."""
    opened = opening.open_place(paths)
    settings = override(opened.loaded.settings, cache=None if use_cache else False)
    session = opening.open_session(opened, settings)
    scope = opening.default_scope(opened, ())
    return Asked(opened.root, session, opened.paths, scope.includes)


def history_of(given: Asked, *, knows_baseline: bool = True) -> History:
    """The secrets in the history of a repository, with the progress shown.

    Args:
        given: the repository.
        knows_baseline: whether what the user set aside is left out.

    Raises:
        UsageError: it is none of git's.
    """
    root, session = given.root, given.session
    # of a bare repository only git itself knows that it is one
    if not run(root, "rev-parse", "--git-dir", ok=(0, 128)):
        raise UsageError(
            "there is no git repository, so there is no history",
            where=str(root),
            fix="Leave --history out, or name a folder of the repository.",
        )
    with progress() as show:
        show("Listing the history")
        found = scan_history(
            root,
            progress=lambda done, total: show(f"History: {done:,} of {total:,} file versions"),
            baseline=accepted_secrets(session.project) if knows_baseline else frozenset(),
            state=state_folder(root) if session.settings.cache else None,
        )
    wanted = tuple(each for each in found if any(map(given.includes, each.paths)))
    return msgspec.structs.replace(found, secrets=wanted)


def fails(secret: HistorySecret, given: Asked) -> bool:
    """Whether a secret makes a run fail, as SEC001 and SEC002 would."""
    from repro_check.findings import Confidence

    least = given.session.settings.failing_confidence
    return not secret.is_of_tests or least <= Confidence.LOW
