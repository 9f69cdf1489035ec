"""`repro-check smoke`."""

from __future__ import annotations

import sys

import click

from repro_check.cli import opening
from repro_check.cli.output import say
from repro_check.cli.progress import progress
from repro_check.errors import UsageError
from repro_check.render.visible import visible
from repro_check.secrets.scrub import scrub
from repro_check.smoke import SmokeReport, Verdict, smoke, spec_from_table

_CODES = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.NOT_CHECKED: 3, Verdict.NOT_REACHED: 3}


@click.command("smoke")
@click.argument("path", default=".")
@click.option("--keep", is_flag=True, help="Leave the folder of the run behind, to look around.")
@click.option("--name", "names", multiple=True, help="Run only the smoke tests of this name.")
def command(path: str, keep: bool, names: tuple[str, ...]) -> None:
    """Run the checkpoint of PATH on a clean machine and compare its output.

    From the committed files and the frozen requirements alone, in a fresh environment. What to run
    stands in `[tool.repro-check.smoke]`. Exit code 0: passed; 1: failed; 2: wrong settings; 3: not
    checked.
    """
    opened = opening.open_place((path,))
    tables = opened.loaded.settings.smoke
    if not tables:
        raise UsageError(
            "there is no `[tool.repro-check.smoke]`, so it is not known what to run",
            where=str(opened.loaded.path or opened.root),
            fix='Add the table with `checkpoint`, `entry = "module:function"`, `input`, `expected`.',
        )
    specs = [
        spec_from_table(table, where=opened.loaded.where("smoke") or "[tool.repro-check.smoke]")
        for table in tables
    ]
    chosen = [spec for spec in specs if not names or spec.name in names]
    if not chosen:
        known = ", ".join(visible(spec.name) for spec in specs)
        raise UsageError(f"there is no smoke test of that name; there are: {known}")
    folder = opened.loaded.path.parent if opened.loaded.path else opened.root
    code = 0
    for spec in chosen:
        with progress(patience=0) as show:
            report = smoke(folder, spec, progress=show, keep=keep, clean=scrub)
        print_report(report)
        code = max(code, _CODES[report.verdict])
    sys.exit(code)


def print_report(report: SmokeReport) -> None:
    """Phases, then the diagnosis, then what this runner cannot see."""
    say(f"{visible(report.name)}: commit {report.commit[:12]}, runner {report.runner}")
    for result in report.phases:
        note = f"  {result.note}" if result.note else ""
        say(f"  {result.phase.value:<8} {result.verdict.value:<12}{result.seconds:6.1f} s{note}")
    for note in report.notes:
        say(f"  note: {note}")
    if report.diagnosis is not None:
        place = f"{visible(report.diagnosis.place)}: " if report.diagnosis.place else ""
        say(f"\n{place}{report.diagnosis.sentence}")
        if report.diagnosis.fix:
            say(f"  help: {report.diagnosis.fix}")
        say(f"  log: {visible(str(report.log))}")
    else:
        say(f"\n{report.verdict.value}")
    if report.cannot_see:
        say(f"This runner cannot see: {'; '.join(report.cannot_see)}.")
    if report.kept:
        say(f"Kept: {visible(str(report.kept))}")
