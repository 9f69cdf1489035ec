"""What `verify` and `diff` share: compare, print as it goes, and say by the exit code what came of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import click

from repro_check.cli.data.asking import Asked
from repro_check.cli.output import say
from repro_check.data import State
from repro_check.data.repository import Checked, verify_all
from repro_check.data.verdicts import Means
from repro_check.render.data_text import unread_lines


def compare(
    opened: Asked,
    means: Means,
    *,
    as_json: bool,
    lines: Callable[[Checked], Iterable[str]],
    fine: Collection[State],
    nothing: str = "",
) -> int:
    """Compare all data that are meant with their digests.

    Args:
        opened: the repository.
        means: how to read.
        as_json: print one document at the end, and no lines.
        lines: what to print of one data set, as soon as it is compared.
        fine: the states that need no attention.
        nothing: what to say where no config declares data.

    Returns:
        0 if every state is fine, 1 for a mismatch, else 3: something could not be checked.
    """
    found = []
    checks = verify_all(
        opened.session.project, means=means, announce=opened.announce, includes=opened.includes
    )
    for item in checks:
        found.append(item)
        if not as_json and (text := "\n".join(lines(item))):
            opened.say(text)
    unread = list(opened.unread())
    opened.meter.close()
    if as_json:
        from repro_check.render.data_document import document

        click.echo(document(found, unread=unread))
    elif unread:
        say("\n".join(unread_lines(unread)))
    elif not found and nothing:
        click.echo(nothing)
    states = {item.verdict.state for item in found}
    if State.MISMATCH in states:
        return 1
    return 3 if unread or not states.issubset(fine) else 0
