"""`repro-check check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from repro_check.cli import opening
from repro_check.cli.output import emit, say, style_of
from repro_check.cli.progress import progress
from repro_check.errors import UsageError
from repro_check.render.visible import visible
from repro_check.rules.rule import Stage
from repro_check.settings import Settings, override

if TYPE_CHECKING:
    from repro_check.cli.fixing import FixMode
    from repro_check.engine import Session
    from repro_check.findings import Report

_FORMATS = ["full", "concise", "json", "github", "sarif", "junit", "markdown"]
_SEVERITIES = ["error", "warning", "info"]


@click.command("check")
@click.argument("paths", nargs=-1)
@click.option("--staged", is_flag=True, help="Check what will be committed, not the work tree.")
@click.option(
    "--stage",
    "stages",
    multiple=True,
    type=click.Choice([stage.value for stage in Stage if stage is not Stage.RELEASE]),
    help="Run only the rules of these stages (default: all but commit-msg; for named files: file).",
)
@click.option("--select", multiple=True, help="Run only these rules: codes, prefixes, names, ALL.")
@click.option("--extend-select", multiple=True, help="Run these rules too.")
@click.option("--ignore", multiple=True, help="Do not run these rules.")
@click.option("--profile", type=click.Choice(["draft", "submission", "release"]))
@click.option("--fail-on", type=click.Choice([*_SEVERITIES, "never"]), help="Default: warning.")
@click.option("--min-severity", type=click.Choice(_SEVERITIES), help="Show nothing below this.")
@click.option(
    "--fail-confidence",
    type=click.Choice(["high", "medium", "low"]),
    help="The least confidence that fails a run (default: medium).",
)
@click.option("--fix", is_flag=True, help="Apply safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply fixes that may change numbers, too.")
@click.option("--diff", "show_diff", is_flag=True, help="Show what --fix would do; write nothing.")
@click.option(
    "--output-format",
    "output_format",
    type=click.Choice(_FORMATS),
    default="full",
    envvar="REPRO_CHECK_OUTPUT_FORMAT",
    show_default=True,
)
@click.option("-o", "--output-file", type=click.Path(dir_okay=False), help="Write the report here.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--strict", is_flag=True, help="Exit with 3 if anything could not be checked.")
@click.option("--no-baseline", is_flag=True, help="Report accepted findings as well.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write cached facts.")
@click.option("--config", "config_file", type=click.Path(exists=True, dir_okay=False))
@click.option("--isolated", is_flag=True, help="Read no settings file.")
@click.option("--statistics", is_flag=True, help="Count findings by rule.")
@click.option("--show-settings", is_flag=True, help="Print the settings that hold, and exit.")
@click.option("--show-files", is_flag=True, help="Print the files that would be checked, and exit.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
@click.option("-v", "--verbose", is_flag=True, help="Show the trace of an internal error.")
def command(paths: tuple[str, ...], **options: Any) -> None:
    """Check PATHS (default: this folder), knowing the whole repository around them.

    Exit code 0: nothing at or above --fail-on; 1: findings; 2: wrong usage or settings;
    3: something required could not be checked.
    """
    sys.exit(check(paths, options))


def check(
    paths: tuple[str, ...],
    options: dict[str, Any],
    also: Callable[[Session, Report], Report] | None = None,
) -> int:
    """Run a check and write its report.

    Args:
        paths: what to check; () is this folder.
        options: those of the command, by the names of its parameters.
        also: what else a command asks of the repository, put into the report before it is written.

    Returns:
        The exit code.
    """
    is_message = Stage.COMMIT_MESSAGE.value in options["stages"]
    if is_message and (len(options["stages"]) > 1 or len(paths) != 1):
        raise UsageError(
            "`--stage commit-msg` stands alone and takes the file of the message",
            fix="Write `repro-check check --stage commit-msg .git/COMMIT_EDITMSG`.",
        )
    opened = opening.open_place(
        () if is_message else paths, config=options["config_file"], isolated=options["isolated"]
    )
    settings = _settings(opened.loaded.settings, options)
    if options["show_settings"]:
        from repro_check.cli.settings import show_settings

        show_settings(opened, settings)
        return 0
    if options["staged"] and not paths:
        opened = _staged(opened)
    begun = opening.begin_session(opened, settings, is_staged=options["staged"])
    from repro_check.engine import run, select_rules
    from repro_check.engine.outcome import exit_code
    from repro_check.rules.registry import load_rules

    rules = load_rules(settings.rules)
    chosen = select_rules(rules, settings)
    message = Path(paths[0]).resolve() if is_message else None
    scope = opening.default_scope(opened, options["stages"], message, profile=settings.profile)
    session = begun()
    if options["show_files"]:
        for file in session.tree.files:
            if scope.includes(file.path):
                say(visible(file.path))
        return 0
    mode = _fix_mode(options)
    did_change = False
    if mode is None:
        with progress() as show:
            report = run(session, chosen, scope, show)
    else:
        from repro_check.cli.fixing import fix

        report, session, did_change = fix(opened, session, chosen, scope, mode)
    if also is not None:
        report = also(session, report)
    # the diff alone is on stdout, so that `git apply` can take it
    if not options["show_diff"] or options["output_file"]:
        emit(
            report,
            options["output_format"],
            style=style_of(
                options["color"], statistics=options["statistics"], quiet=options["quiet"]
            ),
            file=options["output_file"],
            physical=session.places.physical,
        )
    if options["verbose"]:
        from repro_check.engine.mishaps import traces

        for trace in traces(report):
            say(trace, err=True)
    code = exit_code(report, settings, strict=options["strict"])
    if options["show_diff"] and did_change:
        code = code or 1
    return 0 if options["exit_zero"] and code != 2 else code


def _settings(settings: Settings, options: dict[str, Any]) -> Settings:
    return override(
        settings,
        select=_split(options["select"]) or None,
        extend_select=_split(options["extend_select"]),
        ignore=_split(options["ignore"]),
        profile=options["profile"],
        fail_on=options["fail_on"],
        min_severity=options["min_severity"],
        fail_confidence=options["fail_confidence"],
        baseline=os.devnull if options["no_baseline"] else None,
        cache=False if options["no_cache"] else None,
    )


def _split(words: Sequence[str]) -> list[str]:
    return [part.strip() for word in words for part in word.split(",") if part.strip()]


def _staged(opened: opening.Opened) -> opening.Opened:
    import msgspec

    from repro_check.sources import git

    staged = git.staged_paths(opened.root) if opened.is_git else ()
    return msgspec.structs.replace(opened, paths=staged or (".nothing-staged",), names_files=True)


def _fix_mode(options: dict[str, Any]) -> FixMode | None:
    if not (options["fix"] or options["show_diff"] or options["unsafe_fixes"]):
        return None
    from repro_check.cli.fixing import FixMode
    from repro_check.findings import Safety

    safeties = frozenset(Safety) if options["unsafe_fixes"] else frozenset({Safety.SAFE})
    return FixMode(safeties, diff_only=options["show_diff"], is_staged=options["staged"])
