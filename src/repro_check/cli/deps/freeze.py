"""`repro-check deps freeze`."""

from __future__ import annotations

import os
import sys

import click

from repro_check.cli import opening
from repro_check.cli.deps.container import FORMS, make_container
from repro_check.cli.output import say, say_diff
from repro_check.cli.progress import progress
from repro_check.deps.freeze import (
    PROGRAMS,
    Frozen,
    Surroundings,
    Wish,
    declaring_folder,
    freeze,
    write_changes,
)
from repro_check.deps.freeze.folder import Folder
from repro_check.deps.freeze.model import DEFAULT_SECONDS, Change
from repro_check.errors import UsageError
from repro_check.render.visible import visible
from repro_check.setup import FileChange, unified_diff
from repro_check.text import pattern

_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@click.command("freeze")
@click.argument("files", nargs=-1)
@click.option("--tool", type=click.Choice(PROGRAMS), help="Default: what the repository uses.")
@click.option("--upgrade", "-U", is_flag=True, help="Take the newest versions of everything.")
@click.option(
    "--upgrade-package",
    "-P",
    "upgraded",
    multiple=True,
    help="Take the newest version of this one.",
)
@click.option("--extra", "extras", multiple=True, help="Freeze this extra of the project as well.")
@click.option("--group", "groups", multiple=True, help="Freeze this dependency group as well.")
@click.option("--python-version", "python", default="", help="Freeze for this Python (uv only).")
@click.option("--output", "-o", default="", help="Where to (default: requirements.txt).")
@click.option(
    "--diff", "--dry-run", "diff_only", is_flag=True, help="Show what would be written, and stop."
)
@click.option("--yes", is_flag=True, help="Write without asking, hand-written files too.")
@click.option(
    "--timeout",
    "seconds",
    type=click.FloatRange(min=1),
    default=DEFAULT_SECONDS,
    show_default=True,
    help="The most seconds that the tool may take.",
)
@click.option(
    "--container",
    type=click.Choice(FORMS),
    help="Write a container file from the lock; freezes first only where there is no lock.",
)
@click.option("--base-image", default="", help="With --container: begin with this image.")
def command(
    files: tuple[str, ...],
    *,
    tool: str | None,
    upgrade: bool,
    upgraded: tuple[str, ...],
    extras: tuple[str, ...],
    groups: tuple[str, ...],
    python: str,
    output: str,
    diff_only: bool,
    yes: bool,
    seconds: float,
    container: str | None,
    base_image: str,
) -> None:
    """Freeze the dependencies that FILES (or this folder) declare, with hashes.

    With uv, Poetry, PDM, pixi or conda-lock where the repository uses them, else with pip-tools. Versions
    that are frozen already stay. The tool runs on a copy of what is declared; none of the repository's code
    is run. Shows a diff; asks only before a file changes that was written by hand.
    """
    for name in upgraded:
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"`{visible(name)}` is no name of a distribution", fix="Give the name alone."
            )
    opened = opening.open_place(files)
    wants_new = upgrade or upgraded or tool
    if (
        container
        and not wants_new
        and make_container(opened, container, base_image=base_image, is_shown_only=diff_only)
    ):
        return
    folder, sources = _place(opened, files)
    wish = Wish(
        program=tool or "",
        sources=sources,
        extras=extras,
        groups=groups,
        python=python,
        output=_from_folder(folder, output),
        upgrade=upgrade,
        upgraded=upgraded,
        seconds=seconds,
    )
    session = opening.open_session(opened, opened.loaded.settings)

    def imported() -> tuple[str, ...]:
        from repro_check.deps.freeze.imported import imported_distributions

        return imported_distributions(session.project, folder.path)

    with progress() as show:
        around = Surroundings(
            paths=tuple(file.path for file in session.tree.files),
            imported=imported,
            caller=os.environ,
            show=show,
        )
        frozen = freeze(folder, wish, around)
    _show(frozen)
    if not frozen.changes:
        click.echo(f"{', '.join(map(visible, frozen.outputs))}: up to date.", err=True)
    elif not diff_only:
        if not yes:
            _ask(frozen)
        write_changes(frozen.changes, opened.root)
        names = ", ".join(visible(change.path) for change in frozen.changes)
        say(f"{names}: written, by {frozen.way.value}", err=True)
    if container and not make_container(
        opened, container, base_image=base_image, is_shown_only=diff_only
    ):
        say(f"note: the {container} file is made from the lock, once that is written", err=True)


def _place(opened: opening.Opened, words: tuple[str, ...]) -> tuple[Folder, tuple[str, ...]]:
    """The folder to freeze, and the files that were named, relative to it."""
    if opened.names_files:
        # beside the first file, so that what is written lands there
        inner = os.path.dirname(opened.paths[0])
        folder = Folder(opened.root.resolve(), inner)
        return folder, tuple(os.path.relpath(path, inner or ".") for path in opened.paths)
    path = opened.paths[0] if opened.paths else ""
    if words:
        return Folder(opened.root.resolve(), path), ()
    return declaring_folder(opened.root, path), ()


def _from_folder(folder: Folder, word: str) -> str:
    if not word:
        return ""
    return os.path.relpath(os.path.abspath(word), folder.root / folder.path).replace(os.sep, "/")


def _show(frozen: Frozen) -> None:
    say_diff(unified_diff(map(_file_change, frozen.changes)))
    for note in frozen.notes:
        say(f"note: {visible(note)}", err=True)


def _file_change(change: Change) -> FileChange:
    old, new = (
        None if data is None else data.decode("utf-8", "replace")
        for data in (change.old, change.new)
    )
    return FileChange(visible(change.path), old, new or "", "")


def _ask(frozen: Frozen) -> None:
    """Ask before a hand-written file changes; end the command if the answer is no."""
    changed = [change.path for change in frozen.changes if change.is_by_hand and change.old]
    if not changed:
        return
    names = ", ".join(map(visible, changed))
    if not sys.stdin.isatty():
        say(
            f"{names}: written by hand, so nothing was written. `repro-check deps freeze --yes` does.",
            err=True,
        )
        sys.exit(2)
    if not click.confirm(f"Change {names}, which was written by hand?"):
        click.echo("Nothing was written.")
        sys.exit(0)
