"""`repro-check config show`."""

from __future__ import annotations

import sys

import click

from repro_check.cli.config.asking import asked, output_format
from repro_check.cli.config.gathering import gathered
from repro_check.cli.config.words import chosen, chosen_by_text
from repro_check.cli.output import style_of
from repro_check.errors import NotCheckedError, UsageError
from repro_check.render.config_diff import diff_text
from repro_check.render.config_text import shown_text


@click.command("show")
@click.argument("words", nargs=-1, metavar="[EXPERIMENT] [-- OVERRIDES...]")
@click.option("--diff", nargs=2, metavar="A B", help="Show what two experiments do not share.")
@click.option("--key", metavar="A.B", help="Show this subtree only; `hydra` is Hydra's own.")
@click.option("--resolve", is_flag=True, help="Show what interpolations stand for.")
@output_format
def command(
    words: tuple[str, ...],
    diff: tuple[str, str] | None,
    key: str | None,
    resolve: bool,
    output_format: str,
) -> None:
    """Show the config that EXPERIMENT runs with, and the file and line of each value.

    EXPERIMENT is a name of `config list`, a config file, a program, an option such as
    `experiment=deep` (or just `deep`), or the place of a documented command (README.md:12). Without
    it, what the only program runs by default. OVERRIDES are words as the program itself takes them:
    `repro-check config show train -- optimizer=sgd`.

    Exit code 1 if its loader would refuse the config, 3 if a file of it cannot be read. A diff always
    ends with 0.
    """
    opened = asked()
    style = style_of("auto")
    if diff:
        if words:
            raise UsageError(
                "`--diff` takes two experiments and nothing else",
                fix="Put overrides into their names: --diff train 'train optimizer=sgd'",
            )
        first, second = (chosen_by_text(opened, text) for text in diff)
        new = gathered(opened, second, key=key, resolves=resolve, may_lack_key=True)
        # a key that one side lacks is a difference, one that both lack is a mistake
        old = gathered(opened, first, key=key, resolves=resolve, may_lack_key=bool(new.values))
        if output_format == "json":
            from repro_check.render.config_document import diff_document

            click.echo(diff_document(old, new))
        else:
            click.echo(diff_text(old, new, style), color=style.color)
        return
    shown = gathered(opened, chosen(opened, words), key=key, resolves=resolve)
    if output_format == "json":
        from repro_check.render.config_document import shown_document

        click.echo(shown_document(shown))
    else:
        click.echo(shown_text(shown, style), color=style.color)
    if shown.not_read:
        sys.exit(NotCheckedError.exit_code)
    sys.exit(1 if shown.problems else 0)
