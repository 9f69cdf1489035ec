"""`repro-check data lock`."""

from __future__ import annotations

import sys

import click
import msgspec

from repro_check.cli.data.asking import Asked, alone, asked, reading
from repro_check.cli.output import say, say_diff
from repro_check.data import Algorithm
from repro_check.data.repository import Recording, record, update_lock
from repro_check.engine.fix import Change, diff, plan_edits, write
from repro_check.errors import ReproCheckError, UsageError
from repro_check.render.data_text import unread_lines
from repro_check.render.visible import visible
from repro_check.runtime.lockfile import FILE_NAME

_CHOICES = [algorithm.value for algorithm in Algorithm if not algorithm.is_dvc]


@click.command("lock")
@click.argument("configs", nargs=-1)
@click.option(
    "--algo",
    type=click.Choice(_CHOICES),
    help="How to make new digests (default: what the key says, else md5).",
)
@click.option("--update", is_flag=True, help="Replace digests that are recorded already.")
@click.option("--diff", "diff_only", is_flag=True, help="Show what would be written.")
@reading
def command(
    configs: tuple[str, ...],
    *,
    algo: str | None,
    update: bool,
    diff_only: bool,
    cluster: str | None,
    remote: bool,
) -> None:
    """Write the digests of data into CONFIGS (default: all that declare data).

    Only the digest changes: comments, order and quotes stay as they are. What the data hold goes
    into repro-data.lock, file by file, so that a later mismatch can be explained.
    """
    recordings: list[Recording] = []
    did_refuse = did_find = did_replace_nothing = did_write = False
    with (
        alone(configs),
        asked(configs, address=cluster, remote=remote, needs_lock=True) as opened,
    ):
        project = opened.session.project
        for config in list(project.configs.readable()):
            if not opened.includes(config.path) or not config.is_product:
                continue
            recording = record(
                project,
                config,
                means=opened.means,
                announce=opened.announce,
                algorithm=Algorithm(algo) if algo else None,
                update=update,
                is_named=config.path in opened.named,
            )
            if recording is None:
                continue
            did_find = True
            did_refuse |= _refuse(opened, recording)
            did_replace_nothing |= any(one.is_recorded for one in recording.plan.refused)
            try:
                change = _change(opened, recording)
            except ReproCheckError as error:  # one odd file keeps no other from being recorded
                did_refuse = True
                opened.say(f"{visible(config.path)}: {_by_hand(error)}", err=True)
                continue
            if change is not None:
                did_write = True
                _write(opened, change, diff_only=diff_only)
            recordings.append(recording)
        if not diff_only and update_lock(project, recordings):
            did_write = True
            opened.say(f"{FILE_NAME}: written")
        unread = list(opened.unread())
    for line in unread_lines(unread):
        say(line, err=True)
    if did_replace_nothing:
        click.echo("`--update` replaces digests that are recorded already.", err=True)
    if not did_find and not unread:
        click.echo(
            "Nothing to record: no config here declares data with an `md5` key (it may be empty), "
            "and no config of an experiment names a data folder. Add `md5:` beside the path. (What "
            "DVC keeps, `dvc add` and `dvc commit` record.)"
        )
    elif not (did_write or did_refuse or unread):
        click.echo("Every digest is recorded as the data are; nothing was written.")
    sys.exit(3 if did_refuse or unread else 0)


def _refuse(opened: Asked, recording: Recording) -> bool:
    """Say what was not recorded; whether there is any."""
    path = visible(recording.config.path)
    for verdict in recording.unmeasured:
        opened.say(f"{path}: {visible(verdict.declaration.name)}: {verdict.reason}", err=True)
    for refused in recording.plan.refused:
        opened.say(f"{path}: {visible(refused.declaration.name)}: {refused.reason}", err=True)
    for name, warning in recording.warnings:
        opened.say(f"{path}: {visible(name)}: {visible(warning)}", err=True)
    return bool(recording.unmeasured or recording.plan.refused)


def _change(opened: Asked, recording: Recording) -> Change | None:
    """The change to one config; None if it stays as it is.

    Raises:
        ReproCheckError: the edits would break the file.
    """
    if not recording.plan.edits:
        return None
    config = recording.config
    content = opened.session.store.content(config.file)
    if content is None:
        raise UsageError("the config can no longer be read", where=config.path)
    return plan_edits(config.path, content, recording.plan.edits)


def _write(opened: Asked, change: Change, *, diff_only: bool) -> None:
    """Write or show the edits of one config."""
    path = visible(change.path)
    if diff_only:
        opened.meter.close()
        say_diff(diff(msgspec.structs.replace(change, path=path)))
    else:
        write(change, opened.session.tree.root)
        opened.say(f"{path}: recorded {change.fixes}")


def _by_hand(error: ReproCheckError) -> str:
    return (
        f"nothing was recorded, since {visible(error.what)}; write the digest by hand, as "
        "`repro-check data hash` prints it"
    )
