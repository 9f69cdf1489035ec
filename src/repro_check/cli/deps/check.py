"""`repro-check deps check`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from repro_check.cli.check import check
from repro_check.cli.check import command as whole
from repro_check.errors import UsageError

if TYPE_CHECKING:
    from repro_check.cli.deps.fresh import FreshOptions
    from repro_check.engine import Session
    from repro_check.findings import Report

_SHARED = frozenset(
    """paths ignore fail_on min_severity fail_confidence fix unsafe_fixes show_diff output_format
    output_file exit_zero strict no_baseline no_cache config_file isolated statistics color quiet
    verbose""".split()
)
_STAGES = ("file", "repository")
_DEFAULT_SECONDS = 1800.0


@click.command("check")
@click.option("--release", is_flag=True, help="Ask what is asked before a release, too.")
@click.option(
    "--fresh",
    is_flag=True,
    help="Install the lock in a fresh environment as well (network; takes long).",
)
@click.option(
    "--allow-builds",
    is_flag=True,
    help="With --fresh: build what has no wheel, which runs its code.",
)
@click.option("--python", default="", help="With --fresh: use this Python (version or path).")
@click.option(
    "--timeout",
    "seconds",
    type=click.FloatRange(min=1),
    default=_DEFAULT_SECONDS,
    show_default=True,
    help="With --fresh: the most seconds that it may take.",
)
def command(
    paths: tuple[str, ...],
    *,
    release: bool,
    fresh: bool,
    allow_builds: bool,
    python: str,
    seconds: float,
    **shared: Any,
) -> None:
    """Check what PATHS (default: this folder) declare, and what is frozen of it.

    All rules on dependencies run, the opt-in ones too, and a table shows what is declared and frozen.
    With --fresh the lock that the work runs from, or those that are named, are installed in a temporary
    environment; only wheels, unless building is allowed. Exit code 0: nothing at or above --fail-on;
    1: findings; 2: wrong usage or settings; 3: something required could not be checked.
    """
    if (allow_builds or python) and not fresh:
        raise UsageError(
            "`--allow-builds` and `--python` are about `--fresh`",
            fix="Add `--fresh`, or leave them.",
        )
    wanted: FreshOptions | None = None
    if fresh:
        from repro_check.cli.deps.fresh import FreshOptions

        wanted = FreshOptions(allow_builds=allow_builds, python=python, seconds=seconds)
    is_shown = shared["output_format"] == "full" and not (
        shared["quiet"] or shared["output_file"] or shared["show_diff"]
    )

    def also(session: Session, report: Report) -> Report:
        if is_shown:
            _show_table(session)
        if wanted is None:
            return report
        from repro_check.cli.deps.fresh import with_fresh

        return with_fresh(session, report, wanted, _relative(session, paths))

    sys.exit(check(paths, _options(shared, is_release=release), also))


def _options(shared: dict[str, Any], *, is_release: bool) -> dict[str, Any]:
    """All options of `repro-check check`, as if they had been given there."""
    default = {"staged": False, "show_settings": False, "show_files": False, "extend_select": ()}
    return {
        **default,
        **shared,
        "select": ("DEPS",),
        # named files get the rules on the whole repository too
        "stages": (*_STAGES, "release") if is_release else _STAGES,
        "profile": "release" if is_release else None,
    }


def _show_table(session: Session) -> None:
    from repro_check.cli.output import say
    from repro_check.render.deps_text import dependency_table

    lines = list(dependency_table(session.project))
    if lines:
        say("\n".join([*lines, ""]))


def _relative(session: Session, paths: Sequence[str]) -> tuple[str, ...]:
    """The named paths, relative to the top of the repository."""
    from pathlib import Path

    root = session.tree.root
    named = (Path(path).absolute() for path in paths)
    return tuple(path.relative_to(root).as_posix() for path in named if path.is_relative_to(root))


command.params[:0] = [param for param in whole.params if param.name in _SHARED]
