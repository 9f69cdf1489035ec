"""`repro-check secrets scan`."""

from __future__ import annotations

import sys

import click

from repro_check.cli.output import emit, style_of
from repro_check.cli.progress import progress
from repro_check.cli.secrets.asking import Asked, asked, fails, history_of
from repro_check.errors import NotCheckedError

_RULE = "SEC001"


@click.command("scan")
@click.argument("paths", nargs=-1)
@click.option(
    "--history",
    is_flag=True,
    help="Search every file version that a branch, tag, stash or reflog leads to, not the files.",
)
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print what was found.",
)
@click.option("--no-cache", is_flag=True, help="Neither read nor write what earlier scans found.")
def command(paths: tuple[str, ...], history: bool, output_format: str, no_cache: bool) -> None:
    """Look for secrets in PATHS (default: this folder), as SEC001 does.

    Exit code 0: none; 1: there are some; 3: a part of the history could not be checked.
    """
    given = asked(paths, use_cache=not no_cache)
    sys.exit((_history if history else _files)(given, output_format))


def _files(given: Asked, output_format: str) -> int:
    from repro_check.engine import Scope, run
    from repro_check.engine.outcome import exit_code
    from repro_check.rules.registry import load_rules
    from repro_check.rules.rule import Stage

    session = given.session
    rules = [rule for rule in load_rules() if rule.code == _RULE]
    scope = Scope(paths=given.paths, stages=frozenset({Stage.FILE}))
    with progress() as show:
        report = run(session, rules, scope, show)
    format_name = "full" if output_format == "text" else output_format
    style = style_of("auto")
    emit(report, format_name, style=style, file=None, physical=session.places.physical)
    return exit_code(report, session.settings, strict=False)


def _history(given: Asked, output_format: str) -> int:
    found = history_of(given)
    if output_format == "json":
        from repro_check.render.secrets_document import history_document

        click.echo(history_document(str(given.root), found))
    else:
        from repro_check.render.secrets_text import history_text

        style = style_of("auto")
        click.echo(history_text(found, style), color=style.color)
    if any(fails(secret, given) for secret in found):
        return 1
    return NotCheckedError.exit_code if found.not_checked else 0
