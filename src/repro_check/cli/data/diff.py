"""`repro-check data diff`."""

from __future__ import annotations

import sys

import click
import msgspec

from repro_check.cli.data.asking import asked, output_format, reading
from repro_check.cli.data.comparing import compare
from repro_check.data import State
from repro_check.render.data_text import diff_lines


@click.command("diff")
@click.argument("configs", nargs=-1)
@output_format
@reading
def command(
    configs: tuple[str, ...], output_format: str, cluster: str | None, remote: bool
) -> None:
    """Name every file of the data of CONFIGS (default: all) that differs from what was recorded.

    Exit code 0: nothing differs; 1: something does; 3: something could not be checked.
    """
    with asked(configs, address=cluster, remote=remote) as opened:
        code = compare(
            opened,
            msgspec.structs.replace(opened.means, most_changes=sys.maxsize),
            as_json=output_format == "json",
            lines=diff_lines,
            fine={State.MATCH, State.NOT_RECORDED},
        )
    sys.exit(code)
