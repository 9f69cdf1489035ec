"""What the commands on data share: options, the opened repository, the means to read its data."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
import msgspec

from repro_check.cli import opening
from repro_check.cli.meter import Meter, meter
from repro_check.cli.output import say
from repro_check.data.hashing.hashers import Hasher, Pool
from repro_check.data.lock_file import held, read_lock
from repro_check.data.repository import Announce, means_of
from repro_check.data.verdicts import Means
from repro_check.engine import Session
from repro_check.errors import NotCheckedError, ReproCheckError, UsageError
from repro_check.findings import NotChecked
from repro_check.project.configs import is_tool_config
from repro_check.render.visible import visible
from repro_check.sources.kinds import Role
from repro_check.sources.state import state_folder

# a key of a digest; what a damaged file declares can be told from its text only
_DIGEST_KEY = re.compile(rb"(md5|sha256|blake3|digest)(sum)?['\"]?\s*[:=]")
_Command = TypeVar("_Command", bound=Callable[..., Any])

output_format = click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print what was found.",
)
cluster = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Hash on the workers of this Dask scheduler (tcp://host:port, or a scheduler file).",
)
_remote = click.option(
    "--remote", is_flag=True, help="Read data on other machines too (s3://, https:// and so on)."
)


def reading(function: _Command) -> _Command:
    """The options of every command that reads data."""
    return cluster(_remote(function))


class Asked(msgspec.Struct, frozen=True):
    """An opened repository, ready to have its data read.

    Attributes:
        session: the repository.
        includes: whether a config is meant.
        means: how to read.
        named: the configs that the user named one by one.
        announce: shows what is read now.
        meter: the bar on which it shows it.
    """

    session: Session
    includes: Callable[[str], bool]
    means: Means
    named: tuple[str, ...]
    announce: Announce
    meter: Meter

    def say(self, text: str, *, err: bool = False) -> None:
        """Print lines on lines of their own: a bar that is shown makes way, and may come again."""
        self.meter.close()
        say(text, err=err)

    def unread(self) -> Iterator[NotChecked]:
        """The configs that are meant and damaged, and whose text speaks of a digest."""
        from repro_check.data.dvc.outs import is_dvc_file

        project, store = self.session.project, self.session.store
        configs = set(project.configs)
        for note in store.not_checked:
            file = project.tree.get(note.path) if note.path in configs else None
            if file is None or file.role is not Role.PRODUCT or not self.includes(note.path):
                continue
            is_data = is_dvc_file(note.path) or not is_tool_config(note.path)
            if is_data and _DIGEST_KEY.search(store.content(file) or b""):
                yield note


@contextmanager
def asked(
    configs: tuple[str, ...], *, address: str | None, remote: bool, needs_lock: bool = False
) -> Iterator[Asked]:
    """Open the repository of the configs that a user named (none: all in this folder).

    Args:
        configs: paths as they were typed.
        address: of a Dask scheduler; None to hash on this machine.
        remote: whether data on other machines are read.
        needs_lock: whether a damaged `repro-data.lock` is an error, and not just a pity.
    """
    opened = opening.open_place(configs)
    session = opening.open_session(opened, opened.loaded.settings)
    scope = opening.default_scope(opened, ())
    if opened.names_files:
        _check_readable(session, opened.paths)
    try:
        read_lock(opened.root)
    except ReproCheckError as error:
        if needs_lock:
            raise
        say(f"{error.where}: {error.what}; so it cannot tell which files changed", err=True)
    with meter() as shown, hasher(address) as chosen:
        means = msgspec.structs.replace(
            means_of(session.project), hasher=chosen, meter=shown, reads_remote=remote
        )

        def announce(config: str, declaration: Any) -> None:
            shown.begin(f"{visible(config)}: {visible(declaration.name)}")

        named = opened.paths if opened.names_files else ()
        yield Asked(session, scope.includes, means, named, announce, shown)


@contextmanager
def alone(configs: tuple[str, ...]) -> Iterator[None]:
    """Wait for another run that records data of the same repository; it may take its time."""
    with held(state_folder(opening.open_place(configs).root)):
        yield


def _check_readable(session: Session, paths: tuple[str, ...]) -> None:
    """A config that was named and says nothing that could be read is no config without data."""
    configs = session.project.configs
    for path in paths:
        if configs.get(path) is not None:
            continue
        if path not in list(configs):
            raise UsageError(
                "this is no config",
                where=visible(path),
                fix="Name a YAML, TOML or JSON file, or a file of DVC.",
            )
        reason = next((note.reason for note in session.store.not_checked if note.path == path), "")
        raise NotCheckedError(
            f"the config cannot be read ({visible(reason) or 'it is damaged'})",
            where=visible(path),
            fix="Mend the file.",
        )


@contextmanager
def hasher(address: str | None) -> Iterator[Hasher]:
    """Who hashes: the workers of a Dask scheduler, or processes on this machine."""
    if address is None:
        yield Pool()
        return
    from repro_check.data.cluster import Cluster

    if sys.stderr.isatty():
        say(f"Waiting for the scheduler at {visible(address)} and its workers", err=True)
    with Cluster(address) as cluster_hasher:
        yield cluster_hasher
