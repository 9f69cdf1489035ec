"""`repro-check release`."""

from __future__ import annotations

import sys

import click

from repro_check.cli import opening
from repro_check.cli.output import say
from repro_check.cli.progress import progress
from repro_check.engine import select_rules
from repro_check.release.gate import CHECK_NAMES, GateInput, GateReport, run_gate
from repro_check.rules.registry import load_rules
from repro_check.settings import override


@click.command("release")
@click.argument("path", default=".")
@click.option(
    "--skip",
    multiple=True,
    type=click.Choice(CHECK_NAMES),
    help="Leave a check out; it is shown as not checked, and the exit code says so.",
)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(path: str, skip: tuple[str, ...], output_format: str) -> None:
    """Check everything that must hold before PATH is published.

    All rules at the release profile, the data in full, secrets in the whole history, and the smoke test.
    Exit code 0: all passed; 1: something failed; 2: wrong settings; 3: something was not checked.
    """
    opened = opening.open_place((path,))
    settings = override(opened.loaded.settings, profile="release")
    loaded = opened.loaded
    given = GateInput(
        session=opening.open_session(opened, settings),
        rules=select_rules(load_rules(settings.rules), settings),
        smoke_folder=loaded.path.parent if loaded.path else opened.root,
        smoke_where=loaded.where("smoke") or "[tool.repro-check.smoke]",
        skip=frozenset(skip),
    )
    with progress(patience=0) as show:
        report = run_gate(given, show)
    if output_format == "json":
        import msgspec

        from repro_check.render.json_document import dump

        click.echo(dump(msgspec.to_builtins(report)), nl=False)
    else:
        _print(report)
    sys.exit(report.exit_code)


def _print(report: GateReport) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from repro_check.render.visible import defuse, visible

    table = Table(box=None, pad_edge=False)
    for column in ("check", "outcome", "", "seconds"):
        table.add_column(column, justify="right" if column == "seconds" else "left")
    colors = {"passed": "green", "failed": "red", "not checked": "yellow"}
    for check in report.checks:
        word = check.outcome.value
        outcome = Text(word, style=colors[word])
        summary = Text(visible(check.summary))
        table.add_row(check.name, outcome, summary, f"{check.seconds:.1f}")
    console = Console()
    with console.capture() as printed:
        console.print(table)
    # a wrapped summary begins a line
    click.echo(defuse(printed.get()), nl=False)
    for check in report.checks:
        if check.details:
            say(f"\n{check.name}:")
            for line in check.details:
                say(f"  {visible(line)}")
    words = {
        0: "Ready: every check passed. That is no proof that others can reproduce the work.",
        1: "Not ready: see what failed above.",
        3: "Not ready: something was not checked.",
    }
    click.echo(f"\n{words[report.exit_code]}")
