"""From the words on the command line to an opened repository."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from repro_check.errors import UsageError
from repro_check.render.visible import visible
from repro_check.settings import LoadedSettings, Settings, load_settings
from repro_check.sources.discovery import Tree, begin_discovery, find_root

if TYPE_CHECKING:
    from repro_check.engine import Scope, Session


class Opened(msgspec.Struct, frozen=True):
    """A place on disk with its settings: what every command starts from.

    Attributes:
        root: the top of the repository.
        is_git: whether git manages it.
        paths: what was named, relative to the root with forward slashes; () is everything.
        names_files: whether files were named, and no folder.
    """

    root: Path
    is_git: bool
    paths: tuple[str, ...]
    names_files: bool
    loaded: LoadedSettings


def open_place(
    words: Sequence[str], *, config: str | None = None, isolated: bool = False
) -> Opened:
    """Find root and settings for the paths that a user named (none: this folder).

    Settings are those of the named folder. Named files get those of this folder, if it belongs to their
    repository, so that a hook, which names some files from the top, uses what a run on everything uses.

    Raises:
        UsageError: a path does not exist, or the paths belong to different repositories.
    """
    here = _here()
    named = [_named(here, word) for word in words] or [here]
    root, is_git = find_root(named[0])
    named = [_inside(path, root) for path in named]
    relative = ["" if path == root else path.relative_to(root).as_posix() for path in named]
    names_files = bool(words) and all(path.is_file() for path in named)
    start = named[0] if len(named) == 1 else Path(os.path.commonpath(named))
    if names_files and here.is_relative_to(root):
        start = here
    loaded = load_settings(start, root, config=Path(config) if config else None, isolated=isolated)
    if loaded.settings.smoke:
        from repro_check.smoke.spec import spec_from_table

        # a misspelt key is an error at every command, not only when the smoke test runs
        for table in loaded.settings.smoke:
            spec_from_table(table, where=loaded.where("smoke") or "[tool.repro-check.smoke]")
    paths = () if "" in relative else tuple(relative)
    return Opened(root, is_git, paths, names_files, loaded)


def open_tree(opened: Opened, settings: Settings, *, is_staged: bool = False) -> Tree:
    """The files of the repository, those named by the user included."""
    return _begin_tree(opened, settings, is_staged=is_staged)()


def open_session(opened: Opened, settings: Settings, *, is_staged: bool = False) -> Session:
    """The repository, ready to be checked."""
    return begin_session(opened, settings, is_staged=is_staged)()


def begin_session(
    opened: Opened, settings: Settings, *, is_staged: bool = False
) -> Callable[[], Session]:
    """A function that gives the repository, ready to be checked; git lists its files meanwhile."""
    tree = _begin_tree(opened, settings, is_staged=is_staged)
    # git takes 3 to 6 ms and these imports 15, at the same time
    from repro_check.engine import Session

    return lambda: Session(tree(), settings)


def _begin_tree(opened: Opened, settings: Settings, *, is_staged: bool) -> Callable[[], Tree]:
    extra = opened.paths if opened.names_files else ()
    return begin_discovery(opened.root, is_staged=is_staged, exclude=settings.exclude, extra=extra)


def default_scope(
    opened: Opened, stages: Sequence[str], message: Path | None = None, *, profile: str = ""
) -> Scope:
    """What a run looks at: named files get the file rules, everything else all rules.

    Those that are asked before a release are among them if the profile is that of a release.
    """
    from repro_check.engine import Scope
    from repro_check.rules.rule import Stage

    if stages:
        chosen = frozenset(Stage(stage) for stage in stages)
    elif opened.names_files:
        chosen = frozenset({Stage.FILE})
    else:
        chosen = frozenset({Stage.FILE, Stage.REPOSITORY, Stage.DATA})
        if profile == "release":
            chosen |= {Stage.RELEASE}
    return Scope(paths=opened.paths, stages=chosen, message=message)


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise UsageError(
            "the folder that you are in does not exist any more", fix="Go to another one."
        ) from error


def _named(here: Path, word: str) -> Path:
    path = Path(os.path.normpath(here / word))
    if not os.path.exists(path):  # unlike `Path.exists`, it never raises
        raise UsageError(f"there is no file or folder `{visible(word)}`", fix="Check the path.")
    if not (path.is_file() or path.is_dir()):
        raise UsageError(
            f"`{visible(word)}` is neither a file nor a folder",
            fix="A pipe or a device is not read.",
        )
    return path


def _inside(path: Path, root: Path) -> Path:
    """A named path, or what it points to when it is a link; always in the root."""
    if not path.is_relative_to(root):
        raise UsageError(
            f"`{visible(str(path))}` lies outside of `{visible(str(root))}`",
            fix="Check one repository at a time.",
        )
    if not path.is_symlink():
        return path
    target = path.resolve()
    if not target.is_relative_to(root.resolve()):
        raise UsageError(
            f"`{visible(str(path))}` is a symbolic link that leaves `{visible(str(root))}`",
            fix="Name what it points to.",
        )
    return root / target.relative_to(root.resolve())
