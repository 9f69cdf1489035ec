"""`repro-check data`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from repro_check.cli import opening
from repro_check.cli.output import say, say_diff
from repro_check.cli.progress import progress
from repro_check.data import Algorithm, State, digest_of
from repro_check.data.repository import record, verify_all
from repro_check.engine import Session
from repro_check.engine.fix import diff, plan_edits, write
from repro_check.errors import UsageError
from repro_check.project.files import ConfigFile
from repro_check.render.visible import visible


@click.group("data")
def command() -> None:
    """Record the digests of data in configs, and verify them."""


@command.command("verify")
@click.argument("configs", nargs=-1)
def verify_command(configs: tuple[str, ...]) -> None:
    """Compare data with the digests that CONFIGS (default: all) record.

    Exit code 0: all match; 1: a mismatch; 3: something could not be checked.
    """
    opened = opening.open_place(configs)
    session = opening.open_session(opened, opened.loaded.settings)
    scope = opening.default_scope(opened, ())
    states = set()
    with progress() as show:
        for item in verify_all(session.project, budget=None, progress=show):
            if not scope.includes(item.config):
                continue
            verdict = item.verdict
            states.add(verdict.state)
            detail = verdict.reason
            if verdict.state is State.MISMATCH:
                detail = f"recorded {verdict.recorded}, on disk {verdict.actual}"
            word = verdict.state.value.replace("_", " ")
            name = f"{visible(item.config)}: {visible(verdict.declaration.name)}"
            say(f"{word:<13} {name}{': ' if detail else ''}{detail}")
    if not states:
        click.echo("No config declares data with a digest. `repro-check data lock` records it.")
    if State.MISMATCH in states:
        sys.exit(1)
    sys.exit(3 if states - {State.MATCH} else 0)


@command.command("lock")
@click.argument("configs", nargs=-1)
@click.option("--update", is_flag=True, help="Replace digests that are recorded already.")
@click.option("--diff", "diff_only", is_flag=True, help="Show what would be written.")
def lock_command(configs: tuple[str, ...], update: bool, diff_only: bool) -> None:
    """Write the digests of data into CONFIGS (default: all that declare data).

    Only the digest changes: comments, order and quotes stay as they are.
    """
    opened = opening.open_place(configs)
    session = opening.open_session(opened, opened.loaded.settings)
    scope = opening.default_scope(opened, ())
    did_refuse = did_find = did_replace_nothing = False
    for config in list(session.project.configs.readable()):
        if not scope.includes(config.path) or not config.is_product:
            continue
        with progress() as show:
            recording = record(session.project, config, update=update, progress=show)
        if recording is None:
            continue
        did_find = True
        path = visible(config.path)
        for verdict in recording.unmeasured:
            say(f"{path}: {visible(verdict.declaration.name)}: {verdict.reason}", err=True)
            did_refuse = True
        for refused in recording.plan.refused:
            say(f"{path}: {visible(refused.declaration.name)}: {refused.reason}", err=True)
            did_refuse = True
        did_replace_nothing |= bool(recording.plan.refused) and not update
        if not recording.plan.edits:
            continue
        change = plan_edits(config.path, _content(session, config), recording.plan.edits)
        if diff_only:
            say_diff(diff(msgspec.structs.replace(change, path=path)))
        else:
            write(change, session.tree.root)
            say(f"{path}: recorded {len(recording.plan.edits)}")
    if did_replace_nothing:
        click.echo("`--update` replaces digests that are recorded already.", err=True)
    if not did_find:
        click.echo(
            "Nothing to record: no config declares data with an `md5` key (it may be empty), and no "
            "config of an experiment names a data folder. Add `md5:` beside the path."
        )
    sys.exit(3 if did_refuse else 0)


@command.command("hash")
@click.argument("path", type=click.Path(exists=True))
@click.option(
    "--algo",
    type=click.Choice([algorithm.value for algorithm in Algorithm]),
    default=Algorithm.MD5.value,
    show_default=True,
)
def hash_command(path: str, algo: str) -> None:
    """Print the digest of PATH."""
    click.echo(digest_of(Path(path), Algorithm(algo)))


def _content(session: Session, config: ConfigFile) -> bytes:
    content = session.store.content(config.file)
    if content is None:
        raise UsageError("the config can no longer be read", where=config.path)
    return content
