"""`repro-check baseline`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from repro_check.cli import opening
from repro_check.cli.output import say
from repro_check.engine import run, select_rules
from repro_check.engine.baseline import Accepted, accept, read_baseline, write_baseline
from repro_check.errors import NotCheckedError, ReproCheckError, UsageError
from repro_check.findings import Report
from repro_check.render.visible import visible
from repro_check.render.wording import REPOSITORY
from repro_check.rules.registry import load_rules
from repro_check.text import counted


@click.group("baseline")
def command() -> None:
    """Accept today's findings, and fail only on new ones.

    The file has one finding a line, without line numbers or dates, so it merges cleanly. `check` reads it
    and never writes it.
    """


@command.command("create")
@click.option("--force", is_flag=True, help="Replace an existing baseline.")
def create(force: bool) -> None:
    """Accept all findings that there are now."""
    opened = opening.open_place(())
    file = opened.root / opened.loaded.settings.baseline
    if _exists(file) and not force:
        raise UsageError(
            "there is a baseline already",
            where=opened.loaded.settings.baseline,
            fix="`baseline update` shrinks it, `baseline update --add` accepts new findings, "
            "`baseline create --force` begins anew.",
        )
    report = _report(opened)
    every = {accept(finding) for finding in (*report.findings, *report.baselined)}
    write_baseline(file, every)
    say(f"Accepted {counted(len(every), 'finding')} in {visible(opened.loaded.settings.baseline)}.")


@command.command("update")
@click.option("--add", is_flag=True, help="Accept new findings as well.")
def update(add: bool) -> None:
    """Remove the findings that no longer occur."""
    opened = opening.open_place(())
    file = opened.root / opened.loaded.settings.baseline
    is_there = _exists(file)
    old = read_baseline(file)
    report = _report(opened)
    kept: set[Accepted] = {accept(finding) for finding in report.baselined}
    added = {accept(finding) for finding in report.findings} if add else set()
    if kept | added != old or not is_there:
        write_baseline(file, kept | added)
    say(f"Removed {len(old - kept)}, added {len(added)}; {len(kept | added)} remain.")


@command.command("show")
def show() -> None:
    """List the accepted findings, and those that no longer occur."""
    opened = opening.open_place(())
    file = opened.root / opened.loaded.settings.baseline
    accepted = read_baseline(file) if _exists(file) else frozenset()
    report = _report(opened)
    for finding in report.baselined:
        _show(accept(finding), finding.message)
    for item in sorted(accepted - {accept(finding) for finding in report.baselined}):
        _show(item, "no longer occurs")


def _exists(file: Path) -> bool:
    # not Path.exists, which differs between Pythons in what it raises
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise ReproCheckError(
            f"no baseline can be kept there: {getattr(error, 'strerror', None) or error}",
            where=str(file),
            fix='Choose another name, such as `baseline = "repro-check-baseline.txt"`.',
        ) from error
    return True


def _show(item: Accepted, words: str) -> None:
    place = visible(item.path) or REPOSITORY
    say(f"{item.fingerprint} {visible(item.code)} {place}: {visible(words)}")


def _report(opened: opening.Opened) -> Report:
    settings = opened.loaded.settings
    rules = select_rules(load_rules(settings.rules), settings)
    everything = msgspec.structs.replace(opened, paths=(), names_files=False)
    session = opening.open_session(everything, settings)
    report = run(session, rules, opening.default_scope(everything, ()))
    if failed := next((item for item in report.not_checked if item.trace), None):
        raise NotCheckedError(failed.reason, where=failed.path)
    return report
