"""`repro-check data verify`."""

from __future__ import annotations

import sys

import click

from repro_check.cli.data.asking import asked, output_format, reading
from repro_check.cli.data.comparing import compare
from repro_check.data import State
from repro_check.render.data_text import verdict_lines


@click.command("verify")
@click.argument("configs", nargs=-1)
@output_format
@reading
def command(
    configs: tuple[str, ...], output_format: str, cluster: str | None, remote: bool
) -> None:
    """Compare data with the digests that CONFIGS (default: all) record.

    Exit code 0: all match; 1: a mismatch; 3: something could not be checked.
    """
    with asked(configs, address=cluster, remote=remote) as opened:
        code = compare(
            opened,
            opened.means,
            as_json=output_format == "json",
            lines=verdict_lines,
            fine={State.MATCH},
            nothing="No config here declares data with a digest. "
            "`repro-check data lock` records it.",
        )
    sys.exit(code)
